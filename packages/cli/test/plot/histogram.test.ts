import { expect, test } from "vitest";
import { binEdges, histogram } from "../../src/plot/histogram.ts";
import { normals } from "./support.ts";

const mass = (bars: ReturnType<typeof histogram>) =>
  bars.reduce((sum, { from, to, density }) => sum + (to - from) * density, 0);

test("bars over the whole range hold all of the mass", () => {
  const values = normals(1000);
  expect(mass(histogram(values, binEdges(values, [-5, 5])))).toBeCloseTo(1, 12);
});

test("values outside the range and values that are not finite", () => {
  const values = [0.1, 0.2, 0.3, 9, Number.NaN, Infinity];
  expect(mass(histogram(values, binEdges(values, [0, 1])))).toBeCloseTo(3 / 4, 12);
});

test("every bin of integers holds the same number of integers", () => {
  const values = normals(3000).map((value) => Math.round(20 + 6 * value));
  const edges = binEdges(values, [0, 40]);
  const width = edges[1]! - edges[0]!;
  expect(width).toBe(Math.round(width));
  expect(Array.from(edges, (edge) => Math.abs(edge % 1))).toEqual(Array.from(edges, () => 0.5));
});

test("300 values get 20 to 40 bars over their range, on a grid too", () => {
  const near = normals(300).map((value, index) => (index % 2 ? 60 + 6 * value : 80 + 5 * value));
  for (const values of [near, near.map((value) => Math.round(value))]) {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const edges = binEdges(values, [low - 8, high + 8]);
    const bars = (high - low) / (edges[1]! - edges[0]!);
    expect(bars).toBeGreaterThanOrEqual(20);
    expect(bars).toBeLessThanOrEqual(40);
  }
});

test("values crowded in a small part of the range do not multiply the bins", () => {
  const edges = binEdges(
    normals(300).map((value) => 1e-9 * value),
    [-5, 5],
  );
  expect(edges.length).toBeLessThan(100);
});

test("a stray value between the grid points does not hide the grid", () => {
  const values = normals(5000).map((value) => Math.round(57 + 2 * value));
  const edges = binEdges([...values, 56.3, 57.1], [45, 70]);
  expect(edges[1]! - edges[0]!).toBe(1);
});

test.each([
  ["no values", []],
  ["one value", [2]],
  ["identical values", [2, 2, 2, 2]],
  ["two values", [1, 3]],
])("%s: a sane number of bins", (_, values) => {
  const edges = binEdges(values, [0, 4]);
  expect(edges.length).toBeGreaterThan(2);
  expect(edges.length).toBeLessThan(65);
  expect(mass(histogram(values, edges))).toBeCloseTo(values.length > 0 ? 1 : 0, 12);
});
