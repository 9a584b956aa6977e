import { beforeAll, describe, expect, test } from "vitest";
import { jit, type NDArray, np, ready } from "../../src/engine/index.ts";
import { adaptiveStep, startAdaptive } from "../../src/numerics/adaptive-step.ts";
import { solveOnHost } from "./host-ode.ts";

beforeAll(() => ready());

type Vector = readonly number[];
type Interval = readonly [number, number];
type Rates = Parameters<typeof startAdaptive>[0];
type Progress = ReturnType<typeof startAdaptive>;

/** Solve to the end from each start; the steps that each row took, refused ones included. */
async function solve(rates: Rates, starts: readonly Vector[], interval: Interval, tol: number) {
  const tolerances = { rtol: tol, atol: tol };
  const z = starts[0]!.map((_, i) => starts.map((start) => start[i]!));
  const first = jit((at: NDArray) => startAdaptive(rates, at, interval, tolerances) as never);
  const next = jit((now) => adaptiveStep(rates, now as never, interval, tolerances) as never);
  let progress = first(np.array(z)) as Progress;
  const steps = starts.map(() => 0);
  for (;;) {
    const left = [...(await progress.left.ref.data())];
    if (left.every((share) => share === 0)) break;
    for (const [row, share] of left.entries()) steps[row]! += Number(share > 0);
    progress = next(progress as never) as Progress;
  }
  const values: Float32Array[] = await Promise.all(progress.values.map((array) => array.data()));
  const columns = values.flatMap((each) =>
    Array.from({ length: each.length / starts.length }, (_, i) =>
      each.slice(i * starts.length, (i + 1) * starts.length),
    ),
  );
  return { rows: starts.map((_, row) => columns.map((column) => column[row]!)), steps };
}

/** A fast decay onto a slow curve; z^2 is integrated. */
const decay = {
  interval: [0, 1.5] as Interval,
  starts: [[0], [1], [-4]],
  rates: (time: NDArray, z: NDArray) => {
    const slope = z.ref.sub(np.cos(time)).mul(-50);
    return [slope, z.ref.mul(z)];
  },
  host: (t: number, [z]: Vector) => [-50 * (z! - Math.cos(t)), z! ** 2],
};

/** Van der Pol's oscillator with mu = 5: slow along, fast across; the velocity is integrated. */
const relaxation = {
  interval: [0, 8] as Interval,
  starts: [
    [2, 0],
    [-1, 3],
    [0.1, 0],
  ],
  rates: (time: NDArray, z: NDArray) => {
    time.dispose();
    const [x, v] = [z.ref.slice([0, 1]), z.slice([1, 2])];
    const pull = np.subtract(1, x.ref.mul(x.ref)).mul(v.ref).mul(5).sub(x);
    return [np.concatenate([v.ref, pull], 0), v];
  },
  host: (_: number, [x, v]: Vector) => [v!, 5 * (1 - x! ** 2) * v! - x!, v!],
};

describe.each(Object.entries({ decay, relaxation }))("%s", (_, problem) => {
  const { interval, starts, rates, host } = problem;
  const ends = starts.map((start) => solveOnHost(host, [...start, 0], interval, 20_000));

  // A tolerance is one of each step; what comes together on the way is held to ten of them.
  test.each([1e-3, 1e-4, 1e-6])("tolerances of %d: no further off than ten", async (tolerance) => {
    const { rows, steps } = await solve(rates, starts, interval, tolerance);
    for (const [row, values] of rows.entries()) {
      for (const [i, value] of values.entries()) {
        const wanted = ends[row]![i]!;
        expect(Math.abs(value - wanted)).toBeLessThan(10 * tolerance * (1 + Math.abs(wanted)));
      }
    }
    // Fixed steps of the same error would be as short everywhere as they have to be at the fastest place.
    expect(Math.max(...steps)).toBeLessThan(tolerance < 1e-5 ? 160 : 80);
  });

  test("a row gets what it gets alone, in as many steps", async () => {
    const together = await solve(rates, starts, interval, 1e-4);
    const alone = await solve(rates, [starts[1]!], interval, 1e-4);
    expect(together.rows[1]).toEqual(alone.rows[0]);
    expect(together.steps[1]).toBe(alone.steps[0]);
    expect(new Set(together.steps).size).toBeGreaterThan(1);
  });
});

test("where nothing moves one step is all", async () => {
  const still = (time: NDArray, z: NDArray) => {
    time.dispose();
    return [z.mul(0)];
  };
  const { rows, steps } = await solve(still, [[0.01], [3], [-1e30]], [1, 0], 1e-6);
  expect(rows).toEqual([[Math.fround(0.01)], [3], [Math.fround(-1e30)]]);
  expect(steps).toEqual([1, 1, 1]);
});
