/**
 * Setup of the tests that run on ONNX Runtime: two processes of them run side by side on two cores, and
 * each would take both.
 */
import { useOnnxRuntime } from "../../src/engine/index.ts";

const { default: runtime } = await import("onnxruntime-node");

useOnnxRuntime({
  Tensor: runtime.Tensor,
  env: Object.assign(runtime.env, { logLevel: "fatal" }),
  InferenceSession: {
    create: (bytes: Uint8Array, options: object) =>
      runtime.InferenceSession.create(bytes, { ...options, intraOpNumThreads: 1 }),
  },
});
