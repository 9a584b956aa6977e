import { stat } from "node:fs/promises";
import { basename } from "node:path";
import {
  load,
  type Model,
  type OnnxFile,
  type OnnxFunction,
  type OnnxSolving,
  type OnnxTensor,
} from "pushforward";
import { formFacts } from "../images/image-text.ts";
import { checkOutput } from "../output/output-file.ts";
import { counted, listed } from "../table/wording.ts";
import { openConsole } from "../terminal/console.ts";
import { factLines } from "../terminal/text-table.ts";
import { eventNames } from "./event-names.ts";
import { type ImageModel, imageModel } from "./image-model.ts";
import { MORE_STEPS } from "./solver-advice.ts";

export interface ExportCommandOptions {
  functions: OnnxFunction[];
  out?: string;
  json?: boolean;
}

/** Writes functions of a model as ONNX models, for programs in other languages. */
export async function exportCommand(
  modelPath: string,
  options: ExportCommandOptions,
): Promise<void> {
  const console = openConsole();
  const { functions, json } = options;
  const out = options.out ?? `${basename(modelPath).replace(/\.[^.]+$/, "")}.onnx`;
  await checkOutput(out, [modelPath]);
  // At most a few draws are scored: no runtime has to start, nor to be missed.
  const model = await load(modelPath, { engine: "jax" });
  const files = await model.exportOnnx(out, { functions });
  const images = imageModel(modelPath, model);
  if (json) {
    const { columns } = model;
    const rows = images ? { shape: images.shape, classes: images.classes } : { columns };
    console.print(JSON.stringify({ command: "export", model: modelPath, ...rows, files }));
    return;
  }
  for (const file of files) {
    for (const line of factLines(await fileFacts(file), console.width)) console.print(line);
    console.print("");
  }
  const solving = files[0]?.solving;
  const facts = [
    ...(images ? imageFacts(images) : tableFacts(model)),
    ...(solving ? [["solved", solvingText(solving, model.condShape, functions)] as const] : []),
  ];
  for (const line of factLines(facts, console.width)) console.print(line);
}

function tableFacts(model: Model): [string, string][] {
  return [
    ["n", "any number of rows"],
    ["columns", listed(eventNames(model), 20)],
  ];
}

function imageFacts(images: ImageModel): [string, string][] {
  return [["n", "any number of images, channels first"], ...formFacts(images)];
}

/** Largest difference of log-densities, in nats, that needs no advice. */
const SMALL = 0.01;

/** How continuous layers are solved in a file, and how far that is from the model. */
export function solvingText(
  { steps, compared }: OnnxSolving,
  condShape: Model["condShape"],
  functions: readonly OnnxFunction[],
): string {
  const solved = `in ${counted(steps, "equal step")}`;
  if (compared) {
    const { draws, difference } = compared;
    if (difference === undefined) {
      return `${solved} some of ${draws} draws have no finite log-density: ${MORE_STEPS}`;
    }
    const measured =
      `${solved}: log-densities of ${draws} draws differ by at most ${difference.toPrecision(2)} nats from the ` +
      "model's, which are solved to tolerance";
    return difference <= SMALL
      ? measured
      : `${measured}; for a file that is closer to them, ${MORE_STEPS}`;
  }
  const beside = `${solved}, the model to tolerance`;
  if (!functions.includes("logProb") && !functions.includes("encode")) return beside;
  return condShape
    ? `${beside}; given no context there are no draws to compare log-densities by`
    : `${beside}; log-densities cannot be compared, for the model fails to draw or to score`;
}

async function fileFacts({ path, inputs, output }: OnnxFile): Promise<[string, string][]> {
  const { size } = await stat(path);
  return [
    ["file", `${path}, ${(size / 1024).toFixed(1)} KiB`],
    ...inputs.map((tensor): [string, string] => ["input", tensorText(tensor)]),
    ["output", tensorText(output)],
  ];
}

function tensorText({ name, shape, meaning }: OnnxTensor): string {
  return `${name} [${shape.join(", ")}]: ${meaning}`;
}
