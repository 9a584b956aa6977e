import { DataError } from "pushforward";
import { describe, expect, test } from "vitest";
import { calibrationPlot, type TransformGroup } from "../../src/plot/index.ts";
import { drawable, parsed, texts } from "./support.ts";

const even = (count: number) => Float64Array.from({ length: count }, (_, i) => (i + 0.5) / count);
const group = (name: string, values: Float64Array = even(500)): TransformGroup => ({
  name,
  values,
});

/** The corners of the curves in pixels. */
function curves(svg: string): [number, number][][] {
  const lines = Array.from(parsed(svg).querySelectorAll('g[aria-label="line"]'));
  const solid = lines.filter((line) => !line.getAttribute("stroke-dasharray"));
  return solid.map((line) =>
    Array.from(
      (line.querySelector("path")?.getAttribute("d") ?? "").matchAll(/(-?[\d.]+),(-?[\d.]+)/g),
      ([, x, y]) => [Number(x), Number(y)],
    ),
  );
}

test("a curve and a histogram for each group, by name", () => {
  const svg = calibrationPlot({ groups: [group("whole rows"), group("price")] });
  expect(texts(svg)).toEqual(expect.arrayContaining(["whole rows", "price", "500 rows"]));
  expect(curves(svg)).toHaveLength(2);
  expect(parsed(svg).querySelectorAll('g[aria-label="rect"]')).toHaveLength(4);
});

test("even values are the diagonal, values that come too early lie above it", () => {
  const [right] = curves(calibrationPlot({ groups: [group("x")] }));
  const [early] = curves(
    calibrationPlot({
      groups: [
        group(
          "x",
          even(500).map((u) => u * u),
        ),
      ],
    }),
  );
  const [left, right0] = [right![0]!, right!.at(-1)!];
  const diagonal = (x: number) =>
    left[1] + ((right0[1] - left[1]) * (x - left[0])) / (right0[0] - left[0]);
  for (const [x, y] of right!) expect(Math.abs(y - diagonal(x))).toBeLessThan(1);
  const middle = early![100]!;
  // P(u^2 <= 1/2) = 0.707; pixels grow downward.
  const height = left[1] - right0[1];
  expect((diagonal(middle[0]) - middle[1]) / height).toBeCloseTo(Math.SQRT1_2 - 0.5, 2);
});

test("the bands are narrower the more rows there are", () => {
  const bandHeight = (count: number) => {
    const svg = calibrationPlot({ groups: [group("x", even(count))] });
    const area = parsed(svg).querySelector('g[aria-label="area"] path')!.getAttribute("d")!;
    const ys = Array.from(area.matchAll(/(-?[\d.]+),(-?[\d.]+)/g), ([, x, y]) => ({
      x: Number(x),
      y: Number(y),
    }));
    const middle = ys.reduce((sum, { x }) => sum + x / ys.length, 0);
    const there = ys.filter(({ x }) => Math.abs(x - middle) < 0.7).map(({ y }) => y);
    return Math.max(...there) - Math.min(...there);
  };
  expect(bandHeight(100) / bandHeight(10_000)).toBeGreaterThan(8);
});

test("of more than 11 groups the first 11 are drawn, and the legend says so", () => {
  const groups = Array.from({ length: 30 }, (_, index) => group(`latent ${index}`));
  const drawn = texts(calibrationPlot({ groups }));
  expect(drawn).toContain("The first 11 of 30.");
  expect(drawn).toContain("latent 10");
  expect(drawn).not.toContain("latent 11");
});

describe("odd inputs", () => {
  const odd: Record<string, Float64Array> = {
    "one value": Float64Array.of(0.3),
    "equal values": new Float64Array(100).fill(1),
    "values outside [0, 1] and NaN": Float64Array.of(Number.NaN, -1, 2, 0.5),
  };
  test.each(Object.entries(odd))("%s", (_, values) => {
    const svg = calibrationPlot({ groups: [group("a<b> & \u0000", values)] });
    expect(drawable(svg)).toContain("a<b> & \uFFFD");
  });
});

test("no groups, and a group without values, are refused with the way out", () => {
  expect(() => calibrationPlot({ groups: [] })).toThrow(DataError);
  const empty = () => calibrationPlot({ groups: [group("price", new Float64Array())] });
  expect(empty).toThrow(/"price" has no values.*leave the group out/);
});
