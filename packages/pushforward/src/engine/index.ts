export { ArraySpec, type Extent, type SpecTree } from "./array-spec.ts";
export { batchSizeFor } from "./batch-size.ts";
export { mapBatches, mapRows, type RowInput, rowsWithin } from "./batched.ts";
export { createBreather } from "./breathe.ts";
export {
  type ArraysOf,
  type Engine,
  type EngineChoice,
  type Notify,
  type Program,
  parseChoice,
  startEngine,
  warn,
} from "./engine.ts";
export { type ArrayTree, EngineArray, hostArray } from "./engine-array.ts";
export {
  convolve,
  fence,
  grad,
  jit,
  jvp,
  type NDArray,
  np,
  settle,
  stopGradient,
  type Tree,
  tree,
  valueAndGrad,
  vmap,
} from "./jax.ts";
export {
  noiseRequests,
  random,
  type TruncationLaw,
  truncationWeights,
  withNoise,
} from "./noise.ts";
export type { OnnxInterface } from "./onnx/compile-to-onnx.ts";
export { useOnnxRuntime } from "./onnx/runtime.ts";
export { type JaxDevice, ready } from "./ready.ts";
export { toOnnx } from "./to-onnx.ts";
