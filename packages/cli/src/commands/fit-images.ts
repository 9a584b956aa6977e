import { rm } from "node:fs/promises";
import { readFitImages } from "../images/read-fit-images.ts";
import { splitImages } from "../images/split-images.ts";
import { refuseOptionsOf } from "../options/useless-options.ts";
import { checkOutput } from "../output/output-file.ts";
import { openConsole } from "../terminal/console.ts";
import { adviceIfUseless } from "./advice.ts";
import type { FitCommandOptions } from "./fit-options.ts";
import { imageJsonReport, imageTextReport } from "./image-fit-report.ts";
import { buildImageFlow, imageTraining } from "./image-fit-settings.ts";
import { scoreParts } from "./image-scores.ts";
import { checkModelName, modelPathFor } from "./model-path.ts";
import { bitsPerDimensionOf, trainWithProgress } from "./training-run.ts";

/** Fits a flow to images, tells how many bits per dimension they take, and writes the model. */
export async function fitImages(path: string, options: FitCommandOptions): Promise<void> {
  const console = openConsole();
  const { bits = 8, labels, classes, seed, checkpoint, json } = options;
  const out = await modelPathFor(path, options.out);
  refuseOptionsOf("tables", options, `${path} holds images`);
  const inputs = [path, ...(labels ? [labels] : [])];
  await checkOutput(out, inputs);
  if (checkpoint) {
    checkModelName(checkpoint);
    await checkOutput(checkpoint, [...inputs, out]);
  }
  const { images, rows, notices } = await readFitImages(path, { bits, labels, classes });
  const flow = buildImageFlow(rows, bits, options);
  const split = splitImages(path, rows, options.test, seed);
  for (const notice of notices) console.note(notice);

  const begin = performance.now();
  const loss = bitsPerDimensionOf(rows.data.length / images.count);
  const training = imageTraining(split, options);
  const job = { flow, rows: split.train, options: training, checkpoint, loss };
  const run = await trainWithProgress(job, console);
  const seconds = (performance.now() - begin) / 1000;
  const scores = await scoreParts(run.model, split, seed);
  await run.model.save(out);
  if (checkpoint) await rm(checkpoint, { force: true });

  const advice = adviceIfUseless(scores, bits);
  if (advice) console.note(advice);
  const all = [...notices, ...run.notices, ...(advice ? [advice] : [])];
  const report = { ...run, notices: all, images, split, bits, seed, out, seconds, scores };
  if (json) console.print(JSON.stringify(imageJsonReport(report)));
  else for (const line of imageTextReport(report, console.width)) console.print(line);
}
