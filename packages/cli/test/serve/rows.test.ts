import { expect, test } from "vitest";
import type { RowFormat } from "../../src/serve/row-format.ts";
import { rowFormat } from "../../src/serve/rows.ts";
import { conditional, gaussian, ofImages } from "./support.ts";

const cellsOf = (format: RowFormat, rows: unknown) =>
  format.readRows(rows, false).map(([row]) => row?.cells);

test("rows are lists or objects, and come out in the order of the columns", async () => {
  const format = rowFormat(await gaussian(["x", "y"]), 10);
  expect(cellsOf(format, [[1, 2]])).toEqual([[1, 2]]);
  expect(cellsOf(format, [{ y: 2, x: 1 }])).toEqual([[1, 2]]);
});

test("columns that cannot be keys of objects have lists only", async () => {
  for (const name of ["__proto__", "$ref"]) {
    const format = rowFormat(await gaussian(["x", name]), 10);
    expect(format.names).toEqual(["x", name]);
    expect(JSON.stringify(format.rows)).not.toContain("object");
  }
});

test("images are flat or nested lists", () => {
  const format = rowFormat(ofImages(), 10);
  const flat = Array.from({ length: 16 }, (_, i) => i);
  const nested = [[0, 4, 8, 12].map((from) => flat.slice(from, from + 4))];
  expect(cellsOf(format, [flat, flat])).toEqual([flat, flat]);
  expect(cellsOf(format, [nested])).toEqual([flat]);
});

test("a context is for all rows, or there is one per row", async () => {
  const format = rowFormat(await conditional(["a", "b"]), 10);
  expect(format.readContexts([1, 0], 2)).toEqual([
    [1, 0],
    [1, 0],
  ]);
  expect(format.readContexts({ b: 2, a: 1 }, 1)).toEqual([[1, 2]]);
  const each = [
    { a: 1, b: 2 },
    { a: 3, b: 4 },
  ];
  expect(format.readContexts(each, 2)).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(() => format.readContexts(each, 3)).toThrow(
    "/context: has 2 contexts for 3 rows; give one per row, or one for all without a list around it",
  );
});

test("numbers have the digits of a float32; null stands for what is not finite", () => {
  const format = rowFormat(ofImages(), 10);
  expect(format.writeNumbers(Float32Array.of(0.1, -Infinity, Number.NaN, 3))).toEqual([
    ...[0.1, null, null, 3],
  ]);
});

test("rows of many numbers are fewer", () => {
  const shape = [3, 512, 512];
  const model = { shape, condShape: null, columns: [], contextNames: undefined };
  expect(rowFormat(model as never, 10_000).most).toBe(1);
});
