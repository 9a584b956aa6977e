import { DataError } from "pushforward";
import { printText, writeText } from "../output/output-file.ts";
import { checkTableOutput } from "../output/table-writer.ts";
import { openConsole } from "../terminal/console.ts";
import { imageModel } from "./image-model.ts";
import { loadModel } from "./load-model.ts";
import { scoreImages } from "./score-images.ts";
import { scoreTable } from "./score-table.ts";
import type { ScoreCommandOptions } from "./scored.ts";

/** Writes the rows of a table with their log-density, or images with their log-probability. */
export async function scoreCommand(
  modelPath: string,
  path: string | undefined,
  options: ScoreCommandOptions,
): Promise<void> {
  const console = openConsole();
  const { labels, out, json } = options;
  const inputs = [modelPath, path, labels].filter((input) => input !== undefined);
  if (out) await checkTableOutput(out, inputs);
  const model = await loadModel(modelPath, options, console);
  const images = imageModel(modelPath, model);
  if (!images) {
    await scoreTable(modelPath, model, path, options, console);
    return;
  }
  if (path === undefined) {
    throw new DataError(`${modelPath} is a model of images; name images after it`);
  }
  if (out) await checkTableOutput(out, inputs, [".csv"]);
  const { lines, summary, notices, facts, scores } = await scoreImages(images, path, options);
  for (const notice of notices) console.note(notice);
  if (out) await writeText(out, lines);
  if (json) {
    const { engineName: engine } = model;
    const found = out ? { out } : scores;
    const report = { command: "score", model: modelPath, ...facts, engine, ...found, notices };
    console.print(JSON.stringify(report));
    return;
  }
  if (!out) await printText(lines);
  if (out) console.print(`${out}: ${summary}`);
  else console.note(summary);
}
