import {
  ConditionError,
  DataError,
  DomainError,
  type FitOptions,
  fit,
  PushforwardError,
  type Rows,
  realNVP,
  ShapeError,
} from "pushforward";
import { describe, expect, test } from "vitest";
import { resolveOptions } from "../../src/training/options.ts";
import { rejection } from "../support/collect.ts";
import { correlatedNormal } from "../support/draws.ts";

const rows = correlatedNormal(60, 1);
const small = () => realNVP({ features: 2, layers: 2, hidden: [8] });
const quick = { steps: 2, batchSize: 32 } satisfies FitOptions;

async function failure(data: Rows, options: FitOptions = {}): Promise<PushforwardError> {
  const error = await rejection(fit(small(), data, { ...quick, ...options }));
  expect(error).toBeInstanceOf(PushforwardError);
  expect(error.message).not.toContain("\n");
  return error as PushforwardError;
}

describe("options", () => {
  test.each<[keyof FitOptions, unknown[], string]>([
    ["seed", [0.5, Number.NaN, "1", 2 ** 60], "an integer"],
    ["steps", [0, -1, 1.5, Infinity, "10"], "a positive integer"],
    ["batchSize", [0, 2.5, Number.NaN], "a positive integer"],
    ["learningRate", [0, -1, Number.NaN, Infinity, "0.1"], "a positive number"],
    ["weightDecay", [-0.1, Number.NaN, Infinity, "0"], "zero or a positive number"],
    ["clipNorm", [0, -1, Number.NaN, "5"], "a positive number"],
    ["validateEvery", [0, 0.5], "a positive integer"],
    ["checkpointEvery", [0, Infinity], "a positive integer"],
    ["patience", [0, -2, 1.5, Number.NaN, "3"], "a positive integer"],
    ["optimizer", ["sgd", "Adam", 1], '"adam" or "adamw"'],
    ["dequantize", ["always", true], '"auto" or "none"'],
    ["schedule", ["linear", "toString"], '"cosine", "plateau" or "constant"'],
    ["validation", [0, 1, -0.1, Number.NaN, 2], "a share between 0 and 1"],
  ])("%s: names the option, the value and what is expected", (name, values, expected) => {
    for (const value of values) {
      const resolve = () => resolveOptions({ [name]: value } as never);
      expect(resolve).toThrow(DomainError);
      expect(resolve).toThrow(`fit: ${name} must be ${expected}`);
      expect(resolve).toThrow(`got ${String(value)}`);
    }
  });

  test("undefined means the default, and Infinity means never where that makes sense", () => {
    const fromUndefined = resolveOptions({ steps: undefined, seed: undefined } as never);
    expect(fromUndefined).toEqual(resolveOptions({}));
    expect(resolveOptions({ patience: Infinity, clipNorm: Infinity }).patience).toBe(Infinity);
  });

  test("reach the user through fit", async () => {
    expect((await failure(rows, { steps: 0 })).code).toBe("domain");
  });
});

describe("data", () => {
  const withCell = (row: number, column: number, value: unknown) =>
    rows.map((cells, i) => cells.map((cell, j) => (i === row && j === column ? value : cell)));

  test.each<[string, unknown, typeof DataError | typeof ShapeError, RegExp]>([
    ["no rows", [], DataError, /got 0 rows/],
    ["no rows, typed", new Float64Array(0), DataError, /got 0 rows/],
    ["no rows, shaped", { data: [], shape: [0, 2] }, DataError, /got 0 rows/],
    ["one row", [[1, 2]], DataError, /got 1 row;/],
    [
      "no more rows than columns",
      [
        [1, 2],
        [3, 5],
      ],
      DataError,
      /2 rows of 2 columns/,
    ],
    [
      "a constant column",
      rows.map(([a]) => [a, 3]),
      DataError,
      /column "b" is constant \(always 3\)/,
    ],
    ["a repeated column", rows.map(([a]) => [a, a]), DataError, /column "b" repeats column "a"/],
    ["NaN", withCell(7, 1, Number.NaN), DataError, /row 7, column "b": NaN/],
    ["Infinity", withCell(7, 0, Infinity), DataError, /row 7, column "a": Infinity/],
    ["-Infinity", withCell(0, 0, -Infinity), DataError, /row 0, column "a": -Infinity/],
    ["1e300", withCell(59, 1, 1e300), DataError, /row 59, column "b": 1e\+300 .* Rescale/],
    ["a missing cell", withCell(7, 1, undefined), DataError, /row 7, column "b"/],
    ["text", withCell(7, 1, "abc"), DataError, /row 7, column "b"/],
    ["null", withCell(7, 1, null), DataError, /row 7, column "b"/],
    ["an empty text", withCell(7, 1, ""), DataError, /row 7, column "b"/],
    ["a truth value", withCell(7, 1, true), DataError, /row 7, column "b"/],
    ["big integers", [1n, 2n, 3n, 4n], DataError, /row 0, column "a"/],
    ["nothing at all", null, DataError, /got null, expected rows/],
    ["a number", 5, DataError, /got number, expected rows/],
    ["a text", "rows.csv", DataError, /got string, expected rows/],
    ["a short row", rows.map((row, i) => (i === 5 ? [1] : row)), ShapeError, /row 5 has 1 number/],
    ["a long row", rows.map((row, i) => (i === 5 ? [1, 2, 3] : row)), ShapeError, /row 5 has 3/],
    ["an odd number of numbers", [1, 2, 3, 4, 5], ShapeError, /got 5 numbers/],
    ["another shape", { data: new Float32Array(60), shape: [20, 3] }, ShapeError, /\[20, 3\]/],
    ["a false shape", { data: new Float32Array(60), shape: [20, 2] }, ShapeError, /60 numbers/],
    [
      "a spread below what float32 resolves",
      rows.map(([a, b]) => [a, 1e9 + b!]),
      DataError,
      /column "b" varies by only .* around .* subtract an offset/,
    ],
  ])("%s", async (_, data, type, message) => {
    const error = await failure(data as Rows, { columns: ["a", "b"] });
    expect(error).toBeInstanceOf(type);
    expect(error.message).toMatch(message);
  });

  test("columns without names are called by their number", async () => {
    const error = await failure(rows.map(([a]) => [a!, 3]));
    expect(error.message).toContain("column 1 is constant");
  });

  test("names: too few, too many, twice the same", async () => {
    expect((await failure(rows, { columns: ["a"] })).message).toContain("1 column names for 2");
    expect((await failure(rows, { columns: ["a", "b", "c"] })).message).toContain("3 column names");
    expect((await failure(rows, { columns: ["a", "a"] })).message).toContain(`called "a"`);
    expect((await failure(rows, { columns: ["a", { name: "a" }] })).message).toContain(
      `called "a"`,
    );
  });

  test.each([0, -1, Number.NaN, Infinity])("a grid of step %d", async (step) => {
    const error = await failure(rows, { columns: ["a", { name: "b", step }] });
    expect(error.message).toBe(
      `fit: the step of column "b" must be a positive number, got ${step}.`,
    );
  });

  test("validation rows are read with the same care", async () => {
    expect((await failure(rows, { validation: [] })).message).toContain("validation: got no rows");
    expect((await failure(rows, { validation: [[1]] })).message).toContain("validation: row 0");
    const columns = ["a", "b"];
    const nan = await failure(rows, { validation: [[1, Number.NaN]], columns });
    expect(nan.message).toContain('validation: row 0, column "b"');
  });

  test("a column that varies in held-out rows only", async () => {
    // Two values off any decimal grid, the rarer one once: some split holds it out.
    const data = rows.map(([a], i) => [a!, i === 11 ? Math.PI : Math.E]);
    const errors: Error[] = [];
    for (let seed = 0; seed < 40 && errors.length === 0; seed++) {
      await fit(small(), data, { ...quick, steps: 1, seed }).then(undefined, (error) =>
        errors.push(error as Error),
      );
    }
    expect(errors[0]).toBeInstanceOf(DataError);
    expect(errors[0]!.message).toContain("column 1 is constant (always 2.71828");
    expect(errors[0]!.message).toContain("held out");
  });

  test("two rows of one column are too few, three rows of two are enough to start", async () => {
    const one = realNVP({ features: 1, layers: 1, hidden: [4] });
    expect(await rejection(fit(one, [1.5, 2.25], quick))).toBeInstanceOf(DataError);
    const three = [
      [0.1, 1.3],
      [0.7, -2.1],
      [-1.9, 0.4],
    ];
    expect((await fit(small(), three, quick)).history).toHaveLength(1);
  });

  test("extreme but usable units", async () => {
    for (const scale of [1e-25, 1e25]) {
      const data = rows.map(([a, b]) => [a! * scale, b!]);
      const model = await fit(small(), data, quick);
      expect((await model.logProb(data)).every(Number.isFinite)).toBe(true);
    }
  });
});

describe("context", () => {
  const conditional = () => realNVP({ features: 2, context: 1, layers: 2, hidden: [8] });
  const context = rows.map(() => [1]);
  const failed = async (flow: ReturnType<typeof small>, options: FitOptions) => {
    const error = await rejection(fit(flow, rows, { ...quick, ...options }));
    expect(error).toBeInstanceOf(PushforwardError);
    expect(error.message).not.toContain("\n");
    return error;
  };

  test("missing, unwanted, too short, of another size, not finite", async () => {
    expect(await failed(conditional(), {})).toBeInstanceOf(ConditionError);
    expect(await failed(small(), { context })).toBeInstanceOf(ConditionError);
    const short = await failed(conditional(), { context: context.slice(1) });
    expect(short.message).toContain("60 rows and 59 contexts");
    const wide = await failed(conditional(), { context: rows });
    expect(wide.message).toContain("context: row 0 has 2 numbers, expected 1");
    const nan = await failed(conditional(), { context: context.map(() => [Number.NaN]) });
    expect(nan.message).toContain("context: row 0");
  });

  test("validation rows need theirs", async () => {
    const validation = rows.slice(0, 10);
    const missing = await failed(conditional(), { context, validation });
    expect(missing.message).toContain("validation: the flow takes a context");
    const unwanted = { validation, validationContext: context.slice(0, 10) };
    expect(await failed(small(), unwanted)).toBeInstanceOf(ConditionError);
  });
});
