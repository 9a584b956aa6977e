import {
  flattenParameters,
  type ParameterLayout,
  parameterArguments,
  parameterSpecs,
} from "../core/parameters.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import {
  ArraySpec,
  type Engine,
  type EngineArray,
  grad,
  hostArray,
  type NDArray,
  type Tree,
} from "../engine/index.ts";

/** The most rows at once; on jax-js, where each number would be a program of its own, always as many. */
const BATCH = 128;

/** A method of a part before it is compiled; consumes its arguments. */
export type MethodCall = (params: Tree, x: NDArray, cond: NDArray | undefined) => NDArray[];

/** Where a method is evaluated: parameters and rows on the host. */
export interface Point {
  /** All parameters, flat. */
  readonly params: Float32Array;
  /** `[n, ...shape]`. */
  readonly rows: Float32Array;
  /** `[n, ...condShape]`; `null` for an unconditional part. */
  readonly context: Float32Array | null;
}

/** Gradients of a number with respect to everything in a {@link Point} but the context. */
export interface Gradients {
  readonly params: Float32Array;
  readonly rows: Float32Array;
}

/** A method of a part as the laws use it: numbers in, numbers out, each program traced once. */
export interface Method {
  /** `"affine, forwardAndLogDet"`. */
  readonly label: string;
  /** What the part itself offers, eager. */
  readonly call: MethodCall;
  /** The outputs at each row. */
  run(at: Point): Promise<Float32Array[]>;
  /** Gradients of `sum(weights * outputs)` by reverse-mode differentiation. */
  gradients(at: Point, weights: readonly Float32Array[]): Promise<Gradients>;
}

/** What the methods of a part need to know of it. */
interface Part {
  readonly shape: Shape;
  readonly condShape: Shape | null;
  readonly layout: ParameterLayout;
  readonly engine: Engine;
}

type Arguments = { params: Tree; x: NDArray; cond?: NDArray };

/** Arguments for a program that is about to run. */
type Given = { params: unknown; x: EngineArray; cond?: EngineArray };

/** Make a part's method callable with numbers. */
export function methodOf(label: string, part: Part, call: MethodCall): Method {
  const { shape, condShape, layout, engine } = part;
  const size = sizeOf(shape);
  const specs = {
    params: parameterSpecs(layout),
    x: new ArraySpec(["n", ...shape]),
    ...(condShape && { cond: new ArraySpec(["n", ...condShape]) }),
  };
  const program = engine.compile(
    ({ params, x, cond }: Arguments) => call(params, x, cond),
    [specs],
  );
  const gradientPrograms = new Map<string, ReturnType<typeof compileGradients>>();
  function compileGradients(widths: readonly number[]) {
    const weights = widths.map((width) => new ArraySpec(["n", width]));
    return engine.compile(gradientOf(call), [{ ...specs, weights }]);
  }

  /** One batch of a point as arrays, filled up with its last row. */
  const upload = ({ params, rows, context }: Point, from: number, batch: number): Given => ({
    params: parameterArguments(layout, params),
    x: uploadBatch(rows, from, batch, shape),
    ...(context && condShape && { cond: uploadBatch(context, from, batch, condShape) }),
  });

  /** How many rows a program is given where so many are left. */
  const batchFor = async (each: Pick<typeof program, "batchesFor">, left: number) =>
    (await each.batchesFor(left)).exact ? Math.min(BATCH, left) : BATCH;

  async function run(at: Point): Promise<Float32Array[]> {
    const count = at.rows.length / size;
    const results: Float32Array[] = [];
    for (let from = 0; from < count; from += BATCH) {
      const batch = await batchFor(program, count - from);
      const outputs = await program.run(upload(at, from, batch) as never);
      for (const [index, output] of outputs.entries()) {
        const values = (await output.data()) as Float32Array;
        const width = values.length / batch;
        results[index] ??= new Float32Array(count * width);
        results[index].set(values.subarray(0, (count - from) * width), from * width);
      }
    }
    return results;
  }

  async function gradients(at: Point, weights: readonly Float32Array[]): Promise<Gradients> {
    const count = at.rows.length / size;
    const params = new Float32Array(layout.size);
    const rows = new Float32Array(at.rows.length);
    for (let from = 0; from < count; from += BATCH) {
      const widths = weights.map((values) => values.length / count);
      const gradientProgram = gradientPrograms.get(widths.join()) ?? compileGradients(widths);
      gradientPrograms.set(widths.join(), gradientProgram);
      const batch = await batchFor(gradientProgram, count - from);
      const batchWeights = weights.map((values) => uploadWeights(values, from, count, batch));
      const given = { ...upload(at, from, batch), weights: batchWeights };
      const [byRow, byParameter] = await gradientProgram.run(given as never);
      const slopes = (await byRow.data()) as Float32Array;
      rows.set(slopes.subarray(0, (count - from) * size), from * size);
      const more = await byParameter?.data();
      params.forEach((sum, i) => {
        params[i] = sum + (more as Float32Array)[i];
      });
    }
    return { params, rows };
  }

  return { label, call, run, gradients };
}

function gradientOf(call: MethodCall) {
  type Variables = { params: Tree; x: NDArray };
  return ({ weights, cond, params, x }: Arguments & { weights: NDArray[] }): NDArray[] => {
    const loss = (variables: Variables) =>
      call(variables.params, variables.x, cond)
        .map((output, index) =>
          output
            .reshape([x.shape[0], -1])
            .mul(weights[index] as NDArray)
            .sum(),
        )
        .reduce((sum, term) => sum.add(term));
    const differentiate = grad(loss as never) as unknown as (variables: Variables) => Variables;
    const slopes = differentiate({ params, x });
    const hasParameters = Object.keys(params).length > 0;
    return hasParameters ? [slopes.x, flattenParameters(slopes.params)] : [slopes.x];
  };
}

function uploadBatch(values: Float32Array, from: number, count: number, shape: Shape): EngineArray {
  const width = sizeOf(shape);
  const batch = new Float32Array(count * width);
  const part = values.subarray(from * width, (from + count) * width);
  batch.set(part);
  for (let end = part.length; end < batch.length; end += width) {
    batch.copyWithin(end, part.length - width, part.length);
  }
  return hostArray(batch, [count, ...shape]);
}

/** The weights of one output, `[batch, width]`; zero where a row only fills the batch up. */
function uploadWeights(
  values: Float32Array,
  from: number,
  count: number,
  batch: number,
): EngineArray {
  const width = values.length / count;
  const padded = new Float32Array(batch * width);
  padded.set(values.subarray(from * width, (from + batch) * width));
  return hostArray(padded, [batch, width]);
}
