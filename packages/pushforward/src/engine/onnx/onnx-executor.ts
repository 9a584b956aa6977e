import { EngineError } from "../../core/errors.ts";
import { ArraySpec, type SpecTree } from "../array-spec.ts";
import { type ArrayTree, EngineArray, type HostData } from "../engine-array.ts";
import type { BuiltProgram, Executor } from "../executor.ts";
import { createBuilder } from "./builder.ts";
import { type CompiledToOnnx, compileToOnnx } from "./compile-to-onnx.ts";
import { encodeModel } from "./encode.ts";
import {
  firstLine,
  loadOnnxRuntime,
  type OnnxRuntime,
  type OnnxSession,
  type OnnxTensor,
} from "./runtime.ts";

/** Rows at once: more make no program faster, but larger ones leave the processor's cache. */
const LARGEST_BATCH = 1024;

/**
 * Runs programs on ONNX Runtime: one program serves every number of rows.
 *
 * @param provider an execution provider of ONNX Runtime: `"cpu"`, `"cuda"`, `"webgpu"`, ...
 * @throws EngineError when there is no runtime or the provider does not load.
 */
export async function createOnnxExecutor(provider: string): Promise<Executor> {
  const runtime = await loadOnnxRuntime();
  const options = { executionProviders: [provider], logSeverityLevel: 4 };
  const version = runtime.env.versions.common;
  await probe(runtime, options);
  return {
    name: `onnxruntime ${version} on ${provider}`,
    anyBatch: true,
    batchSize: (count) => Math.min(LARGEST_BATCH, count),
    async build(fn, specs) {
      const compiled = await compileToOnnx(fn, specs);
      const session = await createSession(runtime, compiled.bytes, options);
      return startProgram(runtime, session, specs, compiled);
    },
  };
}

/** A provider that is not there shows when a session of it is made, whatever the model. */
async function probe(runtime: OnnxRuntime, options: Record<string, unknown>): Promise<void> {
  const builder = createBuilder(2);
  const bytes = encodeModel(builder.finish([["y", builder.input("x", [1], "float32")]]));
  try {
    const session = await runtime.InferenceSession.create(bytes, options);
    await session.release();
  } catch (cause) {
    const [provider] = options.executionProviders as string[];
    throw new EngineError(`ONNX Runtime cannot use "${provider}": ${firstLine(cause)}`, { cause });
  }
}

/** The arrays of an argument in the order of its specs, which names and not their order decide. */
function leavesOf(spec: SpecTree, arrays: ArrayTree): EngineArray[] {
  if (spec instanceof ArraySpec) return [arrays as EngineArray];
  return Object.entries(spec).flatMap(([key, child]) =>
    leavesOf(child, (arrays as Record<string, ArrayTree>)[key]),
  );
}

async function createSession(
  runtime: OnnxRuntime,
  bytes: Uint8Array,
  options: Record<string, unknown>,
): Promise<OnnxSession> {
  try {
    return await runtime.InferenceSession.create(bytes, options);
  } catch (cause) {
    throw new EngineError(`onnx: ONNX Runtime refuses it: ${firstLine(cause)}.`, { cause });
  }
}

function startProgram(
  runtime: OnnxRuntime,
  session: OnnxSession,
  specs: readonly SpecTree[],
  { inputs, outputs, toTree }: CompiledToOnnx,
): BuiltProgram {
  return {
    async run(args) {
      const leaves = specs.flatMap((spec, index) => leavesOf(spec, args[index] as ArrayTree));
      const feeds: Record<string, OnnxTensor> = {};
      for (const [index, leaf] of leaves.entries()) {
        // Arguments that the result does not depend on are no inputs of the graph.
        if (!inputs[index].used) continue;
        const data = await leaf.data();
        feeds[inputs[index].name] = new runtime.Tensor(
          leaf.dtype as never,
          data as never,
          leaf.shape,
        );
      }
      const results = await session.run(feeds).catch((cause: unknown) => {
        throw new EngineError(
          `onnx: ONNX Runtime cannot run the program: ${firstLine(cause)}. Take another engine, such as jax.`,
          { cause },
        );
      });
      return toTree(
        outputs.map(({ name, dtype }) => {
          const { data, dims } = results[name];
          return new EngineArray(dims, dtype, data as HostData);
        }),
      );
    },
    dispose: () => void session.release().catch(() => {}),
  };
}
