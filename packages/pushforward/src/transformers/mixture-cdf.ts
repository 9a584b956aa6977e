import { discard } from "../core/bijector.ts";
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

/** A distribution on the line, known by the logarithms of both its tails. */
interface Kernel {
  /** `log F`, `log(1 - F)`, and `logSteepness`. */
  tails(z: NDArray): { lower: NDArray; upper: NDArray; logSteepness?: NDArray };
  /** `log(f / (F (1 - F)))`; absent where it is 0. */
  logSteepness?(z: NDArray): NDArray;
  /** Where these tails are: the inverse of `tails`. */
  quantile(lower: NDArray, upper: NDArray): NDArray;
  /** Standard deviation. */
  readonly deviation: number;
  /** Scale at which it is most like the logistic distribution, whose own is 1. */
  readonly unit: number;
}

const KERNELS: Record<"logistic" | "normal", Kernel> = {
  logistic: {
    tails: logisticLogTails,
    quantile: (lower, upper) => lower.sub(upper),
    deviation: Math.PI / Math.sqrt(3),
    unit: 1,
  },
  // 1.702: the logistic function is then within 0.01 of the normal distribution function.
  normal: {
    tails: normalLogTails,
    logSteepness(z) {
      const { lower, upper, logSteepness } = normalLogTails(z);
      discard(lower, upper);
      return logSteepness;
    },
    quantile: normalQuantile,
    deviation: 1,
    unit: 1.702,
  },
};

/** Components start evenly spread over this many standard deviations to both sides. */
const SPREAD = 0.6;
/** A component's log-scale stays within ±5 of where it starts, that of the affine map within ±5. */
const MAX_LOG_SCALE = 5;

/**
 * The distribution function of a mixture, `F(x) = sum_k pi_k S((x - mu_k) / s_k)`, mapped on to where it
 * should land: `y = F(x)` on (0, 1), `y = exp(a) logit F(x) + b` (Flow++, Ho et al. 2019, arXiv:1902.00275,
 * eqs. 14 to 16), or `y = Phi^-1(F(x))` (Gaussianization flows, Meng et al. 2020, arXiv:2003.01941, eq. 5). S is
 * the logistic or the standard normal distribution function. The log-derivative is that of the mixture's
 * density less the target's.
 *
 * Parameters, 3K: logits of the weights, means, log-scales; onto `"logistic"` then `b` and `a`. At zero
 * they are equal weights and components spread over 0.6 standard deviations to both sides, with scales that
 * keep the whole's variance: with the default 8 components the map is the identity within 0.05 for |x| < 3
 * where kernel and target are of one family; else, with the kernel's scale adapted, within 0.2 for
 * |x| < 2 (their tails differ); onto `"unit"` it is S within 0.01.
 *
 * `forward` is closed form, `inverse` numeric: a bracket from the components' own quantiles, 24
 * bisections, Newton steps, and gradients by the implicit function theorem. Both tails are computed as logarithms,
 * so that density and value keep their digits however far out; onto `"unit"` the value itself cannot near
 * 1: beyond x = 5 the way back is off by 1e-7 exp(x), and values outside (0, 1) have density 0. Float32 round trip otherwise
 * within 5e-5, times the inverse's slope where that exceeds 1.
 *
 * @throws DomainError for fewer than one component, an unknown kernel or an unknown target.
 */
export function mixtureCdf(options: MixtureCdfOptions = {}): Transformer {
  const { components = 8, kernel = "logistic", onto = "logistic" } = options;
  if (!Number.isInteger(components) || components < 1) {
    throw new DomainError(`mixtureCdf: components must be a positive integer, got ${components}.`);
  }
  if (!(kernel in KERNELS)) {
    throw new DomainError(`mixtureCdf: kernel must be "logistic" or "normal", got "${kernel}".`);
  }
  if (!["unit", "logistic", "normal"].includes(onto)) {
    throw new DomainError(
      `mixtureCdf: onto must be "unit", "logistic" or "normal", got "${onto}".`,
    );
  }
  const mixed = KERNELS[kernel];
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
      const { mixture, affine, x: row } = unpack(theta, x.ref);
      const [c, logSlope] = toKernel(mixed, componentsOf(mixture, start), row);
      const [landed, logLanding] =
        onto === "unit" ? toUnit(mixed, c) : recast(mixed, KERNELS[onto], c);
      const shape = x.shape;
      x.dispose();
      const logDet = plus(logSlope, logLanding);
      if (!affine) return [landed.reshape(shape), logDet.reshape(shape)];
      const y = landed.mul(np.exp(affine.logScale.ref)).add(affine.shift);
      return [y.reshape(shape), logDet.add(affine.logScale).reshape(shape)];
    },
    inverseAndLogDet(theta, y) {
      const { mixture, affine, x: row } = unpack(theta, y.ref);
      const shape = y.shape;
      y.dispose();
      const landed = affine ? row.sub(affine.shift).mul(np.exp(affine.logScale.ref.neg())) : row;
      const [c, logLanding] =
        onto === "unit" ? fromUnit(mixed, landed) : recast(KERNELS[onto], mixed, landed);
      const [x, logSlope] = fromKernel(mixed, componentsOf(mixture, start), c);
      const logDet = plus(logSlope.neg(), logLanding);
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
 * `[c, log dc/dx]`, where `c = S^-1(F(x))` is the kernel's own quantile of what the mixture makes of x:
 * nearly linear in x, and without a tail that could lose digits. Rows `[1, n]`; consumes.
 */
function toKernel(
  kernel: Kernel,
  { logWeights, means, logScales }: Components,
  x: NDArray,
): [NDArray, NDArray] {
  const z = x.sub(means).mul(np.exp(logScales.ref.neg()));
  const { lower, upper, logSteepness } = kernel.tails(z);
  const below = lower.add(logWeights.ref);
  const above = upper.add(logWeights.ref);
  const [logBelow, logAbove] = [below, above].map((terms) =>
    logSumExp(terms.ref, 0).reshape([1, -1]),
  ) as [NDArray, NDArray];
  // f / (F (1 - F)) as a sum of shares: no term is large where the tails' logarithms are.
  const shares = below.sub(logBelow.ref).add(above.sub(logAbove.ref));
  const terms = plus(shares, logSteepness).sub(logWeights).sub(logScales);
  const logSlope = logSumExp(terms, 0).reshape([1, -1]);
  const c = kernel.quantile(logBelow, logAbove);
  return [c, less(logSlope, kernel.logSteepness?.(c.ref)) as NDArray];
}

/** `[x, log dc/dx]` for the x with `S^-1(F(x)) = c`; consumes. */
function fromKernel(kernel: Kernel, components: Components, c: NDArray): [NDArray, NDArray] {
  const { means, logScales } = components;
  // Each component alone would have its quantile here, and the mixture's lies between them.
  const quantiles = means.ref.add(np.exp(logScales.ref).mul(c.ref));
  const x = solveIncreasing({
    map(params, at) {
      const [value, logSlope] = toKernel(kernel, params, at);
      return [value, np.exp(logSlope)];
    },
    params: tree.ref({ ...components }),
    target: c,
    low: quantiles.ref.min(0, { keepdims: true }),
    high: quantiles.max(0, { keepdims: true }),
  });
  const [value, logSlope] = toKernel(kernel, components, x.ref);
  value.dispose();
  return [x, logSlope];
}

/** `[w, log dw/dv]`, none for 0, for the w at which `to` has the same tails as `from` at v; consumes. */
function recast(from: Kernel, to: Kernel, v: NDArray): [NDArray, NDArray | undefined] {
  if (from === to) return [v, undefined];
  const { lower, upper, logSteepness } = from.tails(v);
  const w = to.quantile(lower, upper);
  return [w, less(logSteepness, to.logSteepness?.(w.ref))];
}

/** `[F(c), log f(c)]`; consumes. */
function toUnit(kernel: Kernel, c: NDArray): [NDArray, NDArray] {
  const { lower, upper, logSteepness } = kernel.tails(c);
  return [np.exp(lower.ref), plus(lower.add(upper), logSteepness)];
}

/** `[c, log dc/dy]` for the c with `F(c) = y`; the middle, and -Infinity, for y that is not inside (0, 1). */
function fromUnit(kernel: Kernel, y: NDArray): [NDArray, NDArray] {
  const isOutside = np.logicalOr(np.lessEqual(y.ref, 0), np.greaterEqual(y.ref, 1));
  const inside = np.where(isOutside.ref, 0.5, y);
  const lower = np.log(inside.ref);
  const upper = np.log(np.subtract(1, inside));
  const c = kernel.quantile(lower.ref, upper.ref);
  const logDensity = plus(lower.add(upper), kernel.logSteepness?.(c.ref));
  return [c, np.where(isOutside, -Infinity, logDensity.neg())];
}

/** A sum and a difference in which what is absent is 0; consume. */
function plus(sum: NDArray, term: NDArray | undefined): NDArray {
  return term ? sum.add(term) : sum;
}

function less(sum: NDArray | undefined, term: NDArray | undefined): NDArray | undefined {
  return sum && term ? sum.sub(term) : (sum ?? term?.neg());
}
