import { describe, expect } from "vitest";
import { ArraySpec } from "../../../src/engine/array-spec.ts";
import type { HostData } from "../../../src/engine/engine-array.ts";
import { type DType, type NDArray, np, type Tree, tree } from "../../../src/engine/jax.ts";
import type { OnnxGraph } from "../../../src/engine/onnx/builder.ts";
import { encodeModel } from "../../../src/engine/onnx/encode.ts";
import { lower } from "../../../src/engine/onnx/lower.ts";
import { optimize } from "../../../src/engine/onnx/optimize.ts";
import { trace } from "../../../src/engine/onnx/trace.ts";
import { hostRandom } from "../../../src/numerics/host-random.ts";

/** An array on the host; `dtype` defaults to `float32`. Truth values are 0 and 1. */
export interface HostArgument {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
  readonly dtype?: string;
}

/** One leaf of a result. */
export interface HostResult {
  readonly data: HostData;
  readonly shape: readonly number[];
  readonly dtype: string;
}

export type Traced = (...args: NDArray[]) => Tree;

/** Stands for the number of rows while tracing. */
const BATCH = 509;

const runtime = await import("onnxruntime-node").catch(() => undefined);

/** `describe`, skipped with the reason in its title where there is no ONNX Runtime to run on. */
export function describeLowered(name: string, body: () => void): void {
  const title = runtime ? name : `${name} (skipped: onnxruntime-node cannot be imported)`;
  describe.skipIf(!runtime)(title, body);
}

/** A traced and lowered function in ONNX Runtime. */
export interface LoweredProgram {
  run(args: readonly HostArgument[]): Promise<HostResult[]>;
  release(): Promise<void>;
}

/**
 * Trace `fn` for arguments like `args` and write it as ONNX operators; `ready()` must have been awaited.
 *
 * @param symbolicRows extents of the arguments that equal it become the number of rows, and the
 *   program then runs for any number.
 */
export async function lowerTraced(
  fn: Traced,
  args: readonly HostArgument[],
  symbolicRows?: number,
): Promise<OnnxGraph> {
  const specs = args.map(({ shape, dtype = "float32" }) => {
    const extents = shape.map((extent) => (extent === symbolicRows ? "n" : extent));
    return new ArraySpec(extents, dtype as DType);
  });
  const { graph } = await trace(fn as never, specs, BATCH);
  return lower(optimize(graph), {
    inputs: graph.inputs.map((_, index) => `input${index}`),
    outputs: graph.outputs.map((_, index) => `output${index}`),
  });
}

/** Load a lowered program; its inputs are taken in their order. */
export async function loadGraph(graph: OnnxGraph): Promise<LoweredProgram> {
  if (!runtime) throw new Error("onnxruntime-node cannot be imported");
  const { InferenceSession, Tensor } = runtime;
  const session = await InferenceSession.create(encodeModel(graph), { logSeverityLevel: 3 });
  return {
    async run(args) {
      const feeds = args.map(({ data, shape, dtype = "float32" }, index) => {
        const values = typed(data, dtype) as Float32Array;
        return [graph.inputs[index]!.name, new Tensor(dtype as "float32", values, shape)];
      });
      const results = await session.run(Object.fromEntries(feeds));
      return graph.outputs.map(({ name, type }) => {
        const { data, dims } = results[name]!;
        return { data: data as HostData, shape: dims, dtype: type };
      });
    },
    release: () => session.release(),
  };
}

/** A function traced once, lowered and loaded; arguments as those of {@link lowerTraced}. */
export async function loadLowered(
  ...call: Parameters<typeof lowerTraced>
): Promise<LoweredProgram> {
  return loadGraph(await lowerTraced(...call));
}

/** What `fn` gives for `args` when it is traced, lowered and run once in ONNX Runtime. */
export async function runLowered(
  fn: Traced,
  args: readonly HostArgument[],
  symbolicRows?: number,
): Promise<HostResult[]> {
  const program = await loadLowered(fn, args, symbolicRows);
  try {
    return await program.run(args);
  } finally {
    await program.release();
  }
}

/** What jax-js gives for the same. */
export async function runEager(fn: Traced, args: readonly HostArgument[]): Promise<HostResult[]> {
  const leaves = tree.leaves(fn(...args.map(toDevice)) as never) as unknown as NDArray[];
  return Promise.all(
    leaves.map(async (leaf) => {
      const { shape, dtype } = leaf;
      return { data: typed(await leaf.data(), dtype), shape, dtype };
    }),
  );
}

function toDevice({ data, shape, dtype = "float32" }: HostArgument): NDArray {
  if (dtype === "bool") return np.array(Array.from(data, Boolean)).reshape([...shape]);
  const options = { shape: [...shape], dtype: dtype as DType };
  return np.array(typed(data, dtype) as Float32Array, options);
}

/** A copy in the layout of the type; jax-js counts where it adds truth values. */
function typed(data: ArrayLike<number>, dtype: string): HostData {
  if (dtype === "float32") return Float32Array.from(data);
  if (dtype === "int32") return Int32Array.from(data);
  if (dtype === "uint32") return Uint32Array.from(data);
  return Uint8Array.from(data, (value) => Number(value !== 0));
}

/**
 * The lowered program gives what jax-js gives: floats to `tolerance` relative to the largest entry of
 * each result, everything else exactly.
 *
 * @param calls arguments of each call of the one program; several where `symbolicRows` is the number
 *   of rows of the first.
 */
export async function expectLoweredEqual(
  fn: Traced,
  calls: readonly (readonly HostArgument[])[],
  { symbolicRows, tolerance = 2e-6 }: { symbolicRows?: number; tolerance?: number } = {},
): Promise<void> {
  const program = await loadLowered(fn, calls[0]!, symbolicRows);
  try {
    for (const args of calls) {
      expectSame(await program.run(args), await runEager(fn, args), tolerance);
    }
  } finally {
    await program.release();
  }
}

/** See {@link expectLoweredEqual}. */
export function expectSame(got: HostResult[], expected: HostResult[], tolerance: number): void {
  const kinds = (results: HostResult[]) => results.map(({ shape, dtype }) => ({ shape, dtype }));
  expect(kinds(got)).toEqual(kinds(expected));
  for (const [index, { data, dtype }] of expected.entries()) {
    const values = got[index]!.data;
    if (dtype === "float32") {
      expect(largestError(values, data), `result ${index}`).toBeLessThan(tolerance);
    } else {
      expect(values, `result ${index}`).toEqual(data);
    }
  }
}

/** Relative to the largest finite entry; NaN where only one of the two is infinite or not a number. */
function largestError(values: ArrayLike<number>, expected: ArrayLike<number>): number {
  const sizes = Array.from(expected, Math.abs).filter(Number.isFinite);
  const scale = sizes.reduce((a, b) => Math.max(a, b), Number.MIN_VALUE);
  return Array.from(expected, (value, index) => {
    const same = Object.is(values[index], value);
    return same ? 0 : Math.abs(values[index]! - value) / scale;
  }).reduce((a, b) => Math.max(a, b), 0);
}

/** Normal numbers from a fixed seed as an argument. */
export function normals(seed: number, ...shape: number[]): HostArgument {
  const random = hostRandom(seed);
  const size = shape.reduce((product, extent) => product * extent, 1);
  return { data: Float32Array.from({ length: size }, () => random.normal()), shape };
}
