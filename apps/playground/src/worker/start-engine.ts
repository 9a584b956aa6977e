import { type EngineChoice, ready, useOnnxRuntime } from "pushforward";
import { type EngineName, MOST_THREADS } from "./engines.ts";

/** Make an engine ready, and say what the library calls it. */
export async function startEngine(name: EngineName): Promise<EngineChoice> {
  if (name === "webgpu") {
    await ready("webgpu");
    return "jax:webgpu";
  }
  const [runtime, { default: binary }] = await Promise.all([
    import("onnxruntime-web/wasm"),
    import("onnxruntime-web/ort-wasm-simd-threaded.wasm?url"),
  ]);
  const { wasm } = runtime.env;
  wasm.wasmPaths = { wasm: new URL(binary, import.meta.url).href };
  wasm.numThreads = name === "threads" ? Math.min(MOST_THREADS, navigator.hardwareConcurrency) : 1;
  useOnnxRuntime(runtime);
  return "onnx";
}
