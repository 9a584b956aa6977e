import type { Builder, Tensor, TensorType } from "../builder.ts";
import { entries, type Node, type Operand } from "../graph.ts";
import type { Lowering, LoweringTable } from "../lowering.ts";
import { binary, choose } from "./arithmetic.ts";

/** Along which axes the index arrays address entries, and where their own axes stand among the rest. */
interface Indexing {
  readonly axis: readonly number[];
  readonly outDim: number;
}

/** Shapes of the array that indices address, and of the entries that they select. */
interface Extents {
  readonly addressed: readonly number[];
  readonly selected: readonly number[];
}

/**
 * Entries of an array at given positions along some of its axes.
 *
 * An index outside its axis reads the nearest entry, as in JAX; what jax-js reads depends on how it
 * happens to compile the kernel.
 */
const gather: Lowering = (builder, [x, ...indices], node) => {
  const { axis, outDim } = node.params as unknown as Indexing;
  const inside = indices.map((index, place) => {
    const extent = x.shape[axis[place]];
    const known = alwaysInside(builder, node.inputs[place + 1], extent);
    return known ? index : clip(builder, asSigned(builder, index), extent);
  });
  const [{ shape }] = node.outputs;
  if (inside.length === 1) {
    const [index] = inside;
    const picked = take(builder, x, index, axis[0]);
    return moveAxes(builder, picked, { from: axis[0], to: outDim, count: index.shape.length });
  }
  const extents = { addressed: x.shape, selected: shape };
  const places = placesOf(builder, inside, { axis, outDim }, extents);
  return take(builder, builder.reshape(x, [entries(x.shape)]), places, 0);
};

/** Whether an index is known to lie inside an axis, for any number of rows. */
function alwaysInside(builder: Builder, index: Operand, extent: number): boolean {
  if (index.kind !== "constant" || builder.isSymbolic(extent)) return false;
  return index.data.every((value) => value >= 0 && value < extent);
}

/** As jax-js reads indices. ONNX Runtime's `Clip` compares only the lower half of `int64`. */
function asSigned(builder: Builder, index: Tensor): Tensor {
  return builder.cast(index, "int32");
}

function clip(builder: Builder, x: Tensor, extent: number): Tensor {
  const limits = [builder.scalar(0, x.type), scalarExtent(builder, extent, x.type, -1)];
  return builder.op("Clip", [x, ...limits], x.shape, x.type);
}

/** Slices along an axis, in the place of which the axes of the index come. */
function take(builder: Builder, x: Tensor, index: Tensor, axis: number): Tensor {
  const shape = x.shape.toSpliced(axis, 1, ...index.shape);
  return builder.op("Gather", [x, index], shape, x.type, { axis });
}

/**
 * The sums of the updates that each entry of an otherwise zero array gets; for `update` the last one.
 * Updates whose index lies outside its axis are dropped.
 */
const scatter: Lowering = (builder, [updates, ...given], node) => {
  const indexing = node.params as unknown as Indexing;
  const indices = given.map((index) => asSigned(builder, index));
  const [{ shape }] = node.outputs;
  const sources = indices.length === 1 && invert(builder, node.inputs[1], shape[indexing.axis[0]]);
  if (sources) return takeUpdates(builder, updates, sources, node);
  const extents = { addressed: shape, selected: updates.shape };
  const places = placesOf(builder, indices, indexing, extents);
  const valid = existing(builder, indices, indexing, extents);
  const count = entries(shape);
  // Updates that are dropped go to one more entry behind the last.
  const spare = scalarExtent(builder, count, places.type);
  const targets = choose(builder, valid, places, spare);
  const zeros = builder.expand(builder.scalar(0, updates.type), [count]);
  const flat = [targets, updates].map((x) => builder.reshape(x, [entries(updates.shape)]));
  const operands = [builder.pad(zeros, [[0, 1]]), ...flat];
  const reduction = node.params.op === "add" ? "add" : "none";
  const attributes = { axis: 0, reduction };
  const filled = builder.op("ScatterElements", operands, [count + 1], updates.type, attributes);
  const range = [builder.integers([0]), builder.extents([count]), builder.integers([0])];
  return builder.reshape(builder.op("Slice", [filled, ...range], [count], updates.type), shape);
};

/**
 * For each entry of an axis which update it gets, or the number of updates where it gets none;
 * undefined where that is not known in advance or an entry gets several.
 */
function invert(builder: Builder, index: Operand, extent: number): number[] | undefined {
  if (index.kind !== "constant" || builder.isSymbolic(extent)) return undefined;
  const none = index.data.length;
  const sources = Array<number>(extent).fill(none);
  for (const [source, target] of index.data.entries()) {
    if (target < 0 || target >= extent) continue;
    if (sources[target] !== none) return undefined;
    sources[target] = source;
  }
  return sources;
}

/** A scatter along one axis, turned into a selection among the updates and zero. */
function takeUpdates(builder: Builder, updates: Tensor, sources: readonly number[], node: Node) {
  const { axis, outDim } = node.params as unknown as Indexing;
  const [axisOfRows] = axis;
  const [, { shape: indexShape }] = node.inputs;
  const none = entries(indexShape);
  const count = indexShape.length;
  const moved = moveAxes(builder, updates, { from: outDim, to: axisOfRows, count });
  const rows = builder.reshape(moved, node.outputs[0].shape.toSpliced(axisOfRows, 1, none));
  const widths = rows.shape.map((_, each) => [0, each === axisOfRows ? 1 : 0] as const);
  const withZero = sources.includes(none) ? builder.pad(rows, widths) : rows;
  return take(builder, withZero, builder.integers(sources), axisOfRows);
}

/** Where the selected entries stand in the array when it is read row by row, `int32`. */
function placesOf(
  builder: Builder,
  indices: readonly Tensor[],
  { axis, outDim }: Indexing,
  { addressed, selected }: Extents,
): Tensor {
  const indexRank = rankOf(indices);
  const free = selected.map((_, place) => place);
  free.splice(outDim, indexRank);
  const terms = addressed.map((extent, each) => {
    const place = axis.indexOf(each);
    const [coordinate, following] =
      place < 0
        ? [builder.range(extent), selected.length - 1 - (free.shift() as number)]
        : [indices[place], selected.length - outDim - indexRank];
    const aligned = appendAxes(builder, builder.cast(coordinate, "int32"), following);
    return multiple(builder, aligned, entries(addressed.slice(each + 1)));
  });
  return terms.reduce((x, y) => binary(builder, "Add", x, y));
}

/** Which of the selected entries exist on every axis. */
function existing(
  builder: Builder,
  indices: readonly Tensor[],
  { axis, outDim }: Indexing,
  { addressed, selected }: Extents,
): Tensor {
  const following = selected.length - outDim - rankOf(indices);
  const conditions = indices.map((index, place) => {
    const clipped = clip(builder, index, addressed[axis[place]]);
    const inside = binary(builder, "Equal", index, clipped, "bool");
    return appendAxes(builder, inside, following);
  });
  return conditions.reduce((x, y) => binary(builder, "And", x, y));
}

function multiple(builder: Builder, x: Tensor, factor: number): Tensor {
  if (factor === 1) return x;
  return binary(builder, "Mul", x, scalarExtent(builder, factor, x.type));
}

/** A number that may depend on the number of rows, plus another one, as a scalar. */
function scalarExtent(builder: Builder, extent: number, type: TensorType, offset = 0): Tensor {
  if (!builder.isSymbolic(extent)) return builder.scalar(extent + offset, type);
  const value = builder.cast(builder.reshape(builder.extents([extent]), []), type);
  if (offset === 0) return value;
  return binary(builder, "Add", value, builder.scalar(offset, type));
}

/** Move a run of neighbouring axes. */
function moveAxes(
  builder: Builder,
  x: Tensor,
  { from, to, count }: { from: number; to: number; count: number },
): Tensor {
  const order = x.shape.map((_, axis) => axis);
  order.splice(to, 0, ...order.splice(from, count));
  return builder.transpose(x, order);
}

function appendAxes(builder: Builder, x: Tensor, count: number): Tensor {
  return builder.reshape(x, [...x.shape, ...Array<number>(count).fill(1)]);
}

function rankOf(indices: readonly Tensor[]): number {
  return Math.max(...indices.map((index) => index.shape.length));
}

/** Entries picked out by, or put where, arrays of indices say. */
export const indexing: LoweringTable = { gather, scatter };
