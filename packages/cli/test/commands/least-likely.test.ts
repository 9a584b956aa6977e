import type { Table } from "pushforward/tables";
import { expect, test } from "vitest";
import { leastLikely } from "../../src/commands/least-likely.ts";

const chunk = (names: string[]): Table => ({
  rows: names.length,
  columns: [{ name: "name", kind: "text", cells: names }],
});

const scores = (...values: number[]) => ({
  logDensity: Float64Array.from(values),
  tailProbability: Float64Array.from(values, (value) => Math.exp(value)),
});

test("the least likely rows of all pieces are kept, in order, with their row numbers", () => {
  const kept = leastLikely(3);
  kept.add(chunk(["a", "b", "c"]), scores(-1, -5, Number.NaN), 0);
  kept.add(chunk(["d", "e"]), scores(-Infinity, -2), 3);
  kept.add(chunk(["f"]), scores(-5), 5);
  const { rows, columns } = kept.table();
  expect(rows).toBe(3);
  expect(Object.fromEntries(columns.map(({ name, cells }) => [name, [...cells]]))).toMatchObject({
    row: [4, 2, 6],
    name: ["d", "b", "f"],
    log_density: [-Infinity, -5, -5],
  });
  expect(kept.report()).toEqual([
    { row: 4, logDensity: null, tailProbability: 0 },
    { row: 2, logDensity: -5, tailProbability: Math.exp(-5) },
    { row: 6, logDensity: -5, tailProbability: Math.exp(-5) },
  ]);
});

test("nothing is kept of no rows", () => {
  expect(leastLikely(5).table().rows).toBe(0);
  expect(leastLikely(5).report()).toEqual([]);
});
