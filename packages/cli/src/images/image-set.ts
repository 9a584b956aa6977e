/** Of one image; 1 channel is grey, 3 are red, green and blue. */
export type ImageShape = readonly [channels: number, height: number, width: number];

/** Images of one size, as numbers. */
export interface ImageSet {
  /** The path as it was given. */
  source: string;
  shape: ImageShape;
  count: number;
  /** Row-major `[count, channels, height, width]`, 0 to 255. */
  pixels: Uint8Array;
  /** The sub-folder of each image, where a folder has one per class. */
  labels?: LabelSet;
  /** Of pictures: their paths within the folder, or the name of the file. */
  names?: string[];
  /** What was left out or converted, one line each. */
  notices: string[];
}

/** The class of each image. */
export interface LabelSet {
  /** A number from 0 to `classes.length - 1` per image. */
  values: Int32Array;
  /** What the classes are called: the labels as they stood in the file, or folders. */
  classes: readonly string[];
}

/** More classes are a slip: row numbers, or the values of a measurement. */
export const MOST_CLASSES = 1000;
