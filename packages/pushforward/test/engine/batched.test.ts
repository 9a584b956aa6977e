import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { mapRows, ready } from "../../src/engine/index.ts";

beforeAll(ready);
afterEach(() => void vi.restoreAllMocks());

test("rows come back in order; one row stands for all", async () => {
  const count = 5000;
  const each = Float64Array.from({ length: count }, (_, i) => i);
  const [sums] = await mapRows(
    [
      { data: each, shape: [] },
      { data: Float32Array.of(0.25, 0.5), shape: [2] },
    ],
    count,
    ([a, b]) => [a!.add(b!.sum(1))],
  );
  expect(sums).toEqual(Float32Array.from(each, (value) => value + 0.75));
});

test("long work lets timers have their turn, short work does not wait for them", async () => {
  let now = performance.now();
  let step = 0;
  vi.spyOn(performance, "now").mockImplementation(() => {
    now += step;
    return now;
  });
  /** Whether a timer set before a call had its turn when the call has ended. */
  async function timerRuns(): Promise<boolean> {
    let ran = false;
    const timer = setTimeout(() => {
      ran = true;
    }, 0);
    await mapRows([{ data: new Float32Array(9000), shape: [] }], 9000, ([x]) => [x!.add(1)]);
    clearTimeout(timer);
    return ran;
  }
  step = 50;
  expect(await timerRuns()).toBe(true);
  step = 0;
  expect(await timerRuns()).toBe(false);
});
