import { basename } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { DataError, PushforwardError } from "pushforward";
import { exitCodes, Interrupted } from "../exit-code.ts";
import { holdsImages } from "../images/holds-images.ts";
import { checkOutput } from "../output/output-file.ts";
import { comparisonPlot, figure, writeFigure } from "../plot/index.ts";
import { counted } from "../table/wording.ts";
import { type Console, openConsole } from "../terminal/console.ts";
import { type KeptResults, openComparison } from "./compare-file.ts";
import { openComparisonProgress } from "./compare-progress.ts";
import { jsonReport, textReport } from "./compare-report.ts";
import {
  type ComparedSetting,
  isFlow,
  readSettings,
  type SettingsOptions,
} from "./compare-settings.ts";
import { checkFolds, foldOf, scoreFold } from "./cross-validation.ts";
import { type Ranking, rank } from "./cross-validation-scores.ts";
import type { EngineOptions } from "./engine-options.ts";
import { type FitData, readFitData } from "./fit-data.ts";
import type { FitCommandOptions } from "./fit-options.ts";
import { withFlags } from "./with-flags.ts";

type DataOfFit =
  | "sql"
  | "table"
  | "columns"
  | "exclude"
  | "types"
  | "config"
  | "maxRows"
  | "given"
  | "missing"
  | "dropDependent";

export interface CompareCommandOptions
  extends Pick<FitCommandOptions, DataOfFit>,
    SettingsOptions,
    EngineOptions {
  folds: number;
  seed: number;
  out?: string;
  picture?: string;
  json?: boolean;
}

/**
 * Judges densities by cross-validation: each fold's rows are scored by fits to the others.
 *
 * The columns are described once, from the whole table: categories, ranges, grids and maps are known from the rows of
 * all folds, those that are scored included. All settings share this description, so that it favours none of them;
 * the scores themselves may be slightly better than those of rows that had no part in it.
 */
export async function compareCommand(
  path: string | undefined,
  options: CompareCommandOptions,
): Promise<void> {
  const console = openConsole();
  const { folds, seed, out, picture, json } = options;
  if (path !== undefined && (await holdsImages(path, options.table))) {
    throw new DataError(`${path}: holds images, and compare is for tables; fit them one by one`);
  }
  await checkOutputs(path, options);
  const data = await readFitData(path, options);
  const dealing = { folds, seed };
  const settings = await readSettings(options, data.schema.given.length > 0);
  checkFolds(data, dealing);
  const kept = await openComparison(out, data, dealing, settings);
  for (const notice of data.notices) console.note(notice);
  await crossValidate(settings, data, kept, options, console);
  const ranking = rank(settings, kept.results);
  const drawn = ranking.scored.length > 0 ? picture : undefined;
  if (drawn) await drawComparison(drawn, data, folds, ranking);
  else if (picture) console.note(`${picture}: not drawn, for there is no score.`);
  const report = { data, dealing, ranking, out, picture: drawn };
  if (json) console.print(JSON.stringify(jsonReport(report)));
  else for (const line of textReport(report, console.width)) console.print(line);
  const isAsked = settings.some(isFlow) ? isFlow : () => true;
  if (ranking.scored.some(({ setting }) => isAsked(setting))) return;
  console.note(
    `No ${settings.some(isFlow) ? "flow" : "setting"} could be scored: every one failed.`,
  );
  process.exitCode = exitCodes.failure;
}

async function checkOutputs(path: string | undefined, options: CompareCommandOptions) {
  const { config, settings, out, picture } = options;
  const inputs = [path, config, settings].filter((input) => input !== undefined);
  if (out) await checkOutput(out, inputs);
  if (picture) await checkOutput(picture, out ? [...inputs, out] : inputs);
}

/**
 * Does what is not done yet, fold after fold: after the first, all settings can be compared.
 *
 * @throws Interrupted on Ctrl-C.
 */
async function crossValidate(
  settings: readonly ComparedSetting[],
  data: FitData,
  { results, keep }: KeptResults,
  { folds, seed, out, engine }: CompareCommandOptions,
  console: Console,
): Promise<void> {
  const all = Array.from({ length: folds }, (_, k) => k + 1).flatMap((fold) =>
    settings.map((setting) => ({ setting, name: setting.name, fold })),
  );
  const isDone = ({ name, fold }: { name: string; fold: number }) =>
    results.some((one) => one.name === name && (one.fold === fold || "failure" in one));
  const before = all.filter(isDone).length;
  if (before > 0)
    console.note(`Going on from ${out}: ${before} of ${counted(all.length, "fit")} are done.`);
  const progress = openComparisonProgress(console, folds, results);
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once("SIGINT", interrupt);
  try {
    for (const job of all) {
      if (isDone(job)) continue;
      // A baseline leaves no room for signals while it is fitted.
      await turn();
      stop.signal.throwIfAborted();
      const { name, fold, setting } = job;
      progress.begin(
        job,
        all.filter((one) => one !== job && !isDone(one)),
      );
      const split = foldOf(data, { folds, seed }, fold - 1);
      const watched = { seed, engine, signal: stop.signal, onProgress: progress.report };
      const score = await scoreFold(setting, data, split, watched).catch(failureOf);
      await keep({ name, fold, ...score });
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    const done = all.filter(isDone).length;
    const left = out
      ? `the same command goes on from ${out}`
      : "nothing was kept; with --out the same command goes on";
    throw new Interrupted(`stopped after ${done} of ${counted(all.length, "fit")}; ${left}`);
  } finally {
    progress.clear();
    process.off("SIGINT", interrupt);
  }
}

/** What is wrong with a setting is told in its line; whatever else is wrong ends the command. */
export function failureOf(error: unknown): { failure: string } {
  if (!(error instanceof PushforwardError) || error.code === "engine") throw error;
  return { failure: withFlags(error.message.replace(/^fit: /, "")) };
}

async function drawComparison(
  path: string,
  { source, rows }: FitData,
  folds: number,
  { scored, failed }: Ranking,
): Promise<void> {
  const part = comparisonPlot({
    settings: scored.map(({ setting, score, difference, folds: own }) => ({
      name: setting.name,
      score,
      difference,
      folds: own.map(({ logLikelihood }) => logLikelihood),
    })),
    failed: failed.map(({ setting }) => setting.name),
  });
  const title = "Cross-validated log-likelihood";
  const subtitle = `${basename(source)}, ${counted(rows, "row")} in ${folds} folds`;
  await writeFigure(figure({ title, subtitle }, part), path);
}
