import { describe, expect, test } from "vitest";
import { densityCurve } from "../../src/plot/index.ts";
import { bell, drawable, grid, normals, parsed, texts } from "./support.ts";

const xs = grid(-4, 4, 200);
const density = xs.map(bell);
const values = normals(500);

/** The vertical extent of the model's curve in pixels: [top, bottom]. */
function curveExtent(svg: string): [number, number] {
  const path = parsed(svg).querySelector('g[stroke="#0173b4"] path')?.getAttribute("d") ?? "";
  const heights = Array.from(path.matchAll(/,(-?[\d.]+)/g), (match) => Number(match[1]));
  return [Math.min(...heights), Math.max(...heights)];
}

test("names the variable, the density, the model, the baseline and the rows", () => {
  const baseline = { name: "Gaussian", density };
  const drawn = texts(densityCurve({ name: "velocity (km/s)", xs, density, values, baseline }));
  expect(drawn).toEqual(
    expect.arrayContaining(["velocity (km/s)", "density", "model", "Gaussian", "data (500 rows)"]),
  );
});

test("draws a rug for few values only", () => {
  const rug = (count: number) => {
    const svg = densityCurve({ name: "x", xs, density, values: normals(count) });
    return parsed(svg).querySelectorAll('g[aria-label="rule"] line').length;
  };
  const baselineRule = 1;
  expect(rug(50)).toBe(50 + baselineRule);
  expect(rug(5000)).toBe(baselineRule);
});

test("cuts a spike, says how high it is, and keeps the histogram readable", () => {
  const spiked = density.map((value, index) => (index === 50 ? 1e9 : value));
  const svg = densityCurve({ name: "x", xs, density: spiked, values });
  expect(texts(svg)).toContain("density, cut: the peak is at 1000000000");
  // The renderer ends the process on coordinates of millions of pixels.
  expect(curveExtent(svg)[0]).toBeGreaterThan(-1000);
  const bars = Array.from(parsed(svg).querySelectorAll('g[aria-label="rect"] rect'), (bar) =>
    Number(bar.getAttribute("height")),
  );
  expect(Math.max(...bars)).toBeGreaterThan(100);
});

test("takes large and small values out of the tick labels", () => {
  const scaled = { xs: xs.map((x) => 1e6 * x), density: density.map((p) => p / 1e6) };
  const drawn = texts(
    densityCurve({ name: "income", ...scaled, values: values.map((v) => v * 1e6) }),
  );
  expect(drawn).toEqual(expect.arrayContaining(["income (×10⁶)", "density (×10⁻⁷)", "−2", "3"]));
});

test("rows that are not data are called what they are", () => {
  const drawn = texts(densityCurve({ name: "x", xs, density, values, dataName: "sample" })).join(
    "\n",
  );
  expect(drawn).toMatch(/^sample[ :]/m);
  expect(drawn).not.toContain("data");
});

describe("odd inputs", () => {
  const inputs: Record<string, Partial<Parameters<typeof densityCurve>[0]>> = {
    "cells that are not finite": {
      density: density.map((p, i) => [Number.NaN, -Infinity, Infinity, p][i % 4] as number),
    },
    "one value": { values: [0.5] },
    "no values": { values: [] },
    "identical values": { values: new Array(100).fill(2) },
    "values that are not finite": { values: [Number.NaN, Infinity, 1] },
    "one grid point": { xs: [3], density: [1], values: [3, 3] },
    "zero density": { density: density.map(() => 0), values: [] },
    "a name with markup and control characters": { name: 'a<b> & "c" \u0000\u0007 \uD800' },
    "a name of 300 characters": { name: "long ".repeat(60) },
  };
  test.each(Object.entries(inputs))("%s", (_, odd) => {
    expect(drawable(densityCurve({ name: "x", xs, density, values, ...odd }))).toContain("model");
  });
});
