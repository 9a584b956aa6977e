import { EngineError } from "../../core/errors.ts";
import { type Builder, createBuilder, type OnnxGraph, type Tensor } from "./builder.ts";
import type { Graph, Node, Operand } from "./graph.ts";
import { type LoweringTable, tensorType } from "./lowering.ts";
import { convolutions } from "./lowerings/convolution.ts";
import { elementwise } from "./lowerings/elementwise.ts";
import { extents } from "./lowerings/extents.ts";
import { fourier } from "./lowerings/fourier.ts";
import { indexing } from "./lowerings/indexing.ts";
import { integers } from "./lowerings/integers.ts";
import { linearAlgebra } from "./lowerings/linear-algebra.ts";
import { pooling } from "./lowerings/pooling.ts";
import { products } from "./lowerings/products.ts";
import { reductions } from "./lowerings/reductions.ts";
import { sorting } from "./lowerings/sorting.ts";
import { special } from "./lowerings/special.ts";
import { views } from "./lowerings/views.ts";

/** How each primitive is written in ONNX. */
const lowerings: LoweringTable = {
  ...elementwise,
  ...views,
  ...reductions,
  ...products,
  ...extents,
  ...integers,
  ...indexing,
  ...sorting,
  ...special,
  ...linearAlgebra,
  ...convolutions,
  ...pooling,
  ...fourier,
};

export interface TensorNames {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/**
 * Write a graph as ONNX operators.
 *
 * @throws EngineError naming the primitive or type that has no counterpart.
 */
export function lower(graph: Graph, names: TensorNames): OnnxGraph {
  const builder = createBuilder(graph.batch);
  const tensors = new Map<Operand, Tensor>();
  graph.inputs.forEach((each, index) => {
    tensors.set(each, readInput(builder, each, names.inputs[index]));
  });
  const read = (operand: Operand): Tensor => {
    const known = tensors.get(operand);
    if (known) return known;
    const made = embed(builder, operand);
    tensors.set(operand, made);
    return made;
  };
  for (const each of graph.nodes) {
    const results = [lowerNode(builder, each, each.inputs.map(read))].flat();
    each.outputs.forEach((output, index) => {
      tensors.set(output, results[index]);
    });
  }
  const outputs = graph.outputs.map(
    (operand, index) =>
      [names.outputs[index], writeOutput(builder, operand, read(operand))] as const,
  );
  return builder.finish(outputs);
}

function lowerNode(builder: Builder, each: Node, inputs: readonly Tensor[]) {
  const lowering = lowerings[each.op];
  const foreign = each.outputs.find(({ dtype }) => !tensorType(dtype));
  if (!lowering || foreign) {
    const what = foreign ? `values of type ${foreign.dtype} from \`${each.op}\`` : `\`${each.op}\``;
    throw new EngineError(
      `onnx: ONNX has no counterpart for ${what}. Run the program on jax-js, or write it without.`,
    );
  }
  return lowering(builder, inputs, each);
}

/** Inputs and outputs have the types of jax-js; unsigned integers are widened inside only. */
function readInput(builder: Builder, { shape, dtype }: Operand, name: string): Tensor {
  if (dtype === "uint32") return builder.cast(builder.input(name, shape, "uint32"), "int64");
  return builder.input(name, shape, checkedType(dtype));
}

function writeOutput(builder: Builder, { shape, dtype }: Operand, x: Tensor): Tensor {
  const type = dtype === "uint32" ? "uint32" : checkedType(dtype);
  return builder.cast(builder.expand(x, shape), type);
}

function embed(builder: Builder, operand: Operand): Tensor {
  const type = checkedType(operand.dtype);
  if (operand.kind === "literal") return builder.scalar(operand.value, type);
  if (operand.kind === "constant") {
    const grows = operand.shape.some(builder.isSymbolic);
    if (grows) throw new EngineError("onnx: a constant's shape depends on the number of rows.");
    return builder.constant(operand.data, operand.shape, type);
  }
  throw new EngineError("onnx: the program reads a value before it is made.");
}

function checkedType(dtype: Operand["dtype"]) {
  const type = tensorType(dtype);
  if (!type) throw new EngineError(`onnx: values of type ${dtype} are not supported.`);
  return type;
}
