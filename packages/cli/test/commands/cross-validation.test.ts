import { describeTable, encodeTable } from "pushforward/tables";
import { describe, expect, test } from "vitest";
import { checkFolds, foldOf, scoreFold } from "../../src/commands/cross-validation.ts";
import type { FitData } from "../../src/commands/fit-data.ts";

/** Rows of a number and its row's place, so that rows can be told apart. */
function data(rows: number): FitData {
  const cells = Float64Array.from({ length: rows }, (_, row) => Math.sin(row + 1) + row / 1e4);
  const described = describeTable({ rows, columns: [{ name: "x", kind: "number", cells }] });
  const encoded = encodeTable(described.schema, described.columns, described.table, 0);
  return { ...described, encoded, source: "t.csv", rows };
}

const numbers = (part: { data: Float64Array }) => Array.from(part.data);

describe("folds", () => {
  const table = data(103);
  const dealing = { folds: 5, seed: 3 };
  const splits = Array.from({ length: 5 }, (_, fold) => foldOf(table, dealing, fold));

  test("each row is tested in one fold, and sizes differ by one at most", () => {
    const tested = splits.flatMap(({ test }) => Array.from(test.rows));
    expect(tested.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 103 }, (_, row) => row));
    expect(new Set(splits.map(({ test }) => test.rows.length))).toEqual(new Set([20, 21]));
  });

  test("no row is in two parts of a fold, and none is left out", () => {
    for (const { test, validation, train } of splits) {
      const all = [test, validation, train].flatMap(numbers);
      expect(new Set(all).size).toBe(103);
      // A fifth of what is left, as fit holds out of small tables.
      expect(validation.rows.length).toBe(Math.round(0.2 * (103 - test.rows.length)));
    }
  });

  test("the seed decides which rows are dealt where", () => {
    expect(foldOf(table, dealing, 1)).toEqual(splits[1]);
    expect(foldOf(table, { ...dealing, seed: 4 }, 1)).not.toEqual(splits[1]);
  });
});

test("too many folds, and too few rows, are refused with the way out", () => {
  expect(() => checkFolds(data(4), { folds: 5, seed: 0 })).toThrow(
    /t\.csv: has 4 rows, too few for --folds 5; take fewer/,
  );
  expect(() => checkFolds(data(3), { folds: 2, seed: 0 })).toThrow(
    /3 rows in 2 folds leave 0 for training, too few for 1 column; .*more --folds/,
  );
  expect(() => checkFolds(data(6), { folds: 2, seed: 0 })).not.toThrow();
});

test("a fold's score is that of a fit to the other rows, in the units of the table", async () => {
  const table = data(103);
  const split = foldOf(table, { folds: 5, seed: 0 }, 0);
  const options = { seed: 0, engine: undefined, signal: new AbortController().signal };
  const score = await scoreFold({ name: "gaussian", flow: "gaussian" }, table, split, {
    ...options,
    onProgress: () => {},
  });
  const [train, held] = [numbers(split.train), numbers(split.test)];
  const average = (values: number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const mean = average(train);
  const variance = average(train.map((value) => (value - mean) ** 2));
  const expected = average(
    held.map(
      (value) => -0.5 * Math.log(2 * Math.PI * variance) - (value - mean) ** 2 / 2 / variance,
    ),
  );
  expect(score).toMatchObject({ rows: held.length, steps: 0 });
  expect(score.logLikelihood).toBeCloseTo(expected, 4);
});
