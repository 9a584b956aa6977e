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

test("columns that are called like scores are neither taken for them nor lost", () => {
  const kept = leastLikely(1);
  const log = { name: "log_density", kind: "number", cells: Float64Array.of(-9, 5) } as const;
  kept.add({ rows: 2, columns: [log] }, scores(-1, -2), 0);
  const { columns } = kept.table();
  expect(columns.map(({ name, cells }) => [name, ...cells])).toEqual([
    ["row", 2],
    ["log_density", 5],
    ["log_density_", -2],
    ["tail_probability", Math.exp(-2)],
  ]);
});

test("nothing is kept of no rows", () => {
  expect(leastLikely(5).table().rows).toBe(0);
  expect(leastLikely(5).report()).toEqual([]);
});
