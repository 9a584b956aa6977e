import { describe, expect, test } from "vitest";
import { densityMap } from "../../src/plot/index.ts";
import { bell, circles, drawable, grid, normals, parsed, table, texts } from "./support.ts";

const xs = grid(-4, 4, 60);
const ys = grid(-3, 5, 50);
const density = ys.flatMap((y) => xs.map((x) => bell(x) * bell(y - 1)));
const names = ["eruptions", "waiting"] as const;
const points = table(normals(400), 2);
const orange = "#d55e00";

/** Horizontal and vertical extents of the region of one colour, in pixels; null if it is empty. */
function region(svg: string, fill: string) {
  const path = parsed(svg).querySelector(`g[fill="${fill}"] path`)?.getAttribute("d");
  if (!path) return null;
  const numbers = Array.from(path.matchAll(/(-?[\d.]+),(-?[\d.]+)/g), ([, x, y]) => [
    Number(x),
    Number(y),
  ]) as [number, number][];
  const side = (index: 0 | 1) => {
    const all = numbers.map((pair) => pair[index]);
    return { low: Math.min(...all), high: Math.max(...all) };
  };
  return { x: side(0), y: side(1) };
}

/** Where a number of an axis is drawn, by its tick label. */
function tickPlace(svg: string, axis: "x" | "y", label: string): number {
  const ticks = parsed(svg).querySelectorAll(`g[aria-label="${axis}-axis tick label"] text`);
  const tick = Array.from(ticks).find((node) => node.textContent === label);
  const place = tick?.getAttribute("transform")?.match(/translate\((-?[\d.]+),(-?[\d.]+)\)/);
  return Number(place?.[axis === "x" ? 1 : 2]);
}

test("names both axes and counts the rows", () => {
  const drawn = texts(densityMap({ names, xs, ys, density, points }));
  expect(drawn).toEqual(expect.arrayContaining(["eruptions", "waiting", "data (200 rows)"]));
});

test("the regions of a Gaussian are the ellipses they should be", () => {
  const svg = densityMap({ names, xs, ys, density, points });
  const eighty = region(svg, "#56b8ec") ?? expect.unreachable();
  const seventy = region(svg, "#33a7e5") ?? expect.unreachable();
  const unit = tickPlace(svg, "x", "1") - tickPlace(svg, "x", "0");
  const radius = (side: { low: number; high: number }) => (side.high - side.low) / 2 / unit;
  // A share s of a standard Gaussian lies within the radius sqrt(-2 log(1 - s)).
  expect(radius(eighty.x)).toBeCloseTo(Math.sqrt(-2 * Math.log(0.2)), 1);
  expect(radius(seventy.x)).toBeCloseTo(Math.sqrt(-2 * Math.log(0.3)), 1);
  // Its middle lies at (0, 1): rows of the grid go upward.
  expect((eighty.y.low + eighty.y.high) / 2).toBeCloseTo(tickPlace(svg, "y", "1"), -0.5);
});

test("thins many points and leaves out those outside the grid", () => {
  const many = densityMap({ names, xs, ys, density, points: table(normals(100_000), 2) });
  const legendDot = 1;
  expect(circles(many, orange)).toBe(3000 + legendDot);
  expect(texts(many)).toContain("data (3,000 of 50,000 rows)");
  const far = densityMap({ names, xs, ys, density, points: table([0, 0, 100, 0], 2) });
  expect(circles(far, orange)).toBe(1 + legendDot);
});

test("a spike of one cell is drawn and leaves the rest visible", () => {
  const spiked = density.map((value, index) => (index === 30 * xs.length + 10 ? 1e6 : value));
  const svg = densityMap({ names, xs, ys, density: spiked, points });
  const outermost = region(svg, "#eef6f9") ?? expect.unreachable();
  const innermost = region(svg, "#373d64") ?? expect.unreachable();
  expect(outermost.x.high - outermost.x.low).toBeGreaterThan(300);
  expect(innermost.x.high - innermost.x.low).toBeLessThan(30);
  expect(texts(svg).join(" ")).toContain("a spike counted as half");
});

test("rows that are not data are called what they are", () => {
  const drawn = texts(densityMap({ names, xs, ys, density, points, dataName: "sample" })).join(
    "\n",
  );
  expect(drawn).toMatch(/^sample[ :]/m);
  expect(drawn).not.toContain("data");
});

describe("odd inputs", () => {
  const inputs: Record<string, Partial<Parameters<typeof densityMap>[0]>> = {
    "cells that are not numbers": {
      density: density.map((p, i) => [Number.NaN, -Infinity, Infinity, -1, p][i % 5] as number),
    },
    "a density of zeros": { density: density.map(() => 0) },
    "a constant density": { density: density.map(() => 0.25) },
    "one cell": { xs: [1], ys: [2], density: [1] },
    "one point": { points: table([0, 0], 2) },
    "no points": { points: { data: [], shape: [0, 2] } },
    "identical points": { points: table(new Array(200).fill(1), 2) },
    "points that are not finite": { points: table([Number.NaN, 1, Infinity, 2, 1, 1], 2) },
    "large and small units": { xs: xs.map((x) => x * 1e6), ys: ys.map((y) => y * 1e-4) },
    "long names": { names: ["n".repeat(200), "m ".repeat(200)] },
  };
  test.each(Object.entries(inputs))("%s", (_, odd) => {
    expect(drawable(densityMap({ names, xs, ys, density, points, ...odd })).length).toBeGreaterThan(
      4,
    );
  });
});
