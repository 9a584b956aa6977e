import { describe, expect, test } from "vitest";
import { DataError, DomainError, ShapeError } from "../../../src/core/errors.ts";
import {
  type NumberRows,
  type SampleQuality,
  sampleQuality,
} from "../../../src/evaluation/index.ts";
import { marginalDistances } from "../../../src/evaluation/sample-quality/marginal-distances.ts";
import { onMarginals } from "../../../src/evaluation/sample-quality/verdicts.ts";
import { isBesideOnnx } from "../../support/engines.ts";
import { normalRows } from "./draws.ts";

/** Networks take their time: once, on the faster engine, is enough. */
const once = test.skipIf(isBesideOnnx);

const checks = ["marginals", "correlations", "discrepancy", "neighbours", "classifier"] as const;
const names = ["price", "carat"];
const rows = {
  data: normalRows(150, 2, 1),
  samples: normalRows(200, 2, 2),
  training: normalRows(300, 2, 3),
};
const failed = (report: SampleQuality) => checks.filter((name) => report[name]?.ok === false);

/** Whether a report survives JSON, and so has plain finite numbers only. */
const isPlain = (report: SampleQuality) =>
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);

test("samples of the same distribution pass, each check with its sentence", async () => {
  const report = await sampleQuality(rows, { names });
  // Five checks with an error rate of 0.1 % each.
  expect(failed(report)).toEqual([]);
  expect(report.ok).toBe(true);
  expect(report.skipped).toEqual([]);
  expect(report.rows).toEqual({ data: 150, samples: 200 });
  for (const name of checks) expect(report[name]!.message).toMatch(/^[A-Z].{30,}\.$/);
  isPlain(report);
});

once("equal seeds give equal reports", async () => {
  const report = await sampleQuality(rows, { seed: 4 });
  expect(await sampleQuality(rows, { seed: 4 })).toEqual(report);
});

once("a shifted column fails what sees columns, and is named", async () => {
  const report = await sampleQuality({ ...rows, samples: normalRows(200, 2, 2, 1) }, { names });
  expect(failed(report)).toEqual(["marginals", "discrepancy", "classifier"]);
  expect(report.marginals!.message).toContain('column "price"');
});

once("copies of training rows fail the check of neighbours alone", async () => {
  const { data } = rows.training;
  const samples = { data: Array.from(data).slice(0, 300), shape: [150, 2] };
  const report = await sampleQuality({ ...rows, samples });
  expect(failed(report)).toEqual(["neighbours"]);
  expect(report.neighbours!.message).toContain("100 % of samples are copies");
});

once("data that are among the training rows hide copies, and the message says so", async () => {
  const { training } = rows;
  const hidden = await sampleQuality({ data: training, samples: training, training });
  expect(hidden.neighbours!.message).toMatch(
    /100 % of new rows\. As each new row equals a training row/,
  );
  const seen = await sampleQuality({ ...rows, samples: training });
  expect(seen.neighbours!.message).toMatch(/ 0 % of new rows\.$/);
});

test("small differences pass however certain they are", () => {
  const [data, samples] = [normalRows(20_000, 1, 1), normalRows(20_000, 1, 2, 0.08)];
  const found = marginalDistances({ data, samples });
  expect(found.pValue).toBeLessThan(1e-6);
  expect(onMarginals(found, String).ok).toBe(true);
  expect(onMarginals({ ...found, largest: 0.051 }, String).ok).toBe(false);
  expect(onMarginals({ ...found, largest: 0.9, pValue: 0.002 }, String).ok).toBe(true);
});

describe("what cannot be told is skipped, with the reason", () => {
  test("fewer than 20 rows: everything", async () => {
    const few = { ...rows, samples: normalRows(19, 2, 2) };
    const report = await sampleQuality(few);
    for (const name of checks) expect(report[name]).toBeNull();
    expect(report.skipped).toEqual([
      "all checks: there are 150 rows of data and 19 samples; fewer than 20 of either tell nothing.",
    ]);
  });

  once("one column: correlations; no training rows: neighbours", async () => {
    const [data, samples] = [normalRows(40, 1, 1), normalRows(40, 1, 2)];
    const report = await sampleQuality({ data, samples });
    expect(report.correlations).toBeNull();
    expect(report.neighbours).toBeNull();
    expect(report.skipped.map((reason) => reason.split(":")[0])).toEqual([
      "correlations",
      "nearest neighbours",
    ]);
    const few = await sampleQuality({ data, samples, training: normalRows(5, 1, 3) });
    expect(few.skipped[1]).toContain("there are 5 training rows");
  });
});

describe("odd data", () => {
  const draws: ((value: number) => number)[] = [
    (value) => value,
    () => -1e9,
    Math.round,
    (value) => Number(value > 1.5),
    (value) => Math.sign(value) * Math.abs(value) ** 30,
  ];
  /** A number, a constant, whole numbers, a rare category and values up to 1e17, of one row's normal number. */
  const odd = ({ data }: NumberRows) => ({
    data: Array.from(data, (value) => draws.map((draw) => draw(value))).flat(),
    shape: [data.length, draws.length],
  });
  const alike = {
    data: odd(normalRows(150, 1, 1)),
    samples: odd(normalRows(200, 1, 2)),
    training: odd(normalRows(300, 1, 3)),
  };

  once("pass beside their like", async () => {
    const report = await sampleQuality(alike);
    expect(failed(report)).toEqual([]);
    expect(report.correlations!.constantColumns).toEqual([1]);
    isPlain(report);
  });

  once("rows that are all the same pass, and fail beside others", async () => {
    const same = { data: new Array(80).fill(5), shape: [40, 2] };
    expect(failed(await sampleQuality({ data: same, samples: same, training: same }))).toEqual([]);
    const report = await sampleQuality({ data: same, samples: normalRows(40, 2, 1) });
    expect(failed(report)).toEqual(["marginals", "discrepancy", "classifier"]);
    isPlain(report);
  });
});

test("what is no table of numbers is refused before any work", async () => {
  const bad = (changes: object, options = {}) => sampleQuality({ ...rows, ...changes }, options);
  await expect(bad({ samples: normalRows(30, 3, 1) })).rejects.toThrow(ShapeError);
  await expect(bad({ training: normalRows(30, 3, 1) })).rejects.toThrow(/training.*\[rows, 2\]/);
  const holes = { data: [Number.NaN, 1], shape: [1, 2] };
  await expect(bad({ data: holes })).rejects.toThrow(DataError);
  await expect(bad({}, { seed: 0.5 })).rejects.toThrow(DomainError);
  await expect(bad({}, { sede: 1 })).rejects.toThrow(/no option "sede"/);
});
