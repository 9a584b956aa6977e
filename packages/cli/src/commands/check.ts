import { type CheckReport, DomainError, type Model } from "pushforward";
import { LEAST_P_VALUE, type SampleQuality } from "pushforward/evaluation";
import { exitCodes } from "../exit-code.ts";
import { contextsOf } from "../images/image-rows.ts";
import { refuseOptionsOf } from "../options/useless-options.ts";
import { counted } from "../table/wording.ts";
import { type Console, openConsole } from "../terminal/console.ts";
import { textTable, wrap } from "../terminal/text-table.ts";
import { classesFor, type ImageModel, imageModel } from "./image-model.ts";
import { loadModel } from "./load-model.ts";
import { checkClasses, type ImageOptions, readModelImages } from "./model-images.ts";
import { drawModelRows, readModelRows } from "./model-rows.ts";
import { type QualityOptions, qualityOf } from "./sample-quality.ts";
import { MORE_STEPS } from "./solver-advice.ts";

export interface CheckCommandOptions extends QualityOptions, ImageOptions {
  json?: boolean;
}

/** Tests a model's arithmetic, on data or on its own samples; exit code 1 where it fails. */
export async function checkCommand(
  modelPath: string,
  path: string | undefined,
  options: CheckCommandOptions,
): Promise<void> {
  const console = openConsole();
  const { json } = options;
  const model = await loadModel(modelPath, options, console);
  const images = imageModel(modelPath, model);
  const { report, quality } = images
    ? { report: await checkOnImages(images, path, options, console), quality: null }
    : await checkOnTable(modelPath, model, path, options, console);
  if (!report.ok) process.exitCode = exitCodes.failure;
  if (json) {
    const { engineName: engine } = model;
    const data = { [images ? "images" : "table"]: path ?? null };
    console.print(
      JSON.stringify({
        command: "check",
        model: modelPath,
        ...data,
        engine,
        ...report,
        ...(quality && { quality }),
      }),
    );
    return;
  }
  const dim = process.stdout.isTTY && !process.env.NO_COLOR;
  for (const line of reportLines(report, console.width, dim ? dimmed : String)) console.print(line);
  if (quality) for (const line of qualityLines(quality, console.width)) console.print(line);
}

async function checkOnTable(
  modelPath: string,
  model: Model,
  path: string | undefined,
  options: CheckCommandOptions,
  console: Console,
): Promise<{ report: CheckReport; quality: SampleQuality | null }> {
  refuseOptionsOf("images", options, `${modelPath} is a model of tables`);
  const { seed, sql, columns, exclude } = options;
  const hasData = path !== undefined || sql !== undefined;
  const useless = !hasData && (columns ? "--columns" : exclude ? "--exclude" : undefined);
  if (useless)
    throw new DomainError(
      `${useless}: there is no table to pick columns of; name one after the model`,
    );
  const found = hasData
    ? await readModelRows(model, path, options)
    : await drawModelRows(model, DRAWS, seed);
  for (const notice of found.notices) console.note(notice);
  return {
    report: await model.check(found.events, { seed, context: found.context }),
    quality: hasData ? await qualityOf(model, found, options) : null,
  };
}

/** Draws that stand for a table in a check. */
const DRAWS = 1000;

/** Samples that stand for images in a check; of classes, all in turn unless one is asked for. */
const SAMPLES = 64;

/**
 * Tests a model's arithmetic on images, or on its own samples.
 *
 * @throws DataError, DomainError for images, labels and options that do not go with the model.
 */
export async function checkOnImages(
  of: ImageModel,
  path: string | undefined,
  options: CheckCommandOptions,
  console: Console,
): Promise<CheckReport> {
  const { seed, labels } = options;
  refuseOptionsOf("tables", options, `${of.path} is a model of images`);
  if (path !== undefined) {
    const { images, rows } = await readModelImages(of, path, options);
    for (const notice of images.notices) console.note(notice);
    return of.model.check(rows, { seed, context: contextsOf(rows.labels) });
  }
  checkClasses(of, options);
  if (labels !== undefined) {
    throw new DomainError(
      `--labels: there are no images that ${labels} could be of; name these after the model, or ` +
        "leave it out",
    );
  }
  const context = contextsOf(classesFor(of, options.class, SAMPLES));
  const samples = await of.model.sample(SAMPLES, { seed, context });
  return of.model.check(samples, { seed, context });
}

/**
 * How like the data samples are, one finding a line. It does not decide whether the check has passed: a model may be
 * rough, and its arithmetic right.
 */
export function qualityLines(quality: SampleQuality, width: number): string[] {
  const { marginals, correlations, discrepancy, neighbours, classifier, skipped } = quality;
  const found = [classifier, marginals, correlations, discrepancy, neighbours].flatMap((check) =>
    check ? [`${check.ok ? "alike" : "UNLIKE"}: ${check.message}`] : [],
  );
  const texts = [...found, ...skipped.map((text) => `not looked at: ${text}`)];
  return [
    "",
    "samples beside the data",
    ...wrap(VERDICTS, width),
    ...texts.flatMap((text) => indented(text, width)),
  ];
}

/** What `sampleQuality` goes by. */
const VERDICTS = `alike means p > ${LEAST_P_VALUE} or a small difference`;

/** A paragraph, its lines after the first set in. */
const indented = (text: string, width: number): string[] =>
  wrap(text, width - 2).map((line, place) => (place === 0 ? line : `  ${line}`));

const dimmed = (text: string): string => `\x1b[2m${text}\x1b[22m`;

/**
 * The measurements in columns, each with what it means: beside it where all of them fit, else below
 * it; what was left out. The last line sums up.
 *
 * @param aside how explanations are set apart.
 */
export function reportLines(
  { items, ok, skipped, equalSteps }: CheckReport,
  width: number,
  aside: (text: string) => string,
): string[] {
  const header = ["", "measured", "limit", ""];
  const rows = items.map(({ name, value, limit, ok }) => [
    name,
    value === 0 || value >= 0.01 ? value.toPrecision(2) : value.toExponential(1),
    String(limit),
    ok ? "ok" : "FAILED",
  ]);
  const [head = "", ...lines] = textTable([header, ...rows]);
  const room = width - Math.max(...lines.map((line) => line.length)) - 2;
  const beside = items.every(({ message }) => message.length <= room);
  const explained = lines.flatMap((line, index) => {
    const { message } = items[index] as CheckReport["items"][number];
    if (beside) return `${line.padEnd(width - room - 2)}  ${aside(message)}`;
    return [line, ...wrap(message, width - 2).map((text) => `  ${aside(text)}`)];
  });
  const failed = items.filter((item) => !item.ok).length;
  const verdict = ok
    ? "all checks passed"
    : `${failed} of ${counted(items.length, "check")} failed`;
  const left = skipped.flatMap((text) => wrap(`not checked: ${text}`, width));
  const solved = equalSteps ? solvingNotes(equalSteps, items) : [];
  const notes = solved.flatMap((text) => wrap(text, width));
  return [head, ...explained, "", ...left, ...notes, verdict];
}

/** How continuous layers were solved in a check, and what to do where that may be why an item failed. */
function solvingNotes(
  { count, everywhere }: NonNullable<CheckReport["equalSteps"]>,
  items: CheckReport["items"],
): string[] {
  const steps = counted(count, "equal step");
  const isOff = items.some(({ ok, ofData }) => !ok && !ofData);
  return [
    ...(everywhere ? [] : [`solved in ${steps} here; scores and samples are solved to tolerance`]),
    ...(isOff ? [`${steps} may be too few: ${MORE_STEPS}`] : []),
  ];
}
