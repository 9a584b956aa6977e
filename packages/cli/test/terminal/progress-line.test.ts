import { describe, expect, test } from "vitest";
import { progressBar, progressFacts } from "../../src/terminal/progress-line.ts";

const state = {
  step: 300,
  steps: 2000,
  lossName: "loss",
  loss: 4.12345,
  validation: 4.2,
  stepsPerSecond: 17,
};

test("tells step, loss, validation, time left and speed", () => {
  expect(progressFacts(state)).toEqual([
    "step 300/2000",
    "loss 4.123",
    "val 4.200",
    "1:40 left",
    "17/s",
  ]);
});

test("calls the loss by its name", () => {
  const facts = progressFacts({ ...state, lossName: "bits/dim" });
  expect(facts.slice(1, 3)).toEqual(["bits/dim 4.123", "val 4.200"]);
});

test("says nothing of a speed or a validation that is not known yet", () => {
  const first = { ...state, validation: null, stepsPerSecond: 0 };
  expect(progressFacts(first)).toEqual(["step 300/2000", "loss 4.123"]);
});

describe("the bar", () => {
  test("fills what the facts leave of the line", () => {
    expect(progressBar(state, 80)).toBe(
      "━━━━─────────────────────  step 300/2000  loss 4.123  val 4.200  1:40 left  17/s",
    );
  });

  test.each([1, 8, 20, 40, 59, 79, 200])("never exceeds %i columns", (width) => {
    const extremes = [0.5, 1e-3, -1e8, Number.NaN, Number.POSITIVE_INFINITY];
    for (const loss of extremes) {
      for (const step of [0, 1, 2000]) {
        const line = progressBar({ ...state, step, loss, stepsPerSecond: 1e-4 }, width);
        expect(line.length).toBeLessThanOrEqual(width);
      }
    }
  });

  test("in 59 columns every fact is still there", () => {
    const line = progressBar({ ...state, step: 1300, loss: -12.3456, validation: -12.1 }, 59);
    expect(line).toBe("━━━──  step 1300/2000  loss -12.346  val -12.100  0:41 left");
  });
});
