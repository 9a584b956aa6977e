import { DomainError } from "../core/errors.ts";
import { defineTransformer, type Transformer } from "../core/transformer.ts";
import { type NDArray, np } from "../engine/index.ts";
import { softclip } from "../numerics/stable.ts";

export interface RationalQuadraticSplineOptions {
  /** Number of bins K; default 8. */
  bins?: number | undefined;
  /** The spline bends on [-bound, bound], in the units of its input; default 5. */
  bound?: number | undefined;
  /** Smallest width and height of a bin, as a share of the interval; default 1e-3. */
  minBin?: number;
}

/** Slopes at the knots, and relative bin sizes before normalisation, lie in (1e-3, 1e3). */
const LOG_RANGE = Math.log(1e3);

/** The bin that an input falls into, in coordinates where the interval is [0, 1]. */
interface Bin {
  x0: NDArray;
  width: NDArray;
  y0: NDArray;
  height: NDArray;
  slope0: NDArray;
  slope1: NDArray;
}

/**
 * A monotone rational-quadratic spline with identity tails (Durkan et al. 2019, arXiv:1906.04032,
 * section 3.1; Gregory and Delbourgo 1982).
 *
 * Inside bin k, with `t = (x - x_k) / w_k`, `s = h_k / w_k` and slopes `d_k` at the knots:
 * `y = y_k + h_k (s t^2 + d_k t(1-t)) / (s + (d_k + d_{k+1} - 2 s) t(1-t))`. Beyond
 * [-bound, bound]: `y = x`.
 *
 * Parameters, 3K - 1: logits of the widths (K), of the heights (K), log-slopes at the inner knots
 * (K - 1), each softly clipped to ±log 1000. Zeros are the identity, up to rounding. The outer
 * slopes are 1. Float32 error: in value, 2e-6 · bound, times the local slope where that exceeds 1
 * (5e-6 for the inverse, and its own slope); in the log-derivative 1e-4 for parameters of size 1, up
 * to 0.1 where extreme ones make bins as narrow as they can be.
 *
 * @throws DomainError for fewer than two bins, a bound that is not positive, or bins that cannot
 * all have the minimum size.
 */
export function rationalQuadraticSpline(options: RationalQuadraticSplineOptions = {}): Transformer {
  const { bins = 8, bound = 5, minBin = 1e-3 } = options;
  if (!Number.isInteger(bins) || bins < 2) {
    throw new DomainError(`rationalQuadraticSpline: bins must be an integer >= 2, got ${bins}.`);
  }
  if (!(bound > 0 && Number.isFinite(bound))) {
    throw new DomainError(`rationalQuadraticSpline: bound must be positive, got ${bound}.`);
  }
  if (!(minBin > 0 && minBin * bins < 1)) {
    throw new DomainError(
      `rationalQuadraticSpline: minBin must be positive and below 1 / bins = ${1 / bins}, got ${minBin}.`,
    );
  }

  /** Sizes of the bins, each at least `minBin`, and the left edges, from 0. */
  function sizesAndEdges(relative: NDArray): [NDArray, NDArray] {
    const total = relative.ref.sum(0, { keepdims: true });
    const sizes = relative
      .div(total)
      .mul(1 - bins * minBin)
      .add(minBin);
    const before = np.tri(bins, bins, -1);
    const edges = np.dot(before, sizes.ref.reshape([bins, -1])).reshape(sizes.shape);
    return [sizes, edges];
  }

  /** Find the bin of `u` in [0, 1] along x or along y, and gather what describes it. */
  function findBin(theta: NDArray, u: NDArray, along: "x" | "y"): Bin {
    const positive = np.exp(softclip(theta, LOG_RANGE));
    const [relativeWidths, relativeHeights, slopes] = np.split(positive, [bins, 2 * bins], 0) as [
      NDArray,
      NDArray,
      NDArray,
    ];
    const [widths, xEdges] = sizesAndEdges(relativeWidths);
    const [heights, yEdges] = sizesAndEdges(relativeHeights);
    const one = np.ones([1, ...u.shape]);
    const left = np.concatenate([one.ref, slopes.ref], 0);
    const right = np.concatenate([slopes, one.ref], 0);

    const reached = np
      .greaterEqual(u.reshape([1, ...u.shape]), (along === "x" ? xEdges : yEdges).ref.slice([1]))
      .astype(np.float32);
    const chosen = np.concatenate([one, reached.ref], 0).sub(np.pad(reached, { 0: [0, 1] }));
    const table = np.stack([xEdges, widths, yEdges, heights, left, right], 0);
    const [x0, width, y0, height, slope0, slope1] = np.unstack(table.mul(chosen).sum(1), 0);
    return { x0, width, y0, height, slope0, slope1 } as Bin;
  }

  /** Value in [0, 1] and log-derivative at `t` in a bin. */
  function evaluate(bin: Bin, t: NDArray): [NDArray, NDArray] {
    const { x0, width, y0, height, slope0, slope1 } = bin;
    x0.dispose();
    const chord = height.ref.div(width);
    const rest = np.subtract(1, t.ref);
    const bump = t.ref.mul(rest.ref);
    const denominator = slope0.ref
      .add(slope1.ref)
      .sub(chord.ref.mul(2))
      .mul(bump.ref)
      .add(chord.ref);
    const square = t.ref.mul(t);
    const value = chord.ref
      .mul(square.ref)
      .add(slope0.ref.mul(bump.ref))
      .div(denominator.ref)
      .mul(height)
      .add(y0);
    const numerator = slope1
      .mul(square)
      .add(chord.ref.mul(bump).mul(2))
      .add(slope0.mul(rest.ref).mul(rest));
    const ratio = chord.div(denominator);
    return [value, np.log(numerator.mul(ratio.ref).mul(ratio))];
  }

  /**
   * The root in [0, 1] of `a t^2 + b t + c = 0` for a bin's inverse, in the form of the quadratic
   * formula that does not cancel; float32 can make the discriminant slightly negative.
   */
  function solve(bin: Bin, u: NDArray): NDArray {
    const { width, y0, height, slope0, slope1 } = bin;
    const chord = height.ref.div(width.ref);
    const rise = u.sub(y0.ref);
    const bend = slope0.ref.add(slope1.ref).sub(chord.ref.mul(2)).mul(rise.ref);
    const b = height.ref.mul(slope0.ref).sub(bend.ref);
    const a = height.ref.mul(chord.ref.sub(slope0.ref)).add(bend);
    const minusC = chord.mul(rise);
    const discriminant = b.ref.mul(b.ref).add(a.ref.mul(minusC.ref).mul(4));
    const root = np.sqrt(np.maximum(discriminant, 1e-30));
    const large = np.absolute(b.ref).add(root);
    const convex = np.less(b, 0);
    const safeA = np.where(convex.ref, a, 1);
    const t = np.where(convex, large.ref.div(safeA.mul(2)), minusC.mul(2).div(large));
    return np.clip(t, 0, 1);
  }

  /** Apply `inside` on the interval and the identity beyond it, without NaN gradients. */
  function withTails(x: NDArray, inside: (u: NDArray) => [NDArray, NDArray]): [NDArray, NDArray] {
    // Clamping the input first keeps the branch that `where` drops finite, gradients included.
    const clamped = np.clip(x.ref, -bound, bound);
    const [value, logDet] = inside(clamped.add(bound).mul(1 / (2 * bound)));
    const outside = np.greater(np.absolute(x.ref), bound);
    const y = np.where(outside.ref, x, value.mul(2 * bound).sub(bound));
    return [y, np.where(outside, 0, logDet)];
  }

  return defineTransformer({
    kind: "rationalQuadraticSpline",
    parameterCount: 3 * bins - 1,
    interval: [-bound, bound],
    options: { bins, bound, minBin },
    forwardAndLogDet: (theta, x) =>
      withTails(x, (u) => {
        const bin = findBin(theta, u.ref, "x");
        const t = np.clip(u.sub(bin.x0.ref).div(bin.width.ref), 0, 1);
        return evaluate(bin, t);
      }),
    inverseAndLogDet: (theta, y) =>
      withTails(y, (u) => {
        const bin = findBin(theta, u.ref, "y");
        const t = solve(bin, u);
        const x = bin.x0.ref.add(bin.width.ref.mul(t.ref));
        const [value, logDet] = evaluate(bin, t);
        value.dispose();
        return [x, logDet.neg()];
      }),
  });
}
