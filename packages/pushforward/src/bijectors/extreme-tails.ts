import { type Bijector, defineBijector, discard } from "../core/bijector.ts";
import type { Shape } from "../core/shape.ts";
import { type NDArray, np, stopGradient } from "../engine/index.ts";
import { lambertW } from "../numerics/lambert-w.ts";
import { softplus } from "../numerics/stable.ts";

/** `lambda = softplus(.)` of these, of the event's shape. */
export type ExtremeTailsParams = { rawLeft: NDArray; rawRight: NDArray };

/** The tail index that training starts from: hardly any stretching within three standard deviations. */
const START = 0.01;

/** Where `lambda x^2 / 2` reaches this, values are 1e13 times their input, and go on in a line. */
const LARGEST_EXPONENT = 30;

/**
 * Tails whose index is learned, for heavy-tailed data: `y = x exp(lambda x^2 / 2)` elementwise, with one
 * positive lambda for each side of 0 and each dimension; log-det
 * `sum(lambda x^2 / 2 + log(1 + lambda x^2))`.
 *
 * A normal x has tails `P(|y| > t)` like `t^(-1 / lambda)`, up to logarithms: Student's t with nu degrees of
 * freedom has those of lambda = 1 / nu, and lambda = 0 is the identity, so that light tails stay light. This is
 * Tukey's h transformation; its inverse is closed form with Lambert's W, `x = y exp(-W(lambda y^2) / 2)`
 * (Goerg 2015, The Lambert way to Gaussianize heavy-tailed data). It does what the tail transform flow of
 * Hickling and Prangle (2024, arXiv:2402.16971) does with the inverse of erfc, and unlike it contains the
 * identity. At 0 value, slope 1 and bend of both sides agree. Flows whose layers are Lipschitz cannot make heavy
 * tails from light ones: put it last, at the data.
 *
 * Parameters: `rawLeft` and `rawRight` of the event's shape, `lambda = softplus(raw)`, which start where
 * lambda = 0.01 (nearly the identity, within 0.14 for |x| < 3) or, in a fit, where two quantiles of the data
 * ask for it. Both directions are parallel. Float32 round
 * trip within 1e-5 relative, times the exponent where that exceeds 1; |y| above 1e13 |x| goes on in a line.
 */
export function extremeTails({ shape }: { shape: Shape }): Bijector<ExtremeTailsParams> {
  const start = Math.log(Math.expm1(START));
  const axes = shape.map((_, axis) => axis + 1);
  const sumEvent = (terms: NDArray): NDArray => (axes.length ? terms.sum(axes) : terms);
  return defineBijector<ExtremeTailsParams>({
    kind: "extremeTails",
    shape,
    options: { shape },
    init(key) {
      discard(key);
      const raw = np.full([...shape], start);
      return { rawLeft: raw.ref, rawRight: raw };
    },
    forwardAndLogDet(params, x) {
      const lambda = lambdaAt(params, x.ref);
      const exponent = lambda.mul(square(x.ref)).mul(0.5);
      const [growth, logSlope] = growthOf(exponent);
      return [x.mul(np.exp(growth)), sumEvent(logSlope)];
    },
    changesTails: true,
    initFromData(params, y, cond, direction) {
      discard(cond);
      if (direction === "inverse") {
        discard(params);
        return startFromData(y);
      }
      discard(y);
      return params;
    },
    inverseAndLogDet(params, y) {
      const lambda = lambdaAt(params, y.ref);
      const exponent = lambertW(lambda.mul(square(y.ref))).mul(0.5);
      const [growth, logSlope] = growthOf(exponent);
      return [y.mul(np.exp(growth.neg())), sumEvent(logSlope).neg()];
    },
  });
}

/** Quantiles that lambda starts from: of the standard normal distribution, at 99 % and at 75 %. */
const FAR = { share: 0.99, normal: 2.3263 };
const NEAR = { share: 0.75, normal: 0.6745 };

/** Larger ones are left to training. */
const LARGEST_START = 1;

/** The lambdas with which two quantiles on each side come from those of the normal distribution. */
function startFromData(y: NDArray): ExtremeTailsParams {
  const rows = y.shape[0] as number;
  const sorted = np.sort(y, 0);
  const quantile = (share: number) =>
    sorted.ref.slice(Math.min(rows - 1, Math.floor(share * rows)));
  const rawRight = rawFor(quantile(FAR.share), quantile(NEAR.share));
  const rawLeft = rawFor(quantile(1 - FAR.share).neg(), quantile(1 - NEAR.share).neg());
  discard(sorted);
  return { rawLeft, rawRight };
}

/** `log(y_far / y_near) = log(x_far / x_near) + lambda (x_far^2 - x_near^2) / 2`, solved; consumes. */
function rawFor(far: NDArray, near: NDArray): NDArray {
  const isUsable = np.greater(near.ref, 0);
  const ratio = np.log(np.maximum(far, 1e-9)).sub(np.log(np.maximum(near, 1e-9)));
  const excess = ratio.sub(Math.log(FAR.normal / NEAR.normal));
  const lambda = excess.mul(2 / (FAR.normal ** 2 - NEAR.normal ** 2));
  const start = np.clip(np.where(isUsable, lambda, START), START, LARGEST_START);
  return np.log(np.expm1(start));
}

/** The lambda of the side that each number lies on; consumes. */
function lambdaAt({ rawLeft, rawRight }: ExtremeTailsParams, x: NDArray): NDArray {
  const left = softplus(rawLeft);
  const isRight = np.greater(stopGradient(x), 0).astype(np.float32);
  return softplus(rawRight).sub(left.ref).mul(isRight).add(left);
}

/** A square that float32 can hold; consumes. */
function square(x: NDArray): NDArray {
  const bounded = np.clip(x, -1e18, 1e18);
  return bounded.ref.mul(bounded);
}

/** From `e = lambda x^2 / 2` to the logarithms of y / x and of the slope; consumes. */
function growthOf(exponent: NDArray): [NDArray, NDArray] {
  const isBent = np.less(exponent.ref, LARGEST_EXPONENT);
  const growth = np.minimum(exponent, LARGEST_EXPONENT);
  const bent = np.log1p(growth.ref.mul(2)).mul(isBent.astype(np.float32));
  return [growth.ref, growth.add(bent)];
}
