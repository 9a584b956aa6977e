import type { Interval, Rates } from "../core/velocity-field.ts";
import { fence, type NDArray, np, settle } from "../engine/index.ts";

/** An explicit Runge-Kutta method: `k_i = f(t + c_i h, y + h sum_j a_ij k_j)`, `y + h sum_i b_i k_i`. */
export interface Tableau {
  readonly order: number;
  /** c. */
  readonly nodes: readonly number[];
  /** Rows of a below the diagonal, from the second on. */
  readonly stages: readonly (readonly number[])[];
  /** b. */
  readonly weights: readonly number[];
}

const euler: Tableau = { order: 1, nodes: [0], stages: [], weights: [1] };

const midpoint: Tableau = { order: 2, nodes: [0, 1 / 2], stages: [[1 / 2]], weights: [0, 1] };

const rk4: Tableau = {
  order: 4,
  nodes: [0, 1 / 2, 1 / 2, 1],
  stages: [[1 / 2], [0, 1 / 2], [0, 0, 1]],
  weights: [1 / 6, 1 / 3, 1 / 3, 1 / 6],
};

/** Dormand and Prince 1980 (doi:10.1016/0771-050X(80)90013-3), RK5(4)7M. */
const dormandPrince: Tableau = {
  order: 5,
  nodes: [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1],
  stages: [
    [1 / 5],
    [3 / 40, 9 / 40],
    [44 / 45, -56 / 15, 32 / 9],
    [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
    [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  ],
  weights: [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
};

/**
 * What {@link dormandPrince} differs by from its fourth-order companion: weights of its six slopes, and of the slope
 * where it ends.
 */
export const DORMAND_PRINCE_ERROR = [
  71 / 57600,
  0,
  -71 / 16695,
  71 / 1920,
  -17253 / 339200,
  22 / 525,
  -1 / 40,
] as const;

/** Explicit methods by name. */
export const tableaus = { euler, midpoint, rk4, dormandPrince } as const;

export type OdeMethod = keyof typeof tableaus;

/** Where a step starts: a time and a length for all rows or for each, `[1, 1]` or `[1, n]`. */
export interface Step {
  readonly time: NDArray;
  readonly length: NDArray;
}

/**
 * The slopes of one step, stage by stage; consumes z.
 *
 * @param step lent: not consumed.
 * @param first the slope at the start where it is known; consumed.
 */
export function slopesOf(
  { nodes, stages }: Tableau,
  rates: Rates,
  { time, length }: Step,
  z: NDArray,
  first: NDArray[] = rates(time.ref, z.ref),
): NDArray[][] {
  const slopes = [first];
  for (const [index, weights] of stages.entries()) {
    const moved = combined(slopes, weights, 0);
    const point = settled(z.ref.add(moved.mul(length.ref)));
    slopes.push(rates(time.ref.add(length.ref.mul(nodes[index + 1])), point));
  }
  z.dispose();
  return slopes;
}

/** `sum_i w_i k_i` of one part of the slopes, 0 for z; the slopes are lent. */
export function combined(
  slopes: readonly NDArray[][],
  weights: readonly number[],
  part: number,
): NDArray {
  const terms = weights.flatMap((weight, i) =>
    weight === 0 ? [] : [slopes[i][part].ref.mul(weight)],
  );
  return terms.reduce((sum, term) => sum.add(term));
}

/**
 * From `z` at one time to another in equal steps; consumes z.
 *
 * @returns z at the end, and the integral of each integrand over the time, whichever way it runs.
 */
export function integrate(
  tableau: Tableau,
  steps: number,
  rates: Rates,
  z: NDArray,
  [from, to]: Interval,
): NDArray[] {
  const size = (to - from) / steps;
  let values = [z];
  for (let step = 0; step < steps; step++) {
    const at = { time: np.array([[from + step * size]]), length: np.array([[size]]) };
    const slopes = slopesOf(tableau, rates, at, values[0].ref);
    const moves = slopes[0].map((_, part) =>
      combined(slopes, tableau.weights, part).mul(at.length.ref),
    );
    values = moves.map((move, part) => {
      const before = values[part];
      return settled(before ? before.add(move) : move);
    });
    for (const array of [...slopes.flat(), at.time, at.length]) array.dispose();
  }
  return values;
}

/** The same numbers, computed once: jax-js would write each stage's formula into the next one's. */
function settled(x: NDArray): NDArray {
  const same = fence(x);
  settle(same);
  return same;
}
