import { basename } from "node:path";
import type { Samples } from "pushforward";
import { classNames } from "../images/image-rows.ts";
import type { LabelSet } from "../images/image-set.ts";
import { figure, type ImageBlock, imageGrid, writeFigure } from "../plot/index.ts";
import { quoted } from "../table/wording.ts";
import type { SampleCommandOptions } from "./sample-options.ts";

/**
 * Writes a picture of all samples; with the classes in turn, as many columns as classes, where they
 * fit.
 *
 * @param images values from 0 to 255.
 */
export async function writeGrid(
  modelPath: string,
  images: Samples,
  labels: LabelSet | undefined,
  options: SampleCommandOptions,
  out: string,
): Promise<void> {
  const { seed, temperature = 1, class: only } = options;
  const inTurn = only === undefined ? labels : undefined;
  const block: ImageBlock = {
    images,
    columns: inTurn?.classes.length ?? Math.ceil(Math.sqrt(images.shape[0] as number)),
    ...(inTurn && { captions: classNames(inTurn) }),
  };
  const title = `Samples of ${basename(modelPath)}`;
  const ofClass = only === undefined ? "" : `class ${quoted(only)}, `;
  const subtitle = `${ofClass}temperature ${temperature}, seed ${seed}`;
  await writeFigure(figure({ title, subtitle }, await imageGrid({ blocks: [block] })), out);
}
