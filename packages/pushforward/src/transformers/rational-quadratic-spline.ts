import type { Direction } from "../core/bijector.ts";
import { checkCount, checkPositive } from "../core/check-number.ts";
import { checkOptionNames } from "../core/check-options.ts";
import { DomainError } from "../core/errors.ts";
import { defineTransformer, type Transformer } from "../core/transformer.ts";
import { type NDArray, np, tree } from "../engine/index.ts";
import { hostMatrix } from "../numerics/host-matrix.ts";
import { gate } from "../numerics/stable.ts";
import { type Inside, TAILS, type TailsName } from "./spline-tails.ts";

export interface RationalQuadraticSplineOptions {
  /** Number of bins K; default 8. */
  bins?: number | undefined;
  /** The spline bends on [-bound, bound], in the units of its input; default 5, for circular tails pi. */
  bound?: number | undefined;
  /** Smallest width and height of a bin, as a share of the interval; default 1e-3. */
  minBin?: number;
  /**
   * Beyond the interval: the identity; learned lines; or nothing, as the numbers are coordinates on a circle
   * whose ends ±bound are one point. Default `"identity"`.
   */
  tails?: TailsName;
}

/** Slopes at the knots lie in (1e-3, 1e3); bins differ by this factor at most before `minBin`. */
const RANGE = 1e3;

/**
 * The bin that an input falls into; lengths along x and along y are measured from the interval's low end
 * and multiplied by their own `total`.
 */
type Bin = {
  x0: NDArray;
  width: NDArray;
  xTotal: NDArray;
  y0: NDArray;
  height: NDArray;
  yTotal: NDArray;
  slope0: NDArray;
  slope1: NDArray;
};

/** Where the bin lies does not matter for what happens in it. */
type BinShape = Omit<Bin, "x0" | "y0">;

/**
 * A monotone rational-quadratic spline (Durkan et al. 2019, arXiv:1906.04032, section 3.1; Gregory and
 * Delbourgo 1982).
 *
 * Inside bin k, with `t = (x - x_k) / w_k`, `s = h_k / w_k` and slopes `d_k` at the knots:
 * `y = y_k + h_k (s t^2 + d_k t(1-t)) / (s + (d_k + d_{k+1} - 2 s) t(1-t))`. Beyond [-bound, bound]:
 * - `"identity"`: `y = x`; the outer slopes are 1.
 * - `"affine"`: `y = y_K + d_K (x - x_K)` with learned outer slopes, and the whole scaled and shifted,
 *   `exp(a) y + b`, so that both tails are learned lines and the interval's image is learned, too.
 * - `"circular"` (Rezende et al. 2020, arXiv:2002.02428): inputs are angles or other coordinates
 *   with a period of 2 bound, wrapped into the interval first; both ends are one point, with one learned slope;
 *   then the circle is turned by a learned phase, `y = wrap(spline(x) + phase)`. It is a bijection of
 *   [-bound, bound), not of the line: its base is uniform on it, `fit` leaves the data as they are, and rows
 *   outside are refused. Give it all of a vector's dimensions or only the circular ones (`mask`), and
 *   conditioners the cosine and sine where the jump at ±bound matters.
 *
 * Parameters: logits of the widths (K), of the heights (K), of the slopes at the knots (K - 1 inner ones for
 * `"identity"`, K + 1 for `"affine"`, K for `"circular"`); then b and a, or the phase. In all 3K - 1, 3K + 3,
 * 3K + 1. A bin's relative size is `sigmoid(logit) + 1/1000`, a slope `exp(c tanh(logit / c))` with
 * `c = log 1000`; a stays within ±5. Zeros are the identity, up to rounding. Float32 error: in value,
 * 2e-6 · bound, times the local slope where that exceeds 1 (5e-6 for the inverse, and its own slope), and in a
 * tail the distance from the interval times its slope's relative error of 1e-6; in the log-derivative 1e-4 for
 * parameters of size 1, up to 0.1 where extreme ones make bins as narrow as they can be.
 *
 * @throws DomainError for fewer than two bins, a bound that is not positive, bins that cannot all have
 * the minimum size, or unknown tails.
 */
export function rationalQuadraticSpline(options: RationalQuadraticSplineOptions = {}): Transformer {
  checkOptionNames("rationalQuadraticSpline", options, ["bins", "bound", "minBin", "tails"]);
  const { bins = 8, minBin = 1e-3, tails = "identity" } = options;
  const { bound = tails === "circular" ? Math.PI : 5 } = options;
  checkCount("rationalQuadraticSpline", "bins", bins, 2);
  checkPositive("rationalQuadraticSpline", "bound", bound);
  if (!(minBin > 0 && minBin * bins < 1)) {
    throw new DomainError(
      `rationalQuadraticSpline: minBin must be positive and below 1 / bins = ${1 / bins}, got ${minBin}.`,
    );
  }
  if (!(tails in TAILS)) {
    throw new DomainError(
      `rationalQuadraticSpline: tails must be "identity", "affine" or "circular", got "${tails}".`,
    );
  }
  const { slopeCount, slopeAt, ...beyond } = TAILS[tails];
  const parameterCount = 2 * bins + slopeCount(bins) + beyond.parameterCount;

  const ends = () => knotsToEnds(bins, slopeCount(bins), (knot) => slopeAt(knot, bins));

  /** Find the bin of `u` in [0, 2 bound] along x or along y, and gather what describes it. */
  function findBin(theta: NDArray, u: NDArray, along: "x" | "y"): [Bin, NDArray] {
    const [logits, slopeLogits] = np.split(theta, [2 * bins], 0);
    const rows = np.dot(sizesToRows(bins, minBin, bound), gate(logits));
    const [lines, totals] = np.split(rows.add(rowsOfFloor(bins, bound)), [4 * bins], 0);
    const [xTotal, yTotal] = np.split(totals, 2, 0);
    const scaled = u.mul(along === "x" ? xTotal.ref : yTotal.ref);

    const first = along === "x" ? 0 : 2 * bins;
    const edges = lines.ref.slice([first, first + bins]);
    const reached = np.lessEqual(edges, scaled.ref).astype(np.float32);
    const chosen = np.dot(onlyTheLast(bins), reached);
    const table = np.concatenate([lines, np.dot(ends(), slopeLogits)], 0);
    const picked = table.reshape([6, bins, -1]).mul(chosen).sum(1);
    const [x0, width, y0, height, atEnds] = np.split(picked, [1, 2, 3, 4], 0);
    const [slope0, slope1] = np.split(slopeOf(atEnds), 2, 0);
    return [{ x0, width, xTotal, y0, height, yTotal, slope0, slope1 }, scaled];
  }

  /**
   * Value, as a share of the bin's height, and log-derivative at `t` in a bin. With
   * `a = s t + d_k (1-t)` and `b = s (1-t) + d_{k+1} t` the spline is `t a / (t a + (1-t) b)` and its
   * derivative `s^2 (t b + (1-t) a) / (t a + (1-t) b)^2`: sums of positive terms, nothing cancels.
   */
  function evaluate({ width, xTotal, height, yTotal, slope0, slope1 }: BinShape, t: NDArray) {
    const chord = height.mul(xTotal).div(width.mul(yTotal));
    const rest = np.subtract(1, t.ref);
    const a = chord.ref.mul(t.ref).add(slope0.mul(rest.ref));
    const b = chord.ref.mul(rest.ref).add(slope1.mul(t.ref));
    const lower = t.ref.mul(a.ref);
    const denominator = lower.ref.add(rest.ref.mul(b.ref));
    const ratio = chord.div(denominator.ref);
    const numerator = t.mul(b).add(rest.mul(a));
    const logDet = np.log(numerator.mul(ratio.ref).mul(ratio));
    return [lower.div(denominator), logDet] as const;
  }

  /**
   * Where in its bin the spline reaches the share `r` of the bin's height:
   * `t = (s r + (sqrt(q^2 + 4 s^2 r (1-r)) - q) / 2) / (s + sqrt(...))`, `q = d_k (1-r) - d_{k+1} r`.
   * Both usual forms of the root in one fraction: no sign decides, no denominator vanishes, and what
   * cancels is small against the bin.
   */
  function solve({ width, xTotal, height, yTotal, slope0, slope1 }: BinShape, r: NDArray): NDArray {
    const chord = height.mul(xTotal).div(width.mul(yTotal));
    const rest = np.subtract(1, r.ref);
    const q = slope0.mul(rest.ref).sub(slope1.mul(r.ref));
    const mixed = r.ref.mul(rest).mul(chord.ref.mul(chord.ref)).mul(4);
    const root = np.sqrt(q.ref.mul(q.ref).add(np.maximum(mixed, 0)));
    const numerator = chord.ref.mul(r).add(root.ref.sub(q).mul(0.5));
    return numerator.div(chord.add(root));
  }

  const forward: Inside = (theta, u) => {
    const [bin, scaled] = findBin(theta, u, "x");
    const t = scaled.sub(bin.x0).div(bin.width.ref);
    const { y0, height, yTotal } = bin;
    const [share, logDet] = evaluate({ ...bin, height: height.ref, yTotal: yTotal.ref }, t);
    return [share.mul(height).add(y0).div(yTotal), logDet];
  };

  const inverse: Inside = (theta, u) => {
    const [{ x0, y0, ...bin }, scaled] = findBin(theta, u, "y");
    const { width, xTotal } = bin;
    const share = scaled.sub(y0).div(bin.height.ref);
    const t = solve(tree.ref(bin), share);
    const known = { ...bin, width: width.ref, xTotal: xTotal.ref };
    const [value, logDet] = evaluate(known, t.ref);
    value.dispose();
    return [width.mul(t).add(x0).div(xTotal), logDet.neg()];
  };

  /** One row holds all numbers: most operators then need no reshape. */
  function inRows(direction: Direction, inside: Inside): Transformer["forwardAndLogDet"] {
    return (theta, x) => {
      const { shape } = x;
      const rows = theta.reshape([parameterCount, -1]);
      const [y, logDet] = beyond.apply(direction, inside, bound, rows, x.reshape([1, -1]));
      return [y.reshape(shape), logDet.reshape(shape)];
    };
  }

  return defineTransformer({
    kind: "rationalQuadraticSpline",
    parameterCount,
    interval: [-bound, bound],
    isCircular: tails === "circular",
    options: { bins, bound, minBin, tails },
    forwardAndLogDet: inRows("forward", forward),
    inverseAndLogDet: inRows("inverse", inverse),
  });
}

/**
 * Slopes from what {@link knotsToEnds} makes of their logits: `exp(c tanh(logit / c))`, `c = log RANGE`,
 * the exponential where it is moderate and never beyond.
 */
function slopeOf(ends: NDArray): NDArray {
  const limit = Math.log(RANGE);
  return np.exp(
    gate(ends)
      .mul(2 * limit)
      .sub(limit),
  );
}

/**
 * From relative widths and heights `r` of all bins to left edges, widths, lower edges, heights, all times
 * the total `R = sum r`, and the two totals by the length of the interval: the bin k is
 * `(1 - K m) r_k + m R` wide, m the smallest share.
 */
function sizesToRows(bins: number, minBin: number, bound: number): NDArray {
  const size = (bin: number, source: number) => (bin === source ? 1 - bins * minBin : 0) + minBin;
  const edge = (bin: number, source: number) =>
    bin * minBin + (source < bin ? 1 - bins * minBin : 0);
  return hostMatrix(4 * bins + 2, 2 * bins, (row, column) => {
    const alongY = column >= bins;
    const source = column % bins;
    if (row >= 4 * bins) return row - 4 * bins === Number(alongY) ? 1 / (2 * bound) : 0;
    if (row >= 2 * bins !== alongY) return 0;
    const bin = row % bins;
    return Math.floor(row / bins) % 2 === 0 ? edge(bin, source) : size(bin, source);
  });
}

/** What {@link sizesToRows} makes of the floor 1 / RANGE under each relative size. */
function rowsOfFloor(bins: number, bound: number): NDArray {
  const floor = 1 / RANGE;
  return hostMatrix(4 * bins + 2, 1, (row) => {
    if (row >= 4 * bins) return (bins * floor) / (2 * bound);
    return Math.floor(row / bins) % 2 === 0 ? (row % bins) * floor : floor;
  });
}

/**
 * From the slopes' logits to those at each bin's left and right end, 0 where a knot has none, times the factor
 * that makes a `tanh` of a {@link gate}.
 */
function knotsToEnds(bins: number, slopes: number, slopeAt: (knot: number) => number): NDArray {
  const factor = 2 / Math.log(RANGE);
  return hostMatrix(2 * bins, slopes, (row, slope) =>
    slope === slopeAt(row < bins ? row : row - bins + 1) ? factor : 0,
  );
}

/** From "the left edge is reached" to "and the next one is not". */
function onlyTheLast(bins: number): NDArray {
  return hostMatrix(
    bins,
    bins,
    (row, column) => Number(column === row) - Number(column === row + 1),
  );
}
