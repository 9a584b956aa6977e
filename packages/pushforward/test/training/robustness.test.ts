import {
  DataError,
  DomainError,
  type FitOptions,
  fit,
  NotFiniteError,
  nsf,
  type Rows,
  realNVP,
} from "pushforward";
import { affine, chain, exp } from "pushforward/bijectors";
import { normal, transformed, uniform } from "pushforward/distributions";
import { describe, expect, test } from "vitest";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { collect, rejection } from "../support/collect.ts";
import { correlatedNormal } from "../support/draws.ts";

const quick = { steps: 60, batchSize: 64, validateEvery: 20 } as const;
const positive = () => {
  const shape = [2];
  const bijector = chain({ bijectors: [affine({ shape }), exp({ shape })] });
  return transformed({ base: normal({ shape }), bijector });
};
const logNormal = (count: number, seed: number) =>
  correlatedNormal(count, seed).map((row) => row.map((value) => Math.exp(value)));

describe("data in an unlucky form", () => {
  test("a sorted table initialises a flow as a shuffled one does", async () => {
    const rows = correlatedNormal(4000, 1);
    const sorted = rows.toSorted((a, b) => a[0]! - b[0]!);
    const options = { ...quick, steps: 1, validation: correlatedNormal(100, 2) };
    const flow = () => realNVP({ features: 2, layers: 2, hidden: [8] });
    const { losses: shuffledLosses } = await collect(flow(), rows, options);
    const { losses } = await collect(flow(), sorted, options);
    // Measured on the first 1024 sorted rows, the first loss was ten times as large.
    expect(losses[0]).toBeLessThan(shuffledLosses[0]! + 0.5);
  });

  test("one wild row in a small table does not squeeze the others", async () => {
    const rows = correlatedNormal(300, 3);
    const wild = [...rows, [1e5, 0]];
    const validation = correlatedNormal(200, 4);
    const flow = () => nsf({ features: 2, layers: 2, hidden: [16], bins: 4 });
    const clean = await fit(flow(), rows, { ...quick, validation });
    const spoilt = await fit(flow(), wild, { ...quick, validation });
    const fresh = correlatedNormal(1000, 5);
    const loss = (await clean.evaluate(fresh)).logProb - (await spoilt.evaluate(fresh)).logProb;
    expect(loss).toBeLessThan(1);
  });

  test("a column of tiny numbers is refused with the way out", async () => {
    const rows = correlatedNormal(50, 6).map(([a, b]) => [a!, 1e-38 * b!]);
    const error = await rejection(fit(nsf({ features: 2 }), rows, quick));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/column 1 varies by only .* rescale it/);
  });
});

describe("flows onto an interval", () => {
  test("take the data as it is, standardised or not", async () => {
    const model = await fit(positive(), logNormal(500, 1), { ...quick, learningRate: 0.05 });
    expect((await model.sample(200)).data.every((value) => value > 0)).toBe(true);
    expect(model.history.at(-1)!.validation).toBeLessThan(model.history[0]!.validation);
    expect((await model.logProb([[-1, 1]]))[0]).toBe(-Infinity);
  });

  test("one training row outside ends the fit with the layer's name, not with a dead rate", async () => {
    const rows = [...logNormal(200, 1), [-1, 1]];
    const error = await rejection(
      fit(positive(), rows, { ...quick, steps: 400, validation: logNormal(50, 2) }),
    );
    expect(error).toBeInstanceOf(NotFiniteError);
    expect(error.message).toMatch(/layer 1 \(exp\)/);
  });

  test("a validation row outside is named", async () => {
    const rows = logNormal(200, 1);
    const notices: string[] = [];
    const error = await rejection(
      fit(positive(), rows, {
        ...quick,
        validation: [...logNormal(50, 2), [-7, 1]],
        onProgress: (report) => report.type === "notice" && notices.push(report.message),
      }),
    );
    expect(error).toBeInstanceOf(NotFiniteError);
    expect(error.message).toMatch(/row \(-7, 1\) has log-density -Infinity, .* layer 1 \(exp\)/);
    expect(notices.some((notice) => notice.includes("(-7, 1)"))).toBe(true);
  });
});

describe("settings that cannot mean anything", () => {
  const rows = correlatedNormal(60, 1);

  test("a distribution without parameters", async () => {
    for (const flow of [normal({ shape: [2] }), uniform({ shape: [2] })]) {
      const error = await rejection(fit(flow, rows, quick));
      expect(error).toBeInstanceOf(DomainError);
      expect(error.message).toMatch(/has no parameters/);
    }
  });

  test.each([
    [{ epochs: 5 }, /no option "epochs"/],
    [{ standardize: "no" }, /standardize must be true or false/],
    [{ validationContext: [[1]] }, /validationContext must be given with validation rows/],
  ])("%j", async (options, message) => {
    const error = await rejection(fit(nsf({ features: 2 }), rows, options as FitOptions));
    expect(error).toBeInstanceOf(DomainError);
    expect(error.message).toMatch(message);
  });

  test("at most 10,000 rows are held out unless they are given", async () => {
    const random = hostRandom(1);
    const many: Rows = {
      data: Float64Array.from({ length: 110_000 }, random.normal),
      shape: [110_000, 1],
    };
    const { notices } = await collect(nsf({ features: 1, layers: 1 }), many, {
      ...quick,
      steps: 1,
    });
    expect(notices).toContain("Training on 100000 rows, validating on 10000.");
  });
});
