import { expect } from "vitest";
import { ArraySpec, type Extent } from "../../../../src/engine/array-spec.ts";
import type { DType, Tree } from "../../../../src/engine/jax.ts";
import {
  type Constant,
  type Graph,
  literal,
  type Node,
  type Operand,
  type Variable,
  variable,
} from "../../../../src/engine/onnx/graph.ts";
import { trace } from "../../../../src/engine/onnx/trace.ts";
import { hostRandom } from "../../../../src/numerics/host-random.ts";
import { evaluate, evaluateNode, size, type Value } from "./interpret.ts";

/** Stands for the number of rows. */
export const N = 101;

/** Literals may be written as numbers: those are floats. */
export type Argument = Operand | number;

/** Draws up a graph node by node; shapes and types of the results follow from the operands. */
export interface Draft {
  input(shape: readonly number[], dtype?: string): Variable;
  /** @param dtype of the result; default: that of the operands that are no literals. */
  op(name: string, inputs: readonly Argument[], params?: Node["params"], dtype?: string): Variable;
  /** A node with several outputs. */
  ops(name: string, inputs: readonly Argument[], params?: Node["params"]): Variable[];
}

export function draft(make: (draft: Draft) => readonly Argument[]): Graph {
  const inputs: Variable[] = [];
  const nodes: Node[] = [];
  function input(shape: readonly number[], dtype = "float32"): Variable {
    const made = variable(shape, dtype as DType);
    inputs.push(made);
    return made;
  }
  function ops(
    name: string,
    args: readonly Argument[],
    params: Node["params"] = {},
    dtype = resultType(name, args, params),
  ): Variable[] {
    const operands = args.map(operand);
    const like = { op: name, inputs: operands, params, outputs: [variable([], dtype as DType)] };
    const results = [evaluateNode(like, operands.map(placeholder), (extent) => extent)].flat();
    const types = name === "argsort" ? [dtype, "int32"] : results.map(() => dtype);
    const outputs = results.map(({ shape }, index) => variable(shape, types[index] as DType));
    nodes.push({ op: name, inputs: operands, params, outputs });
    return outputs;
  }
  const op: Draft["op"] = (...call) => ops(...call)[0]!;
  const outputs = make({ input, op, ops }).map(operand);
  return { inputs, nodes, outputs, batch: N };
}

const operand = (arg: Argument): Operand => (typeof arg === "number" ? float(arg) : arg);

export const float = (value: number) => literal(value, "float32" as DType);

export const integer = (value: number) => literal(value, "int32" as DType);

/** An array known while tracing. */
export function constant(
  data: readonly number[],
  shape: readonly number[] = [data.length],
  dtype = "float32",
): Constant {
  const typed = dtype === "float32" ? Float32Array.from(data) : Int32Array.from(data);
  return { kind: "constant", shape, dtype: dtype as DType, data: typed };
}

/** Values of a shape for finding out what shape a node makes of it. */
function placeholder({ shape, dtype }: Operand): Value {
  return { shape, dtype, data: Array<number>(size(shape)).fill(1) };
}

function resultType(name: string, args: readonly Argument[], params: Node["params"]): string {
  if (name === "compare") return "bool";
  if (name === "cast" || name === "iota" || name === "extent") return params.dtype as string;
  const operands = args.map(operand).slice(name === "where" ? 1 : 0);
  const strong = operands.filter(({ kind }) => kind !== "literal");
  const types = (strong.length > 0 ? strong : operands).map(({ dtype }) => dtype as string);
  return ["float32", "uint32", "int32", "bool"].find((dtype) => types.includes(dtype))!;
}

/** The nodes of a graph and what it returns, a line each; types are told where they are not floats. */
export function show(graph: Graph): string[] {
  const names = new Map<Operand, string>();
  graph.inputs.forEach((each, index) => {
    names.set(each, String.fromCharCode(97 + index));
  });
  const suffix = ({ dtype }: Operand) => (dtype === "float32" ? "" : `:${dtype}`);
  const name = (each: Operand): string => {
    if (each.kind === "literal") return `${each.value}${suffix(each)}`;
    if (each.kind === "constant") return `<${Array.from(each.data)}>${suffix(each)}`;
    return names.get(each) ?? "unknown";
  };
  const lines = graph.nodes.map(({ op, inputs, params, outputs }) => {
    const operands = inputs.map(name).join(", ");
    const made = outputs.map((output) => {
      names.set(output, `v${names.size - graph.inputs.length}`);
      return `${name(output)}${suffix(output)}[${output.shape}]`;
    });
    return `${made.join(", ").replaceAll(String(N), "n")} = ${op}(${operands})${showParams(params)}`;
  });
  return [...lines, `return ${graph.outputs.map(name).join(", ")}`];
}

function showParams(params: Node["params"]): string {
  const parts = Object.entries(params).map(([key, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return `${key} ${text.replaceAll(String(N), "n")}`;
  });
  return parts.length > 0 ? ` {${parts.join(", ")}}` : "";
}

/** Normal numbers, and small integers where the type asks for them. */
export function randomInputs(graph: Graph, seed: number, rows: number): Value[] {
  const random = hostRandom(seed);
  return graph.inputs.map(({ shape, dtype }) => {
    const extents = shape.map((extent) => (extent % N === 0 ? (extent / N) * rows : extent));
    const data = Array.from({ length: size(extents) }, () => {
      if (dtype === "float32") return Math.fround(random.normal());
      return dtype === "bool"
        ? random.integer(2)
        : random.integer(9) - 4 * Number(dtype === "int32");
    });
    return { shape: extents, dtype, data };
  });
}

/** Both graphs give the same for random inputs, at several numbers of rows: shapes and types exactly. */
export function expectSameMeaning(got: Graph, expected: Graph, seed = 0): void {
  const types = ({ inputs, outputs }: Graph) =>
    [inputs, outputs].map((each) => each.map(({ shape, dtype }) => ({ shape, dtype })));
  expect(types(got)).toEqual(types(expected));
  expect(got.inputs).toEqual(expected.inputs);
  for (const rows of [1, 3]) {
    const inputs = randomInputs(expected, seed, rows);
    expectSameValues(evaluate(got, inputs, rows), evaluate(expected, inputs, rows));
  }
}

/** Floats to `tolerance` relative to the largest entry of each value, everything else exactly. */
export function expectSameValues(
  got: readonly Value[],
  expected: readonly Value[],
  tolerance = 1e-6,
): void {
  const kinds = (values: readonly Value[]) => values.map(({ shape, dtype }) => ({ shape, dtype }));
  expect(kinds(got)).toEqual(kinds(expected));
  for (const [index, { data, dtype }] of expected.entries()) {
    const scale = data.reduce(
      (most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most),
      0,
    );
    const limit = dtype === "float32" ? tolerance * scale : 0;
    const wrong = data.filter((x, i) => {
      const other = got[index]!.data[i]!;
      return !Object.is(other, x) && !(Math.abs(other - x) <= limit);
    });
    expect(wrong, `entries of output ${index} that differ`).toEqual([]);
  }
}

/** A function of jax-js arrays as it is traced; `"n"` in the shapes is the number of rows. */
export async function traced(fn: (...args: never[]) => Tree, shapes: Extent[][]): Promise<Graph> {
  const specs = shapes.map((shape) => new ArraySpec(shape));
  return (await trace(fn, specs, N)).graph;
}
