import type { Direction } from "../core/bijector.ts";
import { type NDArray, np, stopGradient } from "../engine/index.ts";
import { softclip } from "../numerics/stable.ts";

/** How a spline on [-bound, bound] goes on beyond it. */
export type TailsName = "identity" | "affine" | "circular";

/**
 * A map of [0, 2 bound] onto itself in one direction, with its log-derivative; parameters `[p, n]`, numbers
 * `[1, n]`. Consumes.
 */
export type Inside = (theta: NDArray, u: NDArray) => readonly [NDArray, NDArray];

interface Tails {
  /** Number of learned slopes for K bins. */
  slopeCount(bins: number): number;
  /** Which of them belongs to a knot, 0 to K; one that does not exist stands for a slope of 1. */
  slopeAt(knot: number, bins: number): number;
  /** Number of parameters after those of the spline itself. */
  readonly parameterCount: number;
  /** The whole map; parameters and numbers as rows, as of {@link Inside}. Consumes. */
  apply(
    direction: Direction,
    inside: Inside,
    bound: number,
    theta: NDArray,
    x: NDArray,
  ): [NDArray, NDArray];
}

/** The log-scale of an affine tail lies within ±5. */
const MAX_LOG_SCALE = 5;

export const TAILS: Record<TailsName, Tails> = {
  identity: {
    slopeCount: (bins) => bins - 1,
    slopeAt: (knot) => knot - 1,
    parameterCount: 0,
    /**
     * What lies beyond is moved to the middle first, so that all that is then multiplied by 0 is finite.
     */
    apply(_, inside, bound, theta, x) {
      const test = np.lessEqual(np.absolute(stopGradient(x.ref)), bound);
      const isInside = test.ref.astype(np.float32);
      const u = np.where(test, x.ref, 0).add(bound);
      const [value, logDet] = inside(theta, u.ref);
      return [value.sub(u).mul(isInside.ref).add(x), logDet.mul(isInside)];
    },
  },
  affine: {
    slopeCount: (bins) => bins + 1,
    slopeAt: (knot) => knot,
    parameterCount: 2,
    apply(direction, inside, bound, theta, x) {
      const count = (theta.shape[0] as number) - 2;
      const [spline, shift, raw] = np.split(theta, [count, count + 1], 0) as [
        NDArray,
        NDArray,
        NDArray,
      ];
      const logScale = softclip(raw, MAX_LOG_SCALE);
      if (direction === "forward") {
        const [y, logDet] = continued(inside, bound, spline, x);
        return [y.mul(np.exp(logScale.ref)).add(shift), logDet.add(logScale)];
      }
      const scaled = x.sub(shift).mul(np.exp(logScale.ref.neg()));
      const [y, logDet] = continued(inside, bound, spline, scaled);
      return [y, logDet.sub(logScale)];
    },
  },
  circular: {
    slopeCount: (bins) => bins,
    slopeAt: (knot, bins) => knot % bins,
    parameterCount: 1,
    apply(direction, inside, bound, theta, x) {
      const [spline, phase] = np.split(theta, [(theta.shape[0] as number) - 1], 0) as [
        NDArray,
        NDArray,
      ];
      const wrapped = (u: NDArray) => wrap(u, 2 * bound);
      const u = x.add(bound);
      if (direction === "inverse") {
        const [y, logDet] = inside(spline, wrapped(u.sub(phase)));
        return [y.sub(bound), logDet];
      }
      const [value, logDet] = inside(spline, wrapped(u));
      return [wrapped(value.add(phase)).sub(bound), logDet];
    },
  },
};

/** Beyond the interval a line with the value and the slope at its end. */
function continued(inside: Inside, bound: number, theta: NDArray, x: NDArray): [NDArray, NDArray] {
  const nearest = np.clip(x.ref, -bound, bound);
  const [value, logDet] = inside(theta, nearest.ref.add(bound));
  const beyond = x.sub(nearest).mul(np.exp(logDet.ref));
  return [value.sub(bound).add(beyond), logDet];
}

/** The number in [0, period] that is `u` up to a multiple of the period; consumes. */
function wrap(u: NDArray, period: number): NDArray {
  const turns = np.floor(stopGradient(u.ref).mul(1 / period));
  // Where float32 does not know the turns exactly, the remainder may lie anywhere.
  return np.clip(u.sub(turns.mul(period)), 0, period);
}
