import { describe } from "vitest";
import type { EngineChoice } from "../../src/engine/index.ts";

/** Whether the optional ONNX Runtime can be imported. */
export const hasOnnxRuntime = await import("onnxruntime-node").then(
  () => true,
  () => false,
);

/** Whether this is the project on jax-js, and another one runs the same files on ONNX Runtime. */
export const isBesideOnnx = process.env.OTHER_PROJECT === "onnx";

/** The executors that there are. */
export const engines: EngineChoice[] = hasOnnxRuntime ? ["jax", "onnx"] : ["jax"];

/** `describe`, skipped with the reason in its title where there is no ONNX Runtime to run on. */
export function describeOnnx(name: string, body: () => void): void {
  const title = hasOnnxRuntime ? name : `${name} (skipped: onnxruntime-node cannot be imported)`;
  describe.skipIf(!hasOnnxRuntime)(title, body);
}
