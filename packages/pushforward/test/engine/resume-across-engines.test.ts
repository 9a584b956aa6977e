import { type FitOptions, fit, nsf } from "pushforward";
import { expect, test } from "vitest";
import type { EngineChoice } from "../../src/engine/index.ts";
import { collect, rejection } from "../support/collect.ts";
import { correlatedNormal, mean } from "../support/draws.ts";
import { describeOnnx } from "../support/engines.ts";

const rows = correlatedNormal(400, 1);
const flow = () => nsf({ features: 2, layers: 2, hidden: [12], bins: 4 });
const options = {
  steps: 80,
  batchSize: 64,
  validateEvery: 10,
  patience: Infinity,
} satisfies FitOptions;

/** The checkpoint of a run that was killed after 37 steps: between validations. */
async function killed(engine: EngineChoice): Promise<Uint8Array> {
  const controller = new AbortController();
  const checkpoints: Uint8Array[] = [];
  await rejection(
    fit(flow(), rows, {
      ...options,
      engine,
      signal: controller.signal,
      onCheckpoint: (bytes) => void checkpoints.push(bytes),
      onProgress: (report) => {
        if (report.type === "step" && report.step === 37) controller.abort();
      },
    }),
  );
  expect(checkpoints).toHaveLength(1);
  return checkpoints[0]!;
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));
}

describeOnnx("a checkpoint written on one engine", () => {
  test.each<[EngineChoice, EngineChoice]>([
    ["jax", "onnx"],
    ["onnx", "jax"],
  ])("goes on from %s to %s as if nothing had happened", async (first, second) => {
    const full = await collect(flow(), rows, { ...options, engine: first });
    const resume = await killed(first);
    const resumed = await collect(flow(), rows, { ...options, engine: second, resume });

    expect(resumed.notices).toContain("Resumed after step 37.");
    expect(resumed.model.engineName).toMatch(second === "onnx" ? /^onnxruntime/ : /^jax-js/);
    expect(resumed.losses).toHaveLength(43);
    // The first step sees the same weights and rows, the last ones weights that rounding moved.
    expect(Math.abs(resumed.losses[0]! - full.losses[37]!)).toBeLessThan(2e-5);
    expect(largestDifference(resumed.losses, full.losses.slice(37))).toBeLessThan(2e-3);
    const final = (losses: { validation: number }[]) => losses.at(-1)!.validation;
    expect(resumed.model.history).toHaveLength(full.model.history.length);
    expect(
      Math.abs(final([...resumed.model.history]) - final([...full.model.history])),
    ).toBeLessThan(1e-3);
    const [a, b] = [await resumed.model.logProb(rows), await full.model.logProb(rows)];
    expect(Math.abs(mean(a) - mean(b))).toBeLessThan(1e-3);
    resumed.model.dispose();
    full.model.dispose();
  });
});
