import { checkCount } from "../core/check-number.ts";
import { checkOptionNames } from "../core/check-options.ts";
import { defineTransformer, type Transformer } from "../core/transformer.ts";
import { type NDArray, np, stopGradient, tree } from "../engine/index.ts";
import { hostMatrix } from "../numerics/host-matrix.ts";
import { solveIncreasing } from "../numerics/solve-increasing.ts";
import { softclip } from "../numerics/stable.ts";

export interface DeepSigmoidalOptions {
  /** Number K of sigmoids; default 16. */
  units?: number;
}

/** What the sigmoids of one map are made of, `[units, n]` each. */
type Sigmoids = { weight: NDArray; scale: NDArray; offset: NDArray };

/** Share of the identity: the smallest slope. */
const FLOOR = 1e-3;

/** Logarithms of scales and, up to a common constant, of weights lie in (-LARGEST, LARGEST). */
const LARGEST = 5;

/** Offsets at zero parameters go from -SPREAD to SPREAD: alike, the sigmoids would stay alike in training. */
const SPREAD = 0.5;

/** Exponents beyond this make terms that no sum notices. */
const NEGLIGIBLE = 60;

/**
 * The deep sigmoidal transformer of neural autoregressive flows (Huang et al. 2018,
 * arXiv:1804.00779, eq. 8): `D(x) = logit(sum_k w_k sigmoid(a_k x + b_k))`, and
 * `y = D(x) + (x - D(x)) / 1000`. The last term is an addition: between sigmoids that are far
 * apart D is flatter than float32 can tell.
 *
 * Parameters, 3 K: logits of the weights, `w = softmax(u / (1 + |u| / 5))`; logits of the scales,
 * `a = exp(u / (1 + |u| / 5))`; offsets, `b = b_0 + u` with `b_0` evenly over [-1/2, 1/2]. Zeros
 * are nearly the identity: slopes are within 0.97 and 1, values within 0.05. Slopes are between
 * 1e-3 and the largest `a_k`.
 *
 * The inverse is numeric: 27 evaluations, bracketed by the inverses of the single sigmoids (and
 * of the identity), between which that of their mixture lies. Float32 error: 1e-6 of |x|, |y| and the
 * offsets, and that of a logarithm (1e-5 in jax-js); over the slope for the inverse.
 *
 * @throws DomainError when units is not a whole number from 1 on.
 */
export function deepSigmoidal(options: DeepSigmoidalOptions = {}): Transformer {
  checkOptionNames("deepSigmoidal", options, ["units"]);
  const { units = 16 } = options;
  checkCount("deepSigmoidal", "units", units);

  function unpack(theta: NDArray): Sigmoids {
    const [weights, scales, offset] = np.split(theta.reshape([3 * units, -1]), 3, 0) as Thirds;
    const relative = np.exp(softclip(weights, LARGEST));
    const offsets = hostMatrix(units, 1, (k) => SPREAD * ((2 * k + 1) / units - 1));
    return {
      weight: relative.ref.div(relative.sum(0, { keepdims: true })),
      scale: np.exp(softclip(scales, LARGEST)),
      offset: offset.add(offsets),
    };
  }

  return defineTransformer({
    kind: "deepSigmoidal",
    parameterCount: 3 * units,
    options: { units },
    cost: { forward: "parallel", inverse: "numeric" },
    forwardAndLogDet(theta, x) {
      const shape = x.shape;
      const [y, slope] = evaluate(unpack(theta), x.reshape([1, -1]));
      return [y.reshape(shape), np.log(slope).reshape(shape)];
    },
    inverseAndLogDet(theta, y) {
      const shape = y.shape;
      const sigmoids = unpack(theta);
      const params = tree.ref(sigmoids) as Sigmoids;
      const target = y.reshape([1, -1]);
      const x = solveIncreasing({ map: evaluate, params, target, ...bracket(sigmoids, target) });
      const [value, slope] = evaluate(tree.ref(sigmoids) as Sigmoids, x.ref);
      tree.dispose([sigmoids, value]);
      return [x.reshape(shape), np.log(slope).neg().reshape(shape)];
    },
  });
}

type Thirds = [NDArray, NDArray, NDArray];

/**
 * `[y, dy/dx]`. The two sums `p = sum w sigmoid(z)` and `q = sum w sigmoid(-z)` are divided by the exponential of
 * their largest exponent (`top` for p), so that neither vanishes: `D = log p - log q` and
 * `D' = sum_k a_k w_k sigmoid(z_k) sigmoid(-z_k) / (p q)`.
 */
function evaluate({ weight, scale, offset }: Sigmoids, x: NDArray): [NDArray, NDArray] {
  const z = scale.ref.mul(x.ref).add(offset);
  const top = np.minimum(stopGradient(z.ref).max(0, { keepdims: true }), 0);
  const bottom = np.minimum(stopGradient(z.ref).min(0, { keepdims: true }).neg(), 0);
  const above = scaledSigmoid(z.ref, top.ref);
  const below = scaledSigmoid(z.neg(), bottom.ref);
  const p = above.ref.mul(weight.ref).sum(0, { keepdims: true });
  const q = below.ref.mul(weight.ref).sum(0, { keepdims: true });
  const mixed = scale.mul(weight).mul(above).mul(below).sum(0, { keepdims: true });
  const slope = mixed.div(p.ref.mul(q.ref));
  const value = np.log(p.div(q)).add(top.sub(bottom));
  return [value.mul(1 - FLOOR).add(x.mul(FLOOR)), slope.mul(1 - FLOOR).add(FLOOR)];
}

/** `sigmoid(z) exp(-top)` for a top from min(z, 0) on, without a selection whose gradient has a kink. */
function scaledSigmoid(z: NDArray, top: NDArray): NDArray {
  const exponent = np.minimum(top.ref.sub(z), NEGLIGIBLE);
  return np.reciprocal(np.exp(top).add(np.exp(exponent)));
}

/** The inverses of the single sigmoids' maps `a_k x + b_k`, and y itself, enclose that of the mixture. */
function bracket({ scale, offset }: Sigmoids, y: NDArray): { low: NDArray; high: NDArray } {
  const single = y.ref.sub(offset.ref).div(scale.ref);
  return {
    low: np.minimum(single.ref.min(0, { keepdims: true }), y.ref),
    high: np.maximum(single.max(0, { keepdims: true }), y.ref),
  };
}
