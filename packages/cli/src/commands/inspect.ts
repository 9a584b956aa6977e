import { stat } from "node:fs/promises";
import { bitsPerDimension, type HistoryEntry, load, type Model } from "pushforward";
import { fieldTexts, schemaOf } from "pushforward/tables";
import { formFacts } from "../images/image-text.ts";
import { counted } from "../table/wording.ts";
import { openConsole } from "../terminal/console.ts";
import { factLines, wrap } from "../terminal/text-table.ts";
import { bestEntry } from "./best-entry.ts";
import type { EngineOptions } from "./engine-options.ts";
import { evaluationsFact } from "./evaluations-text.ts";
import { fieldFacts } from "./field-facts.ts";
import { type ImageModel, imageModel } from "./image-model.ts";
import { trainsOnOnePoint } from "./one-point.ts";

export interface InspectCommandOptions extends EngineOptions {
  json?: boolean;
}

/** Shows what a model file holds. */
export async function inspectCommand(path: string, options: InspectCommandOptions): Promise<void> {
  const console = openConsole();
  const model = await load(path, { engine: options.engine, onNotice: console.note });
  const images = imageModel(path, model);
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
        ...(images ? imageReport(images) : tableReport(model)),
        historyUnit: `nats per ${images ? "image" : "row"}`,
        history: model.history,
      }),
    );
    return;
  }
  const facts: [string, string][] = [
    ["model", `${path}, ${(size / 1024).toFixed(1)} KiB`],
    ...(images ? imageFacts(images) : tableFacts(model)),
  ];
  for (const line of factLines(facts, console.width)) console.print(line);
  console.print("");
  for (const line of model.summary().split("\n")) {
    const [first = "", ...more] =
      line.length > console.width ? wrap(line, console.width - 2) : [line];
    for (const text of [first, ...more.map((part) => `  ${part}`)]) console.print(text);
  }
}

function tableFacts(model: Model): [string, string][] {
  const bound = trainsOnOnePoint(model) ? " while training, a lower bound" : "";
  const best = (loss: number) => `log-likelihood ${(-loss).toFixed(3)} nats${bound}`;
  return [
    ...columnFacts(model),
    ["training", trainingText(model.history, best)],
    ...evaluationsFact(bestEntry(model.history)?.evaluations),
  ];
}

function imageFacts(images: ImageModel): [string, string][] {
  const { model, size } = images;
  const best = (loss: number) => `${bitsPerDimension(-loss, size).toFixed(3)} bits per dimension`;
  return [
    ...formFacts(images),
    ["levels", `${levelsOf(model)}`],
    ["training", trainingText(model.history, best)],
  ];
}

/** What machines are told of a model of images in the place of its columns. */
function imageReport({ model, high, classes }: ImageModel) {
  return { pixels: { low: 0, high }, classes: classes ?? null, levels: levelsOf(model) };
}

/** Number of scales. */
function levelsOf({ latentScales = [0] }: Model): number {
  return new Set(latentScales).size;
}

/** What machines are told of a model of tables; one of other contexts has columns of numbers and no table. */
function tableReport(model: Model) {
  if (!isTabular(model)) return { columns: model.columns };
  const { given } = schemaOf("inspect", model);
  const columns = fieldTexts(schemaOf("inspect", model), model.columns);
  return { columns, numbers: model.columns, given: given.map(({ name }) => name) };
}

/** One fact per column: its name and which values it can take. */
function columnFacts(model: Model): [string, string][] {
  if (!isTabular(model)) return [["columns", `${model.columns.length} numbers, given a context`]];
  return fieldFacts(fieldTexts(schemaOf("inspect", model), model.columns));
}

const isTabular = (model: Model) => model.table !== undefined || !model.condShape;

/** How the training went; `best` puts a loss, in nats per row, into words. */
function trainingText(history: readonly HistoryEntry[], best: (loss: number) => string): string {
  const [last, least] = [history.at(-1), bestEntry(history)];
  if (!last || !least) return "no history in the file";
  return (
    `${counted(last.step, "step")}; best validation ${best(least.validation)} ` +
    `(step ${least.step.toLocaleString("en-US")})`
  );
}
