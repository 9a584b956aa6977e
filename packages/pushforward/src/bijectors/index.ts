export type { OdeSolverOptions } from "../numerics/ode-solver.ts";
export { actNorm } from "./act-norm.ts";
export { type AffineOptions, type AffineParams, affine } from "./affine.ts";
export { type AffineContextOptions, affineContext } from "./affine-context.ts";
export { type BatchNormOptions, batchNorm } from "./batch-norm.ts";
export {
  type BlockNeuralAutoregressiveOptions,
  type BlockNeuralAutoregressiveParams,
  blockNeuralAutoregressive,
} from "./block-neural-autoregressive.ts";
export { type Block, type BlockwiseOptions, blockwise } from "./blockwise.ts";
export { chain } from "./chain.ts";
export { continuous } from "./continuous.ts";
export type { ContinuousOptions, TraceEstimate } from "./continuous-options.ts";
export { type CouplingOptions, type CouplingParams, coupling } from "./coupling.ts";
export { exp } from "./exp.ts";
export { type ExtremeTailsParams, extremeTails } from "./extreme-tails.ts";
export { type FactorOutOptions, factorOut } from "./factor-out.ts";
export { type FixedAffineOptions, fixedAffine } from "./fixed-affine.ts";
export { type FullLinearOptions, type FullLinearParams, fullLinear } from "./full-linear.ts";
export { type HistogramOptions, histogram } from "./histogram.ts";
export { type HouseholderOptions, type HouseholderParams, householder } from "./householder.ts";
export { type ImageCouplingOptions, imageCoupling } from "./image-coupling.ts";
export { invert } from "./invert.ts";
export {
  type InvertibleConvolutionOptions,
  invertibleConvolution,
} from "./invertible-convolution.ts";
export {
  type LowRankLinearOptions,
  type LowRankLinearParams,
  lowRankLinear,
} from "./low-rank-linear.ts";
export { type LuLinearOptions, type LuLinearParams, luLinear } from "./lu-linear.ts";
export { type MaskedAutoregressiveOptions, maskedAutoregressive } from "./masked-autoregressive.ts";
export { type Level, type MultiScaleOptions, multiScale } from "./multi-scale.ts";
export { type PerPixelOptions, perPixel } from "./per-pixel.ts";
export {
  permute,
  type RandomPermutationOptions,
  randomPermutation,
  reverse,
} from "./permute.ts";
export { type PixelsOptions, pixels } from "./pixels.ts";
export { type PlanarOptions, type PlanarParams, planar } from "./planar.ts";
export { type QrLinearParams, qrLinear } from "./qr-linear.ts";
export { type RadialParams, radial } from "./radial.ts";
export { type ReshapedOptions, reshaped } from "./reshaped.ts";
export { type ResidualOptions, type ResidualParams, residual } from "./residual.ts";
export type { ResidualLogDet, ResidualSeries } from "./residual-log-det.ts";
export { type SigmoidOptions, sigmoid } from "./sigmoid.ts";
export { sinh } from "./sinh.ts";
export { softplus } from "./softplus.ts";
export { type SqueezedOptions, squeezed } from "./squeezed.ts";
export { type SylvesterOptions, type SylvesterParams, sylvester } from "./sylvester.ts";
export { tanh } from "./tanh.ts";
export { type TriangularLinearParams, triangularLinear } from "./triangular-linear.ts";
export {
  type VariationalDequantizationOptions,
  variationalDequantization,
} from "./variational-dequantization.ts";
