import { listed } from "../table/wording.ts";
import type { ImageShape } from "./image-set.ts";
import { depthText } from "./pixel-depth.ts";

/** What images are like: `28 x 28 pixels, grey`. */
export function shapeText([channels, height, width]: ImageShape): string {
  const color = { 1: "grey", 3: "colour" }[channels] ?? `${channels} channels`;
  return `${width} x ${height} pixels, ${color}`;
}

/** What images a model takes. */
export interface ImageForm {
  readonly shape: ImageShape;
  /** The largest value of a pixel; the smallest is 0. */
  readonly high: number;
  /** Of a class-conditional model. */
  readonly classes: readonly string[] | undefined;
}

/** The form of images as facts: shape and depth, and the classes if there are any. */
export function formFacts({ shape, high, classes }: ImageForm): [string, string][] {
  const facts: [string, string][] = [["shape", `${shapeText(shape)}; ${depthText(high)}`]];
  if (classes) facts.push(["classes", listed(classes, 20)]);
  return facts;
}
