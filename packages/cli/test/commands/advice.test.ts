import type { Column, Model } from "pushforward";
import { expect, test } from "vitest";
import { adviceIfBeaten, adviceIfUseless } from "../../src/commands/advice.ts";
import type { Contender } from "../../src/commands/comparison.ts";
import { pairedDifference } from "../../src/commands/paired-difference.ts";
import type { Part, RowBlock, Split } from "../../src/table/split-rows.ts";

const count = 40;
const block = (rows: number): Part => ({
  data: Float64Array.from({ length: rows }, (_, row) => 10 * Math.sin(row * row)),
  shape: [rows, 1],
  context: undefined,
  standIn: 0,
  rows: Uint32Array.from({ length: rows }, (_, row) => row),
});
const splitWith = (rows: number): Split => ({
  train: block(100),
  validation: block(10),
  test: block(rows),
});

/** A density that says `of(x)` of each row. */
function density(of: (x: number, row: number) => number, columns: Column[] = [{}]) {
  const logProb = async (rows: RowBlock) => Float32Array.from(rows.data, of);
  return { logProb, columns, history } as unknown as Model;
}
/** Losses of validations, ten steps apart. */
const historyOf = (losses: number[]) =>
  losses.map((validation, i) => ({ step: 10 * i, train: validation, validation }));
const history = historyOf([3, 2, 1, 2, 3]);
const flow: Contender = { name: "nsf", role: "flow", model: density((x) => x) };
const other = (name: string, of: (x: number, row: number) => number): Contender => ({
  name,
  role: "gaussian",
  model: density(of),
});
const wobble = (row: number) => (row % 2 ? 0.1 : -0.1);
const options = { flow: "nsf", seed: 0 } as const;

test("what both densities find hard cancels in the paired difference", async () => {
  const better = density((x, row) => x + 0.1 + wobble(row));
  const { mean, standardError } = await pairedDifference(better, flow.model, block(count), [{}], 0);
  expect(mean).toBeCloseTo(0.1, 5);
  expect(standardError).toBeCloseTo(0.1 / Math.sqrt(count - 1), 5);
});

test("both densities see the same values in the cells of a grid", async () => {
  const seen: number[][] = [];
  const spy = density((x, row) => {
    if (row === 0) seen.push([]);
    seen.at(-1)?.push(x);
    return x;
  });
  const rows: RowBlock = { data: Float64Array.of(2, 2, 4), shape: [3, 1] };
  const { mean } = await pairedDifference(spy, spy, rows, [{ step: 2 }], 1);
  expect(mean).toBe(0);
  expect(seen[1]).toEqual(seen[0]);
  expect(new Set(seen[0]).size).toBe(3);
  seen[0]?.forEach((x, row) => {
    expect(Math.abs(x - (rows.data[row] as number))).toBeLessThanOrEqual(1);
  });
});

test("a density clearly ahead of the flow is named with what to try", async () => {
  const contenders = [
    flow,
    other("mixture", (x, row) => x + 0.2 + wobble(row)),
    other("gaussian", (x, row) => x + 0.1 + wobble(row)),
  ];
  const split = splitWith(count);
  expect(await adviceIfBeaten(contenders, split, 500, options)).toBe(
    "The mixture predicts the test rows better than the flow, by 0.200 ± 0.016 nats per row. Try " +
      "the full-size settings: --layers 5 --hidden 64,64 --bins 8 --learning-rate 0.002 " +
      "--weight-decay 0; or --flow realnvp.",
  );
  const large = await adviceIfBeaten(contenders, split, 5000, options);
  expect(large).toMatch(/`pushforward check`, or give it less to learn by heart: fewer --layers,/);
  const chosen = { ...options, layers: 5, hidden: [16], bins: 8, learningRate: 0.01 };
  expect(await adviceIfBeaten(contenders, split, 500, chosen)).toContain(
    "Try the full-size settings: --weight-decay 0; or --flow nsf-ar.",
  );
  const all = { ...chosen, weightDecay: 0 };
  expect(await adviceIfBeaten(contenders, split, 500, all)).toBe(large);
});

test("a flow that was stopped while it got better is to go on, whatever its settings", async () => {
  const unfinished = {
    ...flow,
    model: { ...flow.model, history: historyOf([3, 2, 1]) } as unknown as Model,
  };
  const contenders = [unfinished, other("mixture", (x, row) => x + 0.2 + wobble(row))];
  expect(await adviceIfBeaten(contenders, splitWith(count), 500, options)).toMatch(
    /It was still getting better at the end: give it more --steps than 20\.$/,
  );
});

test("nothing is said of a lead within two standard errors, or of few rows", async () => {
  const level = other("gaussian", (x, row) => x + 0.03 + wobble(row));
  const behind = other("gaussian", (x) => x - 1);
  const ahead = other("gaussian", (x, row) => x + 1 + wobble(row));
  expect(await adviceIfBeaten([flow, level, behind], splitWith(count), 500, options)).toBeNull();
  expect(await adviceIfBeaten([flow, ahead], splitWith(5), 500, options)).toBeNull();
  expect(await adviceIfBeaten([flow, ahead], splitWith(0), 500, options)).toBeNull();
});

test("images that take more bits than they have are a reason for advice", () => {
  const scores = { name: "glow", train: 1, validation: 7.9, test: 8.25, testError: 0.1 };
  expect(adviceIfUseless(scores, 8)).toMatch(
    /a pixel takes 8 bits; this one needs 8\.3 .*--weight-decay 3\.$/,
  );
  expect(adviceIfUseless({ ...scores, test: null }, 8)).toBeNull();
  expect(adviceIfUseless({ ...scores, test: 4.9 }, 5)).toBeNull();
});
