import { EngineError } from "../../core/errors.ts";
import type { SpecTree } from "../array-spec.ts";
import type { DType, Tree } from "../jax.ts";
import { encodeModel, type ModelCard } from "./encode.ts";
import type { Graph } from "./graph.ts";
import { lower } from "./lower.ts";
import { optimize } from "./optimize.ts";
import { firstLine } from "./runtime.ts";
import { type Trace, trace } from "./trace.ts";

/** A function as an ONNX model, and how to call it. */
export interface CompiledToOnnx {
  readonly bytes: Uint8Array;
  /** One per leaf of the arguments; those that are not used are no inputs of the model. */
  readonly inputs: readonly { name: string; used: boolean }[];
  readonly outputs: readonly { name: string; dtype: DType }[];
  toTree<T>(leaves: T[]): unknown;
}

/** Names for a model that people call; without them: `input0`, ..., `output0`, .... */
export interface OnnxInterface {
  /** One per leaf of the arguments. All of them become inputs, read or not. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly card?: ModelCard;
}

/**
 * Trace a function and write it as an ONNX model for any number of rows.
 *
 * @throws EngineError when it cannot be written.
 */
export async function compileToOnnx(
  fn: (...args: never[]) => Tree,
  specs: readonly SpecTree[],
  names?: OnnxInterface,
): Promise<CompiledToOnnx> {
  const traced = await trace(fn, specs);
  try {
    const compiled = write(traced, names);
    if (traced.anyRows) return compiled;
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    throw new EngineError(`onnx: the program cannot be written: ${firstLine(cause)}.`, { cause });
  }
  throw new EngineError(
    "onnx: the program is another one for another number of rows. Use the number in shapes, sums and " +
      "means only.",
  );
}

function write({ graph: traced, toTree }: Trace, names?: OnnxInterface): CompiledToOnnx {
  const graph = optimize(traced);
  const used = usedInputs(graph);
  const inputs = graph.inputs.map((each, index) => ({
    name: names?.inputs[index] ?? `input${index}`,
    used: names !== undefined || used.has(each),
  }));
  const outputs = graph.outputs.map(({ dtype }, index) => ({
    name: names?.outputs[index] ?? `output${index}`,
    dtype,
  }));
  const lowered = lower(
    { ...graph, inputs: graph.inputs.filter((_, index) => inputs[index].used) },
    {
      inputs: inputs.filter((each) => each.used).map(({ name }) => name),
      outputs: outputs.map(({ name }) => name),
    },
  );
  return { bytes: encodeModel(lowered, names?.card), inputs, outputs, toTree };
}

function usedInputs({ nodes, outputs, inputs, batch }: Graph): Set<unknown> {
  const used = new Set<unknown>([...nodes.flatMap((each) => each.inputs), ...outputs]);
  // The number of rows is read off an input's shape, even where no entry of it is.
  for (const each of inputs) if (each.shape.some((extent) => extent % batch === 0)) used.add(each);
  return used;
}
