import { describe, expect, test } from "vitest";
import { DataError, ShapeError } from "../../src/core/errors.ts";
import {
  asDoubles,
  columnOf,
  countRows,
  type Rows,
  toHostRows,
  toImageRows,
} from "../../src/core/rows.ts";

const read = (rows: Rows, shape: number[] = [2]) => toHostRows("score", rows, shape);

describe("all ways to write the same rows", () => {
  const ways: [string, Rows][] = [
    [
      "nested",
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ],
    ["flat", [1, 2, 3, 4, 5, 6]],
    ["typed", Float32Array.from([1, 2, 3, 4, 5, 6])],
    [
      "rows of typed arrays",
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ].map((row) => Float64Array.from(row)),
    ],
    ["data and shape", { data: [1, 2, 3, 4, 5, 6], shape: [3, 2] }],
  ];
  test.each(ways)("%s", (_, rows) => {
    const host = read(rows);
    expect([...host.data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(host).toMatchObject({ count: 3, size: 2 });
    expect([...columnOf(host, 1)]).toEqual([2, 4, 6]);
  });
});

test("scalar and one-dimensional events: a list of numbers is a list of rows", () => {
  expect(read([1, 2, 3], [])).toMatchObject({ count: 3, size: 1 });
  expect(read([1, 2, 3], [1])).toMatchObject({ count: 3, size: 1 });
});

test("only the rows chosen are read, in their order", () => {
  const ways: Rows[] = [
    [
      [1, 2],
      [Number.NaN, 0],
      [5, 6],
    ],
    [1, 2, Number.NaN, 0, 5, 6],
    { data: Float64Array.of(1, 2, Number.NaN, 0, 5, 6), shape: [3, 2] },
  ];
  for (const rows of ways) {
    expect(countRows("score", rows, [2])).toBe(3);
    const host = toHostRows("score", rows, [2], [], [2, 0]);
    expect([...host.data]).toEqual([5, 6, 1, 2]);
    expect(host.count).toBe(2);
    expect(() => toHostRows("score", rows, [2], [], [2, 1])).toThrow("row 1, column 0: NaN");
  }
});

test("no rows at all", () => {
  expect(read([])).toMatchObject({ count: 0, size: 2 });
});

describe("refused", () => {
  test.each<[Rows, string]>([
    [[1, 2, 3], "score: got 3 numbers, expected whole events of shape [2], 2 numbers each"],
    [[[1, 2], [3]], "score: row 1 has 1 numbers, expected 2 (event shape [2])"],
    [{ data: [1, 2, 3, 4], shape: [1, 4] }, "score: got data of shape [1, 4] with 4 numbers"],
    [{ data: [1, 2], shape: [2, 2] }, "with 2 numbers, expected [rows, 2]"],
    [{ data: [1, 2] } as never, "got data of no shape with 2 numbers, expected [rows, 2]"],
    [{ shape: [1, 2], data: null } as never, "with no numbers"],
  ])("shape: %o", (rows, message) => {
    expect(() => read(rows)).toThrow(ShapeError);
    expect(() => read(rows)).toThrow(message);
  });

  test.each([null, 3, "abc", {}] as never[])("what is no table: %o", (rows) => {
    expect(() => read(rows)).toThrow(DataError);
    expect(() => read(rows)).toThrow("expected rows: a list of lists of numbers");
  });

  test.each<[unknown, string]>([
    ["abc", '"abc"'],
    ["12", '"12"'],
    [null, "null"],
    [undefined, "undefined"],
    [true, "true"],
  ])("a cell %o is quoted as it was given", (cell, shown) => {
    const message = `score: row 1, column 1: ${shown} is not a finite number`;
    const flat = [1, 2, 3, cell] as number[];
    for (const rows of [flat, [[1, 2], flat.slice(2)], { data: flat, shape: [2, 2] }]) {
      expect(() => read(rows)).toThrow(DataError);
      expect(() => read(rows)).toThrow(message);
    }
  });

  test.each([
    [
      Number.NaN,
      "NaN is not a finite number. Drop such rows, or fill in their missing values first",
    ],
    [Infinity, "Infinity is not a finite number"],
    [-1e300, "-1e+300 is beyond ±1e+30, which 32-bit floats cannot work with. Rescale the column"],
  ])("value: %d", (value, message) => {
    const check = () =>
      toHostRows(
        "score",
        [
          [1, 2],
          [3, value],
        ],
        [2],
        [{ name: "a" }, { name: "b" }],
      );
    expect(check).toThrow(DataError);
    expect(check).toThrow(`score: row 1, column "b": ${message}`);
    expect(() =>
      read([
        [1, 2],
        [3, value],
      ]),
    ).toThrow("row 1, column 1");
  });
});

test("images given as bytes stay bytes, of their own; other numbers become doubles", () => {
  const bytes = Uint8Array.of(1, 2, 3, 4, 255, 6, 7, 8);
  const rows = toImageRows("fit", { data: bytes, shape: [2, 1, 2, 2] }, [1, 2, 2]);
  expect(rows).toEqual({ data: bytes, count: 2, size: 4 });
  bytes[0] = 9;
  expect(rows.data[0]).toBe(1);
  expect(asDoubles(rows)).toEqual(Float64Array.of(1, 2, 3, 4, 255, 6, 7, 8));
  expect(toImageRows("fit", [[1, 2, 3, 4]], [1, 2, 2]).data).toBeInstanceOf(Float64Array);
  expect(() => toImageRows("fit", { data: bytes, shape: [2, 4] }, [1, 3, 3])).toThrow(
    /expected \[rows, 1, 3, 3\]/,
  );
});

test("images with their channels last are refused, flat ones are not", () => {
  const data = new Uint8Array(2 * 4 * 4 * 3);
  expect(() => toImageRows("fit", { data, shape: [2, 4, 4, 3] }, [3, 4, 4])).toThrow(
    /got images of shape \[4, 4, 3\], expected \[3, 4, 4\]: channels come first/,
  );
  expect(toImageRows("fit", { data, shape: [2, 48] }, [3, 4, 4]).count).toBe(2);
});
