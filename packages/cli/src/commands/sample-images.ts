import { extname } from "node:path";
import { DataError } from "pushforward";
import { classNames, contextsOf } from "../images/image-rows.ts";
import { stretched } from "../images/pixel-depth.ts";
import { checkImageOutput, writeImages } from "../images/write-images.ts";
import { checkOutput } from "../output/output-file.ts";
import { counted, listed } from "../table/wording.ts";
import type { Console } from "../terminal/console.ts";
import { evaluationsNote } from "./evaluations-text.ts";
import { classesFor, type ImageModel } from "./image-model.ts";
import type { SampleCommandOptions } from "./sample-options.ts";

/** A square of 8 by 8. */
const USUAL_COUNT = 64;

/** More are no picture any more. */
const MOST_IN_PICTURE = 1000;

/** Draws images and writes them to a `.npy` file, to a folder, or side by side to a `.png` file. */
export async function sampleImages(
  of: ImageModel,
  options: SampleCommandOptions,
  console: Console,
): Promise<void> {
  const { count = USUAL_COUNT, seed, temperature = 1, out, json } = options;
  if (!out) {
    throw new DataError(
      `${of.path}: is a model of images, and these need a place; give --out samples.png for a ` +
        "picture of all, --out samples.npy, or --out samples for a folder",
    );
  }
  const isPicture = extname(out).toLowerCase() === ".png" && count > 1;
  if (isPicture && count > MOST_IN_PICTURE) {
    throw new DataError(
      `${out}: a picture holds up to ${MOST_IN_PICTURE} images, not ${count}; write them to a .npy file or a folder`,
    );
  }
  const labels = classesFor(of, options.class, count);
  if (isPicture) await checkOutput(out, [of.path]);
  else await checkImageOutput(out, count, { labels, others: [of.path] });
  const context = contextsOf(labels);
  const samples = await of.model.sample(count, { seed, temperature, context });
  const images = { ...samples, data: stretched(samples.data, of.high) };
  if (isPicture) {
    // What draws takes a while to load, and files of numbers do without it.
    const { writeGrid } = await import("./sample-grid.ts");
    await writeGrid(of.path, images, labels, options, out);
  } else {
    await writeImages(out, { pixels: images.data, shape: [count, ...of.shape], labels });
  }
  if (json) {
    const { path: model, shape } = of;
    const { engineName: engine, evaluations } = of.model;
    const classes = labels && classNames(labels);
    const facts = { count, shape, classes, seed, temperature, engine, evaluations, out };
    console.print(JSON.stringify({ command: "sample", model, ...facts }));
  } else {
    const inTurn = labels && options.class === undefined;
    const classes = inTurn
      ? `, of the classes ${listed(labels.classes.slice(0, count), 20)} in turn`
      : "";
    const evaluations = evaluationsNote(of.model.evaluations);
    console.print(`${out}: ${counted(count, "image")}${classes}${evaluations}`);
  }
}
