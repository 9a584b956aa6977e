import { discard } from "../core/bijector.ts";
import { checkCount } from "../core/check-number.ts";
import { checkOptionNames } from "../core/check-options.ts";
import { DomainError } from "../core/errors.ts";
import { defineTransformer, type Transformer } from "../core/transformer.ts";
import { type NDArray, np, tree } from "../engine/index.ts";
import { hostMatrix } from "../numerics/host-matrix.ts";
import { logisticLogTails } from "../numerics/logistic-cdf.ts";
import { normalLogTails, normalQuantile } from "../numerics/normal-cdf.ts";
import { solveIncreasing } from "../numerics/solve-increasing.ts";
import { logSumExp, softclip } from "../numerics/stable.ts";

export interface MixtureCdfOptions {
  /** Number of components K; default 8. */
  components?: number;
  /** What is mixed; default `"logistic"`. */
  kernel?: "logistic" | "normal";
  /**
   * The distribution that the mixture is mapped to: uniform on (0, 1), logistic (with a learned affine map
   * after it) or standard normal; default `"logistic"`.
   */
  onto?: "unit" | "logistic" | "normal";
}

/** The logarithms of a distribution function F, of 1 - F, and of f / (F (1 - F)), which is 0 if absent. */
type Tails = { lower: NDArray; upper: NDArray; logSteepness?: NDArray };

/** Where a mixture lands. Consume their arguments. */
interface Landing {
  tails(y: NDArray): Tails;
  /** Where these tails are, and `logSteepness` there. */
  place(lower: NDArray, upper: NDArray): [y: NDArray, logSteepness?: NDArray];
}

/** What is mixed, and the landing on what is mixed. */
interface Kernel extends Landing {
  quantile(lower: NDArray, upper: NDArray): NDArray;
  /** Standard deviation. */
  readonly deviation: number;
  /** Scale at which it is most like the logistic distribution, whose own is 1. */
  readonly unit: number;
}

const KERNELS: Record<"logistic" | "normal", Kernel> = {
  logistic: {
    tails: logisticLogTails,
    place: (lower, upper) => [lower.sub(upper)],
    quantile: (lower, upper) => lower.sub(upper),
    deviation: Math.PI / Math.sqrt(3),
    unit: 1,
  },
  normal: {
    tails: normalLogTails,
    place(lower, upper) {
      const y = normalQuantile(lower, upper);
      const tails = normalLogTails(y.ref);
      discard(tails.lower, tails.upper);
      return [y, tails.logSteepness];
    },
    quantile: normalQuantile,
    deviation: 1,
    // The logistic function is then within 0.01 of the normal distribution function.
    unit: 1.702,
  },
};

/** What float32 rounds to 0 or to 1 counts as this far from it. */
const NEAREST = { zero: 1e-30, one: 2 ** -25 };

/** The uniform distribution on [0, 1]; other numbers count as the middle, with a density of 0. */
const UNIT: Landing = {
  tails(y) {
    const isOutside = np.logicalOr(np.less(y.ref, 0), np.greater(y.ref, 1));
    const inside = np.where(isOutside.ref, 0.5, y);
    const lower = np.log(np.maximum(inside.ref, NEAREST.zero));
    const upper = np.log(np.maximum(np.subtract(1, inside), NEAREST.one));
    const logSteepness = np.where(isOutside, -Infinity, lower.ref.add(upper.ref).neg());
    return { lower, upper, logSteepness };
  },
  // Rounding must not carry it over the end, where the density of a uniform base is 0.
  place: (lower, upper) => [np.minimum(np.exp(lower.ref), 1), lower.add(upper).neg()],
};

/** Components start evenly spread over this many standard deviations to both sides. */
const SPREAD = 0.6;
/** A component's log-scale stays within ±5 of where it starts, that of the affine map within ±5. */
const MAX_LOG_SCALE = 5;

/**
 * The distribution function of a mixture, `F(x) = sum_k pi_k S((x - mu_k) / s_k)`, mapped on to where it
 * should land: `y = F(x)` on (0, 1), `y = exp(a) logit F(x) + b` (Flow++, Ho et al. 2019, arXiv:1902.00275,
 * eqs. 14 to 16), or `y = Phi^-1(F(x))` (Gaussianization flows, Meng et al. 2020, arXiv:2003.01941). S is the
 * logistic or the standard normal distribution function. The log-derivative is the log-density of the mixture
 * less that of the target.
 *
 * Parameters, 3K: logits of the weights, means, log-scales; onto `"logistic"` then `b` and `a`. At zero
 * they are equal weights and components spread over 0.6 standard deviations to both sides, with scales that
 * keep the whole's variance: with the default 8 components the map is the identity within 0.05 for |x| < 3
 * where kernel and target are of one family; else, with the kernel's scale adapted, within 0.2 for
 * |x| < 2 (their tails differ); onto `"unit"` it is S within 0.01.
 *
 * `forward` is closed form, `inverse` numeric: a bracket from the components' own quantiles, 24
 * bisections, Newton steps, and gradients by the implicit function theorem. Both tails are computed as
 * logarithms, so that value and density keep their digits far out, relative to x. Onto `"unit"` the value
 * itself cannot near 1: beyond x = 5 the way back is off by 1e-7 exp(x), and what rounds to 1 comes back as the
 * quantile of 1 - 2^-25; values outside [0, 1] have density 0. Float32 round trip otherwise within 5e-5, with a normal kernel or target 1e-4, times the inverse's slope
 * where that exceeds 1; log-derivatives of both directions cancel within 3e-4.
 *
 * @throws DomainError for fewer than one component, an unknown kernel or an unknown target.
 */
export function mixtureCdf(options: MixtureCdfOptions = {}): Transformer {
  checkOptionNames("mixtureCdf", options, ["components", "kernel", "onto"]);
  const { components = 8, kernel = "logistic", onto = "logistic" } = options;
  checkCount("mixtureCdf", "components", components);
  if (!Object.hasOwn(KERNELS, kernel)) {
    throw new DomainError(`mixtureCdf: kernel must be "logistic" or "normal", got "${kernel}".`);
  }
  if (!["unit", "logistic", "normal"].includes(onto)) {
    throw new DomainError(
      `mixtureCdf: onto must be "unit", "logistic" or "normal", got "${onto}".`,
    );
  }
  const mixed = KERNELS[kernel];
  const landing = onto === "unit" ? UNIT : KERNELS[onto];
  const start = startOf(components, mixed, onto === "unit" ? mixed : KERNELS[onto]);
  const mixtureSize = 3 * components;
  const parameterCount = mixtureSize + (onto === "logistic" ? 2 : 0);

  /** One row holds all numbers; the affine map's parameters, if there are any, apart. */
  const unpack = (theta: NDArray, x: NDArray) => {
    const rows = theta.reshape([parameterCount, -1]);
    const row = x.reshape([1, -1]);
    if (onto !== "logistic") return { mixture: rows, x: row };
    const [mixture, shift, logScale] = np.split(rows, [mixtureSize, mixtureSize + 1], 0) as [
      NDArray,
      NDArray,
      NDArray,
    ];
    return { mixture, affine: { shift, logScale: softclip(logScale, MAX_LOG_SCALE) }, x: row };
  };

  return defineTransformer({
    kind: "mixtureCdf",
    parameterCount,
    cost: { forward: "parallel", inverse: "numeric" },
    options: { components, kernel, onto },
    forwardAndLogDet(theta, x) {
      const { shape } = x;
      const { mixture, affine, x: row } = unpack(theta, x);
      const { lower, upper, logSlope } = mixtureTails(mixed, componentsOf(mixture, start), row);
      const [landed, logSteepness] = landing.place(lower, upper);
      const logDet = minus(logSlope, logSteepness);
      if (!affine) return [landed.reshape(shape), logDet.reshape(shape)];
      const y = landed.mul(np.exp(affine.logScale.ref)).add(affine.shift);
      return [y.reshape(shape), logDet.add(affine.logScale).reshape(shape)];
    },
    inverseAndLogDet(theta, y) {
      const { shape } = y;
      const { mixture, affine, x: row } = unpack(theta, y);
      const landed = affine ? row.sub(affine.shift).mul(np.exp(affine.logScale.ref.neg())) : row;
      const { lower, upper, logSteepness } = landing.tails(landed);
      const [x, logSlope] = solveMixture(mixed, componentsOf(mixture, start), lower, upper);
      const logDet = logSteepness ? logSteepness.sub(logSlope) : logSlope.neg();
      return [x.reshape(shape), (affine ? logDet.sub(affine.logScale) : logDet).reshape(shape)];
    },
  });
}

/** Weights, places and scales of the components, each `[K, n]`. */
type Components = {
  readonly logWeights: NDArray;
  readonly means: NDArray;
  readonly logScales: NDArray;
};

/** Where the components start: means `[K, 1]`, and one log-scale. */
type Start = { readonly means: () => NDArray; readonly logScale: number };

/** The middles of K equal pieces, and the scale with which their mixture has the target's variance. */
function startOf(components: number, kernel: Kernel, target: Kernel): Start {
  const half = SPREAD * kernel.deviation;
  const unit = kernel.unit / target.unit;
  const variance = (SPREAD ** 2 * (1 - 1 / components ** 2)) / 3;
  return {
    means: () => hostMatrix(components, 1, (k) => unit * half * ((2 * k + 1) / components - 1)),
    logScale: Math.log(unit) + 0.5 * Math.log(1 - variance),
  };
}

function componentsOf(theta: NDArray, start: Start): Components {
  const [logits, means, logScales] = np.split(theta, 3, 0) as [NDArray, NDArray, NDArray];
  const total = logSumExp(logits.ref, 0);
  return {
    logWeights: logits.sub(total.reshape([1, -1])),
    means: means.add(start.means()),
    logScales: softclip(logScales, MAX_LOG_SCALE).add(start.logScale),
  };
}

/**
 * `log F(x)`, `log(1 - F(x))`, and the log-slope of the logit of F, `log(f / (F (1 - F)))`. Rows `[1, n]`;
 * consumes.
 */
function mixtureTails(kernel: Kernel, { logWeights, means, logScales }: Components, x: NDArray) {
  const z = x.sub(means).mul(np.exp(logScales.ref.neg()));
  const { lower, upper, logSteepness } = kernel.tails(z);
  const below = lower.add(logWeights.ref);
  const above = upper.add(logWeights.ref);
  const [logBelow, logAbove] = [below, above].map((terms) =>
    logSumExp(terms.ref, 0).reshape([1, -1]),
  ) as [NDArray, NDArray];
  // The density as a sum of shares: no term is large where the tails' logarithms are.
  const shares = below.sub(logBelow.ref).add(above.sub(logAbove.ref));
  const terms = shares.sub(logWeights).sub(logScales);
  const logSlope = logSumExp(logSteepness ? terms.add(logSteepness) : terms, 0);
  return { lower: logBelow, upper: logAbove, logSlope: logSlope.reshape([1, -1]) };
}

/** Room for rounding around the bracket, in units of a component's scale and relative to a quantile. */
const MARGIN = 1e-4;

/** Logits count as this at most: differences of two, divided by the flattest slope, are then finite. */
const LARGEST_LOGIT = 1e17;

function logitOf(lower: NDArray, upper: NDArray): NDArray {
  return np.clip(lower.sub(upper), -LARGEST_LOGIT, LARGEST_LOGIT);
}

/** The x at which the mixture has these tails, and the log-slope of the logit of F there; consumes. */
function solveMixture(
  kernel: Kernel,
  components: Components,
  lower: NDArray,
  upper: NDArray,
): [NDArray, NDArray] {
  const { means, logScales } = components;
  // Each component alone has its quantile here, and the mixture's lies between them.
  const quantile = kernel.quantile(lower.ref, upper.ref);
  const scales = np.exp(logScales.ref);
  const centres = means.ref.add(scales.ref.mul(quantile.ref));
  const margins = scales.mul(np.absolute(quantile).add(1).mul(MARGIN));
  const x = solveIncreasing({
    map(params, at) {
      const tails = mixtureTails(kernel, params, at);
      return [logitOf(tails.lower, tails.upper), np.exp(tails.logSlope)];
    },
    params: tree.ref(components) as Components,
    target: logitOf(lower, upper),
    low: centres.ref.sub(margins.ref).min(0, { keepdims: true }),
    high: centres.add(margins).max(0, { keepdims: true }),
  });
  const tails = mixtureTails(kernel, components, x.ref);
  discard(tails.lower, tails.upper);
  return [x, tails.logSlope];
}

/** `a - b`, where no b stands for 0; consumes. */
function minus(a: NDArray, b: NDArray | undefined): NDArray {
  return b ? a.sub(b) : a;
}
