import { DataError } from "pushforward";
import { expect, test } from "vitest";
import { checkForFit } from "../../src/table/check-for-fit.ts";
import type { Table } from "../../src/table/read-table.ts";

function table(names: string[], rows: number[][]): Table {
  const values = Float64Array.from(rows.flat());
  return { source: "t.csv", names, rows: rows.length, values, notices: [] };
}

const refusal = (names: string[], rows: number[][]) => {
  try {
    checkForFit(table(names, rows));
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    return (error as DataError).message;
  }
  return null;
};

test("one row", () => {
  expect(refusal(["x"], [[1]])).toBe("t.csv: got 1 row; a density needs many");
});

test.each([2, 3])("3 columns and %i rows", (count) => {
  const rows = [
    [1, 2, 3],
    [4, 6, 5],
    [3, 9, 1],
  ].slice(0, count);
  expect(refusal(["x", "y", "z"], rows)).toMatch(
    /^t\.csv: got \d rows of 3 columns; give more rows than columns, or fewer columns$/,
  );
});

test("a constant column", () => {
  expect(
    refusal(
      ["x", "my y"],
      [
        [1, 7],
        [2, 7],
        [3, 7],
      ],
    ),
  ).toBe(
    't.csv: column "my y" is constant (always 7), it has no density; leave it out ' +
      "(--exclude 'my y')",
  );
});

test("two columns of the same values", () => {
  expect(
    refusal(
      ["x", "y", "z"],
      [
        [1, 2, 1],
        [2, 5, 2],
        [3, 3, 3],
        [4, 1, 4],
      ],
    ),
  ).toBe('t.csv: column "z" repeats column "x" in every row; leave one of them out (--exclude z)');
});

test("a fine table", () => {
  expect(
    refusal(
      ["x", "y"],
      [
        [1, 2],
        [2, 2],
        [1, 3],
      ],
    ),
  ).toBeNull();
});
