export { additive } from "./additive.ts";
export { type AffineTransformerOptions, affine } from "./affine.ts";
export { type BernsteinOptions, bernstein } from "./bernstein.ts";
export { type DeepSigmoidalOptions, deepSigmoidal } from "./deep-sigmoidal.ts";
export { type MixtureCdfOptions, mixtureCdf } from "./mixture-cdf.ts";
export {
  type RationalQuadraticSplineOptions,
  rationalQuadraticSpline,
} from "./rational-quadratic-spline.ts";
export { type SumOfSquaresOptions, sumOfSquares } from "./sum-of-squares.ts";
export {
  type UnconstrainedMonotonicOptions,
  unconstrainedMonotonic,
} from "./unconstrained-monotonic.ts";
