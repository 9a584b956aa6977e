import { describe, expect, it } from "vitest";
import { emptyDrawing, PEN, type Point, toImage } from "../src/scenes/digits/drawing.ts";

const format = { height: 20, width: 20, values: 8 };

/** A line as a pad is drawn on. */
const line = (from: Point, to: Point): Point[] => [from, to];

function inkOf(image: Uint8Array) {
  const rows = new Set<number>();
  const columns = new Set<number>();
  let [sum, sumX, sumY] = [0, 0, 0];
  image.forEach((value, i) => {
    if (value === 0) return;
    const [row, column] = [Math.floor(i / format.width), i % format.width];
    rows.add(row);
    columns.add(column);
    sum += value;
    sumX += value * (column + 0.5);
    sumY += value * (row + 0.5);
  });
  const extent = (places: Set<number>) => 1 + Math.max(...places) - Math.min(...places);
  return { height: extent(rows), width: extent(columns), sum, middle: [sumX / sum, sumY / sum] };
}

describe("a drawing as an image", () => {
  it("fills the frame with the longer side of its ink, wherever and however large it was drawn", () => {
    const small = toImage({ digit: undefined, strokes: [line([0.1, 0.1], [0.1, 0.4])] }, format);
    const large = toImage({ digit: undefined, strokes: [line([0.8, 0.05], [0.8, 0.95])] }, format);
    expect(large).toEqual(small);
    const { height, width, middle } = inkOf(small);
    expect(height).toBe(20);
    expect(width).toBeLessThanOrEqual(4);
    expect(middle[0]).toBeCloseTo(10, 6);
    expect(middle[1]).toBeCloseTo(10, 6);
  });

  it("keeps proportions", () => {
    const strokes = [line([0.2, 0.2], [0.8, 0.2]), line([0.2, 0.5], [0.8, 0.5])];
    const { height, width } = inkOf(toImage({ digit: undefined, strokes }, format));
    expect(width).toBe(20);
    const pen = PEN * 20;
    expect(Math.abs(height - ((20 - pen) / 2 + pen))).toBeLessThan(1.5);
  });

  it("covers as much as the pen is wide, with greys at the edges", () => {
    const strokes = [line([0.5, 0.1], [0.5, 0.9])];
    const image = toImage({ digit: undefined, strokes }, { ...format, values: 256 });
    const middleRow = image.slice(10 * 20, 11 * 20);
    const covered = middleRow.reduce((sum, value) => sum + value, 0) / 255;
    expect(Math.abs(covered - PEN * 20)).toBeLessThan(0.3);
    expect(middleRow.some((value) => value > 0 && value < 255)).toBe(true);
  });

  it("leaves a dot a dot", () => {
    const { sum, middle } = inkOf(
      toImage({ digit: undefined, strokes: [[[0.3, 0.9]]] }, { ...format, values: 256 }),
    );
    expect(Math.abs(sum / 255 - Math.PI * (PEN * 10) ** 2)).toBeLessThan(0.8);
    expect(middle[0]).toBeCloseTo(10, 6);
  });

  it("takes the shape and the greys of the model", () => {
    const strokes = [line([0.2, 0.2], [0.8, 0.8])];
    const image = toImage({ digit: undefined, strokes }, { height: 12, width: 14, values: 4 });
    expect(image).toHaveLength(12 * 14);
    expect(Math.max(...image)).toBe(3);
  });

  it("adds strokes to a digit of the model, and leaves the rest of it as it is", () => {
    const digit = new Uint8Array(400).fill(2);
    expect(toImage({ digit, strokes: [] }, format)).toEqual(digit);
    const image = toImage({ digit, strokes: [line([0.5, 0.2], [0.5, 0.8])] }, format);
    expect(image[10 * 20 + 10]).toBe(7);
    expect(image[10 * 20 + 2]).toBe(2);
  });

  it("of nothing is black", () => {
    expect(Math.max(...toImage(emptyDrawing, format))).toBe(0);
  });
});
