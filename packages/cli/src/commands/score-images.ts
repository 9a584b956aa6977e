import { bitsPerDimension } from "pushforward";
import { contextsOf } from "../images/image-rows.ts";
import type { ImageSet } from "../images/image-set.ts";
import { refuseOptionsOf } from "../options/useless-options.ts";
import { csvHeader, csvLine, csvText } from "../output/csv-lines.ts";
import { float32Text } from "../output/number-text.ts";
import { counted } from "../table/wording.ts";
import type { ImageModel } from "./image-model.ts";
import { readModelImages } from "./model-images.ts";
import type { ScoreCommandOptions, Scored } from "./scored.ts";

/** The log-probability of every image: a lower bound, the tighter the more draws of the noise. */
export async function scoreImages(
  of: ImageModel,
  path: string,
  options: ScoreCommandOptions,
): Promise<Scored> {
  refuseOptionsOf("tables", options, `${of.path} is a model of images`);
  const { draws = 1 } = options;
  const { images, rows } = await readModelImages(of, path, options);
  const context = contextsOf(rows.labels);
  const logMass = await of.model.logMass(rows, { draws, context });
  const bits = Float32Array.from(logMass, (value) => bitsPerDimension(value, of.size));
  const mean = bits.reduce((sum, value) => sum + value / bits.length, 0);
  return {
    lines: scoreLines(images, logMass, bits),
    summary: `${counted(images.count, "image")}, mean ${mean.toFixed(3)} bits per dimension`,
    notices: images.notices,
    facts: {
      images: path,
      count: images.count,
      shape: of.shape,
      draws,
      meanBitsPerDimension: mean,
    },
    scores: { logMass: Array.from(logMass), bitsPerDimension: Array.from(bits) },
  };
}

function* scoreLines(
  { names, count }: ImageSet,
  logMass: Float32Array,
  bits: Float32Array,
): Generator<string> {
  yield csvHeader(["image", "log_mass", "bits_per_dimension"]);
  for (let image = 0; image < count; image++) {
    const scores = [logMass, bits].map((values) => float32Text(values[image] as number));
    yield csvLine([csvText(names?.[image] ?? String(image)), ...scores]);
  }
}
