import { DataError } from "pushforward";
import type { EncodedTable } from "pushforward/tables";
import { expect, test } from "vitest";
import { defaultShare, type RowBlock, splitRows as split } from "../../src/table/split-rows.ts";

function table(rows: number): EncodedTable {
  return {
    data: Float64Array.from({ length: 2 * rows }, (_, i) => i),
    shape: [rows, 2],
    context: { data: Float64Array.from({ length: rows }, (_, i) => 10 * i), shape: [rows, 1] },
    standInLogDensity: new Float64Array(rows).fill(0.5),
    standInRows: new Set(),
    faults: new Map(),
  };
}

const splitRows = (rows: EncodedTable, share: number, seed: number) =>
  split("t.csv", rows, share, seed);

const firsts = ({ data }: RowBlock) => [...data].filter((_, i) => i % 2 === 0);

test("every row goes to one part, whole", () => {
  const { train, validation, test } = splitRows(table(100), 0.2, 0);
  expect([train, validation, test].map(({ shape }) => shape)).toEqual([
    [64, 2],
    [16, 2],
    [20, 2],
  ]);
  const all = [train, validation, test].flatMap(firsts).sort((a, b) => a - b);
  expect(all).toEqual(Array.from({ length: 100 }, (_, row) => 2 * row));
  for (const { data } of [train, validation, test]) {
    for (let i = 0; i < data.length; i += 2) expect(data[i + 1]).toBe((data[i] as number) + 1);
  }
});

test("contexts go with their rows, and stand-ins count", () => {
  const { train } = splitRows(table(100), 0.2, 0);
  expect(train.context?.shape).toEqual([64, 1]);
  expect([...(train.context?.data ?? [])]).toEqual([...train.rows].map((row) => 10 * row));
  expect(firsts(train)).toEqual([...train.rows].map((row) => 2 * row));
});

test("the seed decides", () => {
  expect(splitRows(table(100), 0.2, 1)).toEqual(splitRows(table(100), 0.2, 1));
  expect(firsts(splitRows(table(100), 0.2, 1).test)).not.toEqual(
    firsts(splitRows(table(100), 0.2, 2).test),
  );
});

test("the rows of a part are spread over the table", () => {
  const places = firsts(splitRows(table(10_000), 0.1, 3).test).map((value) => value / 2);
  const mean = places.reduce((sum, place) => sum + place, 0) / places.length;
  // 1000 of 10,000 places without replacement: the mean's standard deviation is 87.
  expect(Math.abs(mean - 4999.5)).toBeLessThan(4 * 87);
});

test("nothing held out for test", () => {
  expect(splitRows(table(100), 0, 0).test.shape).toEqual([0, 2]);
});

test("small tables hold out a fifth", () => {
  expect(defaultShare(499)).toBe(0.2);
  expect(defaultShare(500)).toBe(0.1);
});

test("too few rows for training", () => {
  expect(() => splitRows(table(4), 0.2, 0)).toThrow(DataError);
  expect(() => splitRows(table(4), 0.2, 0)).toThrow("4 rows leave 2 for training");
});
