import type { Bijector } from "../core/bijector.ts";
import { DomainError, ShapeError } from "../core/errors.ts";
import { type NDArray, np } from "../engine/index.ts";
import { normalized } from "../numerics/normalized.ts";
import { logSigmoid, sigmoid } from "../numerics/stable.ts";
import { scalarBijector } from "./scalar-map.ts";

export interface HistogramOptions {
  /** For each number of the event, the widths of its bins, all above 0; they are scaled to the sum 1. */
  widths: readonly (readonly number[])[];
  /** The probability of each bin under the logistic distribution, all above 0; scaled to the sum 1. */
  shares: readonly (readonly number[])[];
}

/**
 * Quantile functions of histograms behind the logistic function, from the line to (0, 1):
 * `y = H^-1(sigmoid(x))`, with H rising by `share_k` along the `width_k` of bin k and straight within it. What is
 * logistic becomes what the histogram says: shares of levels and categories are right before anything is learnt.
 *
 * Log-det `sum(log(width_k / share_k) + log sigmoid(x) + log sigmoid(-x))`, k the bin of y; shapes `[features]`.
 * Float32 resolves a bin to 1e-7 of its width by its share: round trip within 5e-5 for shares above 2e-3.
 *
 * @throws ShapeError when widths and shares differ in number; DomainError when one is not above 0.
 */
export function histogram({ widths, shares }: HistogramOptions): Bijector<Record<string, never>> {
  checkBins(widths, shares);
  const most = Math.max(...widths.map(({ length }) => length));
  const features = widths.map((own, i) => binsOf(own, shares[i] as readonly number[], most));
  const constant = (name: keyof Bins) =>
    np.array(
      features.flatMap((bins) => bins[name]),
      { shape: [features.length, most] },
    );
  /** The logarithm of width / share of the bin, from where a number has come past the left ends of bins. */
  const logSlope = (isPast: NDArray) => np.where(isPast, constant("logSteps"), 0).sum(-1);
  return scalarBijector({
    kind: "histogram",
    shape: [features.length],
    options: { widths, shares },
    range: [0, 1],
    forward: (x) => {
      // Bins in the upper half are filled from the upper end, where probabilities have most digits.
      const fromBelow = np.expandDims(sigmoid(x.ref), -1).sub(constant("below"));
      const fromAbove = np.expandDims(sigmoid(x.ref.neg()), -1).sub(constant("above"));
      const share = constant("shares");
      const isUpper = constant("isUpper").greater(0.5);
      const filled = np.where(isUpper, share.ref.sub(fromAbove), fromBelow);
      const y = np.clip(filled, 0, share).mul(constant("slopes")).sum(-1);
      const slope = logSlope(np.greater(np.expandDims(x.ref, -1), constant("logits")));
      return [y, slope.add(logSigmoid(x.ref)).add(logSigmoid(x.neg()))];
    },
    inverse: (y) => {
      const width = constant("widths");
      const filled = np.clip(np.expandDims(y, -1).sub(constant("starts")), 0, width.ref);
      const slope = logSlope(np.greater(filled.ref, 0));
      const rate = np.reciprocal(constant("slopes"));
      const logBelow = np.log(filled.ref.mul(rate.ref).sum(-1));
      const logAbove = np.log(width.sub(filled).mul(rate).sum(-1));
      const x = logBelow.ref.sub(logAbove.ref);
      return [x, slope.add(logBelow).add(logAbove).neg()];
    },
  });
}

/** The bins of one number of the event; those added to make all as many are empty. */
interface Bins {
  widths: number[];
  /** Left ends. */
  starts: number[];
  shares: number[];
  /** The probability left of each bin, and right of it. */
  below: number[];
  above: number[];
  /** Left ends before the map. */
  logits: number[];
  /** Width by share. */
  slopes: number[];
  /** How much the logarithm of the slope changes at the left end; in the first bin, from 0. */
  logSteps: number[];
  isUpper: number[];
}

/** Beyond all numbers. */
const NEVER = 1e30;

function binsOf(widths: readonly number[], shares: readonly number[], most: number): Bins {
  const [width, share] = [normalized(widths), normalized(shares)];
  const below = share.map((_, k) => sumOf(share.slice(0, k)));
  const above = share.map((_, k) => sumOf(share.slice(k + 1)));
  const slopes = share.map((own, k) => (width[k] as number) / own);
  const padded = (values: readonly number[], value: number) => [
    ...values,
    ...new Array<number>(most - values.length).fill(value),
  ];
  return {
    widths: padded(width, 0),
    starts: padded(
      width.map((_, k) => sumOf(width.slice(0, k))),
      NEVER,
    ),
    shares: padded(share, 0),
    below: padded(below, NEVER),
    above: padded(above, 0),
    logits: padded(
      below.map((left, k) => (k === 0 ? -NEVER : Math.log(left) - Math.log(sumOf(share.slice(k))))),
      NEVER,
    ),
    slopes: padded(slopes, 1),
    logSteps: padded(
      slopes.map((slope, k) => Math.log(slope) - (k === 0 ? 0 : Math.log(slopes[k - 1] as number))),
      0,
    ),
    isUpper: padded(
      below.map((left) => Number(left >= 0.5)),
      0,
    ),
  };
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

function checkBins(widths: HistogramOptions["widths"], shares: HistogramOptions["shares"]): void {
  if (widths.length !== shares.length || widths.length === 0) {
    throw new ShapeError(
      `histogram: got bins of ${widths.length} numbers and shares of ${shares.length}, expected those of the same, one at least.`,
    );
  }
  for (const [i, own] of widths.entries()) {
    const other = shares[i] as readonly number[];
    if (own.length !== other.length || own.length === 0) {
      throw new ShapeError(
        `histogram: dimension ${i} has ${own.length} widths and ${other.length} shares, expected one of each per bin.`,
      );
    }
    const bad = [...own, ...other].find((value) => !(Number.isFinite(value) && value > 0));
    if (bad !== undefined) {
      throw new DomainError(
        `histogram: dimension ${i} has ${bad} among its widths and shares; all must be finite and above 0.`,
      );
    }
  }
}
