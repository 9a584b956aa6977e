import type { SpecTree } from "./array-spec.ts";
import type { Tree } from "./jax.ts";
import type { OnnxInterface } from "./onnx/compile-to-onnx.ts";
import { ready } from "./ready.ts";

/**
 * A function of arrays as the bytes of an ONNX model.
 *
 * @throws EngineError (rejects) where ONNX has no operators for it.
 */
export async function toOnnx<A extends Tree[]>(
  fn: (...args: A) => Tree,
  specs: readonly SpecTree[],
  names?: OnnxInterface,
): Promise<Uint8Array> {
  await ready();
  const { compileToOnnx } = await import("./onnx/compile-to-onnx.ts");
  return (await compileToOnnx(fn as never, specs, names)).bytes;
}
