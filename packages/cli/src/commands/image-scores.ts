import { bitsPerDimension, type Model } from "pushforward";
import { contextsOf, firstImages, type ImageRows } from "../images/image-rows.ts";
import type { ImageSplit } from "../images/split-images.ts";
import { bestEntry } from "./best-entry.ts";
import type { PartScores } from "./comparison.ts";

/**
 * Mean bits per dimension on the three parts of the images. Of the training images so many are
 * taken as there are test images; what the validation says was measured while training.
 */
export async function scoreParts(
  model: Model,
  { train, validation, test }: ImageSplit,
  seed: number,
): Promise<PartScores> {
  const size = model.columns.length;
  // They were dealt at random: the first ones are as good as any.
  const some = firstImages(train, test.shape[0] || validation.shape[0]);
  const score = async (part: ImageRows) => {
    const context = contextsOf(part.labels);
    const { logProb, standardError } = await model.evaluate(part, { seed, context });
    return { mean: bitsPerDimension(logProb, size), error: standardError / (size * Math.LN2) };
  };
  const held = test.shape[0] > 0 ? await score(test) : null;
  return {
    name: model.flowName,
    train: (await score(some)).mean,
    validation: bitsPerDimension(-(bestEntry(model.history)?.validation ?? Number.NaN), size),
    test: held?.mean ?? null,
    testError: held && Number.isFinite(held.error) ? held.error : null,
  };
}
