import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { bitsPerPixel, indexOfLargest } from "../src/scenes/digits/bayes.ts";
import { type Card, readCard, usualBits } from "../src/scenes/digits/card.ts";
import { type Point, toImage } from "../src/scenes/digits/drawing.ts";
import { createDigits, type DigitsModel } from "../src/worker/digits.ts";

const publicFile = (name: string) => readFileSync(new URL(`../public/${name}`, import.meta.url));

/** The page tells its visitors what becomes of these; another model may see them otherwise. */
const spiral = Array.from({ length: 80 }, (_, i): Point => {
  const share = i / 79;
  const angle = 16 * share;
  return [0.5 + 0.4 * share * Math.cos(angle), 0.5 + 0.4 * share * Math.sin(angle)];
});
const hatching = [0.1, 0.26, 0.42, 0.58, 0.74, 0.9].map((y): Point[] => [
  [0.1, y],
  [0.9, y],
]);
const square: Point[] = [
  [0.2, 0.2],
  [0.8, 0.2],
  [0.8, 0.8],
  [0.2, 0.8],
  [0.2, 0.2],
];
const cross: Point[][] = [
  [
    [0.2, 0.2],
    [0.8, 0.8],
  ],
  [
    [0.8, 0.2],
    [0.2, 0.8],
  ],
];
const one: Point[] = [
  [0.55, 0.12],
  [0.45, 0.88],
];

describe("the model of the page finds", () => {
  const digits = createDigits("auto");
  let model: DigitsModel;
  let card: Card;

  beforeAll(async () => {
    card = readCard(JSON.parse(publicFile("digits.json").toString()));
    const bytes = publicFile("digits.safetensors").toString("base64");
    model = await digits.loadDigits(`data:application/octet-stream;base64,${bytes}`);
  });

  it.each([
    ["a spiral", [spiral], "too many"],
    ["hatching", hatching, "too many"],
    ["a cross", cross, "usual"],
    ["a square", [square], "usual"],
    ["a dot", [[[0.5, 0.5]] as Point[]], "too few"],
    ["a stroke for a 1", [one], "usual"],
  ])("%s to be what the page says", async (_, strokes, expected) => {
    const image = toImage({ digit: undefined, strokes }, model);
    const scores = await digits.readDigit(image);
    const best = indexOfLargest(scores);
    const bits = bitsPerPixel(scores[best] as number, image.length);
    const own = card.classes[best];
    if (!own) throw new Error("The card lacks a class of the model.");
    const { low, high } = usualBits(own);
    const judged = bits > high ? "too many" : bits < low ? "too few" : "usual";
    expect(judged).toBe(expected);
  });
});
