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
  // Next to nothing is computed: no runtime has to start, nor to be missed.
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
  const [{ solving } = {} as Partial<OnnxFile>] = files;
  const facts = [
    ...(images ? imageFacts(images) : tableFacts(model)),
    ...(solving ? [["solved", solvingText(solving, model.condShape !== null)] as const] : []),
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
export function solvingText({ steps, compared }: OnnxSolving, isConditional: boolean): string {
  const solved = `in ${counted(steps, "equal step")}`;
  if (compared) {
    const { draws, difference } = compared;
    const measured =
      `${solved}: log-densities of ${draws} draws differ by at most ${difference.toPrecision(2)} nats from the ` +
      "model's, which are solved to tolerance";
    return difference <= SMALL
      ? measured
      : `${measured}; for a file that is closer to them, build the flow with more solver.steps`;
  }
  return isConditional
    ? `${solved}, the model's densities to tolerance; given no context there are no draws to compare them by`
    : `${solved}, the model's densities to tolerance; these cannot be compared, for the model's solver does not come ` +
        "to its end for all draws";
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
