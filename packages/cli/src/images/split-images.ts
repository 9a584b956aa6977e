import { DataError } from "pushforward";
import { shuffled } from "../table/shuffled.ts";
import { counted } from "../table/wording.ts";
import { type ImageRows, selectImages } from "./image-rows.ts";

export interface ImageSplit {
  train: ImageRows;
  validation: ImageRows;
  /** Empty if no images are held out. */
  test: ImageRows;
}

/** Held out for the report: this share, but no more images than these. */
const TEST_SHARE = 0.1;
const MOST_TEST = 2000;
const VALIDATION_SHARE = 0.1;
/** More would tell little more, and take long. */
const MOST_VALIDATION = 1000;
/** Of fewer there is no density. */
const FEWEST = 2;

/**
 * Deals images at random into training, validation and test; the same seed deals the same.
 *
 * @param source what messages call the images.
 * @param testShare default 0.1, at most 2000 images; a share that is given is held out whole.
 * @throws DataError when fewer than two images are left for training.
 */
export function splitImages(
  source: string,
  images: ImageRows,
  testShare: number | undefined,
  seed: number,
): ImageSplit {
  const [count] = images.shape;
  const order = shuffled(count, seed);
  const usual = Math.min(MOST_TEST, Math.round(TEST_SHARE * count));
  const test = testShare === undefined ? usual : Math.round(testShare * count);
  const rest = count - test;
  const validation = Math.min(MOST_VALIDATION, Math.max(1, Math.round(VALIDATION_SHARE * rest)));
  const train = Math.max(0, rest - validation);
  if (train < FEWEST) {
    throw new DataError(
      `${source}: of ${counted(count, "image")}, ${train} would be left for training, and a density ` +
        "needs many; add images, or hold out less with --test",
    );
  }
  return {
    test: selectImages(images, order.subarray(0, test)),
    validation: selectImages(images, order.subarray(test, test + validation)),
    train: selectImages(images, order.subarray(test + validation)),
  };
}
