import { type NDArray, np } from "../engine/index.ts";
import { solveIncreasing } from "./solve-increasing.ts";

/**
 * The scalar map `f(a) = a + m tanh(a)`, which increases for m > -1: what planar and Sylvester flows do
 * along one direction. All functions consume.
 */

/** A number m > -1 and `1 + m`, the slope of `f` at 0, each with all its digits. */
export interface Gain {
  readonly gain: NDArray;
  readonly slope: NDArray;
}

const LARGEST = 1e15;

/**
 * A gain `m` in (-1, inf) from any number: `m(x) = 2x / (2 + sqrt(x^2 + 4) - x)`, smooth, increasing,
 * `m(0) = 0`, `m(x) + 1` about `1 / |x|` far left and about x far right.
 *
 * Rezende and Mohamed's own, `-1 + log(1 + exp(x))`, is not 0 at 0, so that a layer without
 * parameters would not be the identity, and reaches -1 exactly in float32.
 */
export function gainOf(given: NDArray): Gain {
  // A square that float32 can hold.
  const x = np.clip(given, -LARGEST, LARGEST);
  const root = np.sqrt(x.ref.mul(x.ref).add(4));
  const denominator = root.ref.sub(x.ref).add(2);
  const slope = root.add(x.ref).add(2).div(denominator.ref);
  return { gain: x.mul(2).div(denominator), slope };
}

/** `log f'(a)` from `tanh(a)` and `1 + m`: `log(tanh^2 + (1 + m)(1 - tanh^2))`, never `log 0`. */
export function logSlopeAt(tanh: NDArray, slope: NDArray): NDArray {
  return np.log(slopeAt(tanh, slope));
}

function slopeAt(tanh: NDArray, slope: NDArray): NDArray {
  const squared = tanh.ref.mul(tanh);
  return np.subtract(1, squared.ref).mul(slope).add(squared);
}

/** Halves the bracket, |m| to either side, to 3e-5 |m|, from where Newton's method finds the root. */
const STEPS = 16;

/**
 * The root of `a + m tanh(a) = target`.
 *
 * @param gain m and `1 + m`, `[1, n]` or `[1, 1]`.
 * @param target `[1, n]`.
 */
export function solveTanhResidual({ gain, slope }: Gain, target: NDArray): NDArray {
  const reach = np.absolute(gain.ref);
  return solveIncreasing({
    map: ({ gain, slope }: { gain: NDArray; slope: NDArray }, a: NDArray) => {
      const tanh = np.tanh(a.ref);
      return [a.add(gain.mul(tanh.ref)), slopeAt(tanh, slope)] as const;
    },
    params: { gain, slope },
    low: target.ref.sub(reach.ref),
    high: target.ref.add(reach),
    target,
    steps: STEPS,
  });
}
