import type { Model } from "pushforward";
import { expect, test } from "vitest";
import { adviceIfBeaten, adviceIfUseless } from "../../src/commands/advice.ts";
import type { ScoredContender } from "../../src/commands/comparison.ts";
import { meanWithError } from "../../src/commands/mean-with-error.ts";

const count = 40;

/** A density that scores test rows so, as hard as each is. */
function scored(
  name: string,
  better: (row: number) => number,
  { rows = count, losses = [3, 2, 1, 2, 3] } = {},
): ScoredContender {
  const none = new Float64Array(0);
  const test = Float64Array.from(
    { length: rows },
    (_, row) => 10 * Math.sin(row * row) + better(row),
  );
  const model = { history: historyOf(losses) } as unknown as Model;
  return { name, role: "gaussian", model, scores: { train: none, validation: none, test } };
}
/** Losses of validations, ten steps apart. */
const historyOf = (losses: number[]) =>
  losses.map((validation, i) => ({ step: 10 * i, train: validation, validation }));
const flow = scored("nsf", () => 0);
const wobble = (row: number) => (row % 2 ? 0.1 : -0.1);
const options = { flow: "nsf", seed: 0 } as const;

test("a mean over rows has the standard error of its rows", () => {
  const { mean, standardError } = meanWithError(Float64Array.of(1, 2, 3, 6));
  expect(mean).toBe(3);
  expect(standardError).toBeCloseTo(Math.sqrt(14 / 3 / 4), 12);
  expect(meanWithError(Float64Array.of(2)).standardError).toBeNaN();
});

test("a density clearly ahead of the flow is named with what to try", () => {
  const contenders = [
    flow,
    scored("mixture", (row) => 0.2 + wobble(row)),
    scored("gaussian", (row) => 0.1 + wobble(row)),
  ];
  expect(adviceIfBeaten(contenders, 500, options)).toBe(
    "The mixture predicts the test rows better than the flow, by 0.200 ± 0.016 nats per row. Try " +
      "the full-size settings: --layers 5 --hidden 64,64 --bins 8 --learning-rate 0.002 " +
      "--weight-decay 0; or --flow realnvp.",
  );
  const large = adviceIfBeaten(contenders, 5000, options);
  expect(large).toMatch(/`pushforward check`, or give it less to learn by heart: fewer --layers,/);
  const chosen = { ...options, layers: 5, hidden: [16], bins: 8, learningRate: 0.01 };
  expect(adviceIfBeaten(contenders, 500, chosen)).toContain(
    "Try the full-size settings: --weight-decay 0; or --flow nsf-ar.",
  );
  const all = { ...chosen, weightDecay: 0 };
  expect(adviceIfBeaten(contenders, 500, all)).toBe(large);
});

test("a flow that was stopped while it got better is to go on, whatever its settings", () => {
  const unfinished = scored("nsf", () => 0, { losses: [3, 2, 1] });
  const contenders = [unfinished, scored("mixture", (row) => 0.2 + wobble(row))];
  expect(adviceIfBeaten(contenders, 500, options)).toMatch(
    /It was still getting better at the end: give it more --steps than 20\.$/,
  );
});

test("nothing is said of a lead within two standard errors, or of few rows", () => {
  const level = scored("gaussian", (row) => 0.03 + wobble(row));
  const behind = scored("gaussian", () => -1);
  expect(adviceIfBeaten([flow, level, behind], 500, options)).toBeNull();
  for (const rows of [5, 0]) {
    const ahead = scored("gaussian", (row) => 1 + wobble(row), { rows });
    expect(adviceIfBeaten([scored("nsf", () => 0, { rows }), ahead], 500, options)).toBeNull();
  }
});

test("images that take more bits than they have are a reason for advice", () => {
  const scores = { name: "glow", train: 1, validation: 7.9, test: 8.25, testError: 0.1 };
  expect(adviceIfUseless(scores, 8)).toMatch(
    /a pixel takes 8 bits; this one needs 8\.3 .*--weight-decay 3\.$/,
  );
  expect(adviceIfUseless({ ...scores, test: null }, 8)).toBeNull();
  expect(adviceIfUseless({ ...scores, test: 4.9 }, 5)).toBeNull();
});
