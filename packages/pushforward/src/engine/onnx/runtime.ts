import { EngineError } from "../../core/errors.ts";

/** What is used of onnxruntime-node or onnxruntime-web. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options?: Record<string, unknown>): Promise<OnnxSession>;
  };
  readonly Tensor: new (type: never, data: never, dims: readonly number[]) => OnnxTensor;
  readonly env: { logLevel?: string; readonly versions: { readonly common?: string } };
}

export interface OnnxSession {
  run(feeds: Record<string, OnnxTensor>): Promise<Record<string, OnnxTensor>>;
  release(): Promise<void>;
}

export interface OnnxTensor {
  readonly data: unknown;
  readonly dims: readonly number[];
}

/** The oldest minor version of onnxruntime 1 that runs every operator used. */
const OLDEST_MINOR = 17;

let registered: OnnxRuntime | undefined;

/**
 * Give the library an ONNX Runtime, as pages must: `useOnnxRuntime(await import("onnxruntime-web"))`.
 * In Node, onnxruntime-node is found by itself where it is installed.
 */
export function useOnnxRuntime(runtime: unknown): void {
  registered = checkRuntime(runtime);
}

/** Whether a runtime was given, or can be looked for. */
export function mayHaveOnnxRuntime(): boolean {
  return registered !== undefined || isNode();
}

/**
 * The runtime given to the library, or onnxruntime-node.
 *
 * @throws EngineError when there is none, or one of a version that does not do.
 */
export async function loadOnnxRuntime(): Promise<OnnxRuntime> {
  if (registered) return registered;
  if (!isNode()) {
    throw new EngineError(
      "no ONNX Runtime: pass onnxruntime-web to useOnnxRuntime before the first fit or load.",
    );
  }
  // Not a literal: bundlers for pages must not look for the package.
  const name = "onnxruntime-node";
  try {
    const runtime = checkRuntime(await import(/* @vite-ignore */ name));
    // What goes wrong is said once, by whoever falls back; not in colour on the terminal before.
    runtime.env.logLevel = "fatal";
    return runtime;
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    const missing = (cause as { code?: string }).code === "ERR_MODULE_NOT_FOUND";
    const reason = missing ? "is not installed (npm install onnxruntime-node)" : firstLine(cause);
    throw new EngineError(`onnxruntime-node ${reason}`, { cause });
  }
}

interface NodeLike {
  readonly versions?: { readonly node?: string };
}

function isNode(): boolean {
  return typeof (globalThis as { process?: NodeLike }).process?.versions?.node === "string";
}

function checkRuntime(module: unknown): OnnxRuntime {
  const candidate = module as OnnxRuntime & { default?: OnnxRuntime };
  const runtime = candidate?.InferenceSession ? candidate : candidate?.default;
  const version = runtime?.env?.versions?.common ?? "";
  const [major, minor] = version.split(".").map(Number);
  if (!runtime?.InferenceSession || major !== 1 || minor < OLDEST_MINOR) {
    throw new EngineError(
      `ONNX Runtime ${version || "of unknown version"} does not do; take 1.${OLDEST_MINOR} or newer of 1.x.`,
    );
  }
  return runtime;
}

/** What an error says to people, without the place in ONNX Runtime's own sources that it names first. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n", 1)[0].replace(/^.*\bwas false\.\s*(?=\S)/, "");
}
