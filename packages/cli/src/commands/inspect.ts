import { stat } from "node:fs/promises";
import { type Column, type HistoryEntry, load, type Model } from "pushforward";
import { counted, quoted } from "../table/wording.ts";
import { openConsole } from "../terminal/console.ts";
import { factLines } from "../terminal/text-table.ts";
import type { EngineOptions } from "./engine-options.ts";
import { columnNames } from "./model-table.ts";

export interface InspectCommandOptions extends EngineOptions {
  json?: boolean;
}

/** Shows what a model file holds. */
export async function inspectCommand(path: string, options: InspectCommandOptions): Promise<void> {
  const console = openConsole();
  const model = await load(path, { engine: options.engine, onNotice: console.note });
  const { size } = await stat(path);
  if (options.json) {
    console.print(
      JSON.stringify({
        command: "inspect",
        model: path,
        bytes: size,
        flow: model.flowName,
        parameters: model.parameterCount,
        engine: model.engineName,
        shape: model.shape,
        contextShape: model.condShape,
        columns: model.columns,
        history: model.history,
      }),
    );
    return;
  }
  const facts: [string, string][] = [
    ["model", `${path}, ${(size / 1024).toFixed(1)} KiB`],
    ...columnFacts(model),
    ["training", trainingText(model.history)],
  ];
  for (const line of factLines(facts, console.width)) console.print(line);
  console.print("");
  console.print(model.summary());
}

/** One fact per column: its name and which values it can take. */
function columnFacts(model: Model): [string, string][] {
  return columnNames(model).map((name, index) => [
    index === 0 ? "columns" : "",
    `${quoted(name)}: ${valuesText(model.columns[index] ?? {})}`,
  ]);
}

function valuesText({ step, origin = 0 }: Column): string {
  if (step === undefined) return "any number";
  if (step === 1 && Number.isInteger(origin)) return "whole numbers";
  const from = Number.isInteger(Number((origin / step).toPrecision(12)))
    ? ""
    : `, such as ${origin}`;
  return `in steps of ${step}${from}`;
}

/** How the training went; the history holds negative log-likelihoods. */
function trainingText(history: readonly HistoryEntry[]): string {
  const last = history.at(-1);
  if (!last) return "no history in the file";
  const best = history.reduce((least, entry) =>
    entry.validation < least.validation || Number.isNaN(least.validation) ? entry : least,
  );
  return (
    `${counted(last.step, "step")}; best validation log-likelihood ` +
    `${(-best.validation).toFixed(3)} nats (step ${best.step.toLocaleString("en-US")})`
  );
}
