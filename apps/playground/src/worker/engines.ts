/**
 * What computes in the worker: the graphics processor, WebAssembly with several threads, or WebAssembly with one.
 */
export type EngineName = "webgpu" | "threads" | "wasm";

export interface EngineOption {
  readonly name: EngineName;
  readonly title: string;
  /** Why it is not to be had here; undefined: it is. */
  readonly missing: string | undefined;
}

/** Threads beyond these make programs of this size no faster. */
export const MOST_THREADS = 4;

interface Adapter {
  readonly info?: { readonly isFallbackAdapter?: boolean };
  readonly isFallbackAdapter?: boolean;
}

/** What there is in this browser, the one to take first. */
export async function listEngines(): Promise<EngineOption[]> {
  const adapter = await findAdapter();
  const isSoftware = adapter?.info?.isFallbackAdapter ?? adapter?.isFallbackAdapter ?? false;
  const shared = crossOriginIsolated && navigator.hardwareConcurrency > 1;
  const webgpu: EngineOption = {
    name: "webgpu",
    title: isSoftware ? "WebGPU (in software)" : "WebGPU",
    missing: adapter ? undefined : "this browser offers no graphics processor",
  };
  const wasm: EngineOption = { name: "wasm", title: "WebAssembly", missing: undefined };
  const threads: EngineOption = {
    name: "threads",
    title: "WebAssembly with threads",
    missing: shared ? undefined : "the page's host does not isolate it, or there is one processor",
  };
  return adapter && !isSoftware ? [webgpu, wasm, threads] : [wasm, threads, webgpu];
}

async function findAdapter(): Promise<Adapter | null> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<Adapter | null> } };
  try {
    return (await gpu?.requestAdapter()) ?? null;
  } catch {
    return null;
  }
}
