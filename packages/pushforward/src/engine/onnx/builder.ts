import { EngineError } from "../../core/errors.ts";
import type { HostData } from "../engine-array.ts";

/** Element types of ONNX tensors that the lowerings use. */
export type TensorType = "float32" | "float64" | "int32" | "int64" | "uint32" | "uint64" | "bool";

/** A tensor of an ONNX graph; extents that are multiples of the graph's batch are symbolic. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: TensorType;
}

export type Attribute = number | readonly number[] | string | { readonly float: number };

export interface OnnxNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A tensor whose entries are part of the model. */
export interface Initializer {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: TensorType;
  readonly data: HostData | readonly number[];
}

/** What the builder has put together. */
export interface OnnxGraph {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly Initializer[];
  /** What the nodes make, with its shape. */
  readonly values: readonly Tensor[];
  readonly batch: number;
}

/** A bound that reaches the end of any axis. */
const END = 2 ** 31 - 1;

/**
 * Puts an ONNX graph together: names tensors, keeps one of equal nodes and constants, and writes
 * shapes that depend on the number of rows in the way ONNX has for each operator.
 */
export type Builder = ReturnType<typeof createBuilder>;

export function createBuilder(batch: number) {
  const inputs: Tensor[] = [];
  const nodes: OnnxNode[] = [];
  const initializers: Initializer[] = [];
  const values: Tensor[] = [];
  const known = new Map<string, Tensor[]>();
  let count = 0;

  const isSymbolic = (extent: number) => extent > 0 && extent % batch === 0;

  function input(name: string, shape: readonly number[], type: TensorType): Tensor {
    const tensor = { name, shape, type };
    inputs.push(tensor);
    return tensor;
  }

  /** Apply an operator that has several outputs. */
  function ops(
    type: string,
    operands: readonly Tensor[],
    results: readonly Omit<Tensor, "name">[],
    attributes: Record<string, Attribute> = {},
  ): Tensor[] {
    const names = operands.map(({ name }) => name);
    const key = JSON.stringify([type, names, attributes, results]);
    const existing = known.get(key);
    if (existing) return existing;
    const outputs = results.map(({ shape, type: resultType }) => ({
      name: `t${count++}`,
      shape,
      type: resultType,
    }));
    nodes.push({ type, inputs: names, outputs: outputs.map(({ name }) => name), attributes });
    known.set(key, outputs);
    values.push(...outputs);
    return outputs;
  }

  /** Apply an operator. */
  function op(
    type: string,
    operands: readonly Tensor[],
    shape: readonly number[],
    resultType: TensorType,
    attributes: Record<string, Attribute> = {},
  ): Tensor {
    return ops(type, operands, [{ shape, type: resultType }], attributes)[0];
  }

  function constant(
    data: HostData | readonly number[],
    shape: readonly number[],
    type: TensorType,
  ): Tensor {
    const small = data.length <= 64;
    const key = small ? `${type}[${shape}]${Array.from(data, asText)}` : "";
    const existing = known.get(key);
    if (small && existing) return existing[0];
    const tensor = { name: `c${count++}`, shape, type };
    initializers.push({ ...tensor, data });
    if (small) known.set(key, [tensor]);
    return tensor;
  }

  const scalar = (value: number, type: TensorType) => constant([value], [], type);
  const integers = (values: readonly number[]) => constant(values, [values.length], "int64");

  /** The number of rows, `int64[1]`. */
  function rows(): Tensor {
    for (const source of inputs) {
      const axis = source.shape.findIndex(isSymbolic);
      if (axis < 0) continue;
      const extent = op("Shape", [source], [1], "int64", { start: axis, end: axis + 1 });
      const multiple = source.shape[axis] / batch;
      return multiple === 1 ? extent : op("Div", [extent, integers([multiple])], [1], "int64");
    }
    throw new EngineError("onnx: the program depends on a number of rows that no input tells.");
  }

  /** Integers of which those that are multiples of the batch follow the number of rows, `int64[k]`. */
  function extents(values: readonly number[]): Tensor {
    if (!values.some((value) => isSymbolic(Math.abs(value)))) return integers(values);
    const pieces = values.map(extent);
    if (pieces.length === 1) return pieces[0];
    return op("Concat", pieces, [values.length], "int64", { axis: 0 });
  }

  /** A number as `int64[1]`: each factor that is the batch is the number of rows. */
  function extent(value: number): Tensor {
    if (!isSymbolic(Math.abs(value))) return integers([value]);
    const rest = value / batch;
    return rest === 1 ? rows() : op("Mul", [rows(), extent(rest)], [1], "int64");
  }

  function reshape(x: Tensor, shape: readonly number[]): Tensor {
    if (x.shape.length === shape.length && x.shape.every((extent, i) => extent === shape[i])) {
      return x;
    }
    // ONNX takes an extent 0 for "as it was", unless told otherwise.
    if (shape.includes(0))
      return op("Reshape", [x, extents(shape)], shape, x.type, { allowzero: 1 });
    const free = shape.filter(isSymbolic).length === 1;
    const target = free
      ? integers(shape.map((extent) => (isSymbolic(extent) ? -1 : extent)))
      : extents(shape);
    return op("Reshape", [x, target], shape, x.type);
  }

  /** Repeat along axes of extent 1, and new leading axes, up to `shape`. */
  function expand(x: Tensor, shape: readonly number[]): Tensor {
    const aligned = shape.slice(shape.length - x.shape.length);
    if (x.shape.length === shape.length && aligned.every((extent, i) => extent === x.shape[i])) {
      return x;
    }
    return op("Expand", [x, extents(shape)], shape, x.type);
  }

  function transpose(x: Tensor, perm: readonly number[]): Tensor {
    if (perm.every((axis, i) => axis === i)) return x;
    const shape = perm.map((axis) => x.shape[axis]);
    const moved = perm.filter((axis) => x.shape[axis] !== 1);
    if (moved.every((axis, i) => i === 0 || axis > moved[i - 1])) return reshape(x, shape);
    return op("Transpose", [x], shape, x.type, { perm });
  }

  /** A bound of a slice of an axis: counted from its start, its end, or in rows. */
  function bound(value: number, extent: number): number {
    if (!isSymbolic(extent) || value % batch === 0) return value === extent ? END : value;
    if (value < batch / 2) return value;
    if (extent - value < batch / 2) return value - extent;
    throw new EngineError(
      `onnx: slices at ${value} of ${extent} rows, which only fits this number.`,
    );
  }

  /** Entries `[start, end)` of each axis. */
  function slice(x: Tensor, ranges: readonly (readonly [number, number])[]): Tensor {
    const axes = ranges.flatMap(([start, end], axis) =>
      start === 0 && end === x.shape[axis] ? [] : [axis],
    );
    if (axes.length === 0) return x;
    const bounds = (side: 0 | 1) =>
      extents(axes.map((axis) => bound(ranges[axis][side], x.shape[axis])));
    const shape = ranges.map(([start, end]) => end - start);
    return op("Slice", [x, bounds(0), bounds(1), integers(axes)], shape, x.type);
  }

  /** Put the axes in the opposite order of entries. */
  function flip(x: Tensor, axes: readonly number[]): Tensor {
    if (axes.length === 0) return x;
    const all = (value: number) => integers(axes.map(() => value));
    return op("Slice", [x, all(-1), all(-END), integers(axes), all(-1)], x.shape, x.type);
  }

  function concat(parts: readonly Tensor[], axis: number): Tensor {
    if (parts.length === 1) return parts[0];
    const shape = [...parts[0].shape];
    shape[axis] = parts.reduce((sum, part) => sum + part.shape[axis], 0);
    return op("Concat", parts, shape, parts[0].type, { axis });
  }

  /** Parts of the given sizes along an axis. */
  function split(x: Tensor, axis: number, sizes: readonly number[]): Tensor[] {
    if (isSymbolic(x.shape[axis]) && !sizes.every(isSymbolic)) return slices(x, axis, sizes);
    const results = sizes.map((size) => ({
      shape: x.shape.toSpliced(axis, 1, size),
      type: x.type,
    }));
    return ops("Split", [x, extents(sizes)], results, { axis });
  }

  function slices(x: Tensor, axis: number, sizes: readonly number[]): Tensor[] {
    let start = 0;
    return sizes.map((size) => {
      const ranges = x.shape.map((extent, i): [number, number] =>
        i === axis ? [start, start + size] : [0, extent],
      );
      start += size;
      return slice(x, ranges);
    });
  }

  /** Zeros before and after each axis. */
  function pad(x: Tensor, widths: readonly (readonly [number, number])[]): Tensor {
    const pads = [...widths.map(([before]) => before), ...widths.map(([, after]) => after)];
    const shape = x.shape.map((extent, axis) => extent + widths[axis][0] + widths[axis][1]);
    return op("Pad", [x, extents(pads), scalar(0, x.type)], shape, x.type);
  }

  function cast(x: Tensor, type: TensorType): Tensor {
    if (x.type === type) return x;
    return op("Cast", [x], x.shape, type, { to: elementTypes[type] });
  }

  /** `0, 1, ..., extent - 1` as `int64[extent]`. */
  function range(extent: number): Tensor {
    if (!isSymbolic(extent)) return integers(Array.from({ length: extent }, (_, i) => i));
    const limit = op("Squeeze", [extents([extent]), integers([0])], [], "int64");
    return op("Range", [scalar(0, "int64"), limit, scalar(1, "int64")], [extent], "int64");
  }

  /**
   * The graph with its outputs, under their names. What a node made is renamed; what is an input, a
   * constant or an output already is copied.
   */
  function finish(outputs: readonly (readonly [name: string, value: Tensor])[]): OnnxGraph {
    const names = new Map<string, string>();
    const made = new Set(values);
    for (const [name, value] of outputs) {
      if (made.has(value) && !names.has(value.name)) names.set(value.name, name);
      else nodes.push({ type: "Identity", inputs: [value.name], outputs: [name], attributes: {} });
    }
    const rename = (name: string) => names.get(name) ?? name;
    // A lowering may have had second thoughts, and ONNX Runtime warns of constants that nobody reads.
    const read = new Set(nodes.flatMap((node) => node.inputs));
    return {
      inputs,
      outputs: outputs.map(([name, value]) => ({ ...value, name })),
      nodes: nodes.map((node) => ({
        ...node,
        inputs: node.inputs.map(rename),
        outputs: node.outputs.map(rename),
      })),
      initializers: initializers.filter(({ name }) => read.has(name)),
      values: values.filter(({ name }) => !names.has(name)),
      batch,
    };
  }

  return {
    batch,
    isSymbolic,
    input,
    op,
    ops,
    constant,
    scalar,
    integers,
    extents,
    reshape,
    expand,
    transpose,
    slice,
    flip,
    concat,
    split,
    pad,
    cast,
    range,
    finish,
  };
}

/** Tells -0 from 0. */
const asText = (value: number) => (Object.is(value, -0) ? "-0" : String(value));

/** Numbers of the element types in ONNX' `TensorProto.DataType`. */
export const elementTypes: Record<TensorType, number> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
  uint32: 12,
  uint64: 13,
};
