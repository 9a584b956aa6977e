export { additive } from "./additive.ts";
export { type AffineTransformerOptions, affine } from "./affine.ts";
export {
  type RationalQuadraticSplineOptions,
  rationalQuadraticSpline,
} from "./rational-quadratic-spline.ts";
