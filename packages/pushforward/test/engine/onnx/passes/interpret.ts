import type { Graph, Literal, Node, Operand } from "../../../../src/engine/onnx/graph.ts";

/** Values of an operand; floats in double precision, so that a pass shows every change it makes. */
export interface Value {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly data: readonly number[];
}

type Index = readonly number[];
type Range = readonly [number, number];

/** Numbers that count rows, as they are when the stand-in for the number of rows is another. */
type At = (standIn: number) => number;

/**
 * Compute a graph as its nodes say, each with jax-js' meaning, and check the shapes and types that
 * they state.
 *
 * @param rows the number of rows in place of the stand-in; numbers near a multiple of the stand-in
 *   follow it.
 */
export function evaluate(graph: Graph, inputs: readonly Value[], rows = graph.batch): Value[] {
  const at: At = (standIn) => standIn + Math.round(standIn / graph.batch) * (rows - graph.batch);
  const values = new Map<Operand, Value>();
  graph.inputs.forEach((each, index) => {
    values.set(each, inputs[index]!);
  });
  const read = (operand: Operand): Value => {
    if (operand.kind === "literal") return scalar(operand);
    if (operand.kind === "constant") return { ...operand, data: Array.from(operand.data) };
    const known = values.get(operand);
    if (!known) throw new Error("a node reads a variable before it is made");
    return known;
  };
  for (const node of graph.nodes) {
    const results = [evaluateNode(node, node.inputs.map(read), at)].flat();
    node.outputs.forEach((output, index) => {
      checkStated(node, results[index]!, { ...output, shape: output.shape.map(at) });
      values.set(output, results[index]!);
    });
  }
  return graph.outputs.map(read);
}

function checkStated({ op }: Node, got: Value, stated: Omit<Value, "data">): void {
  const text = ({ shape, dtype }: Omit<Value, "data">) => `${dtype}[${shape}]`;
  if (text(got) !== text(stated))
    throw new Error(`${op} gives ${text(got)}, states ${text(stated)}`);
}

function scalar({ value, dtype }: Literal): Value {
  return { shape: [], dtype, data: [convert(value, dtype)] };
}

/** What a node gives for its operands; its own outputs tell only the types. */
export function evaluateNode(node: Node, inputs: readonly Value[], at: At): Value | Value[] {
  if (numbers[node.op]) return elementwise(node, inputs, node.op);
  const rule = rules[node.op];
  if (!rule) throw new Error(`no rule for ${node.op}`);
  return rule(inputs, node, at);
}

const numbers: Record<string, (...values: number[]) => number> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  min: Math.min,
  max: Math.max,
  neg: (x) => -x,
  abs: Math.abs,
  reciprocal: (x) => 1 / x,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  cast: (x) => x,
  stop_gradient: (x) => x,
};

/** Doubles do not hold all bits of a product of integers. */
function operationOf(op: string, dtype: string): (...values: number[]) => number {
  return op === "mul" && dtype !== "float32" ? Math.imul : numbers[op]!;
}

function elementwise({ outputs: [output] }: Node, inputs: readonly Value[], op: string): Value {
  const dtype = output!.dtype;
  const operation = operationOf(op, dtype);
  const shape = broadcast(inputs.map((x) => x.shape));
  return make(shape, dtype, (index) =>
    convert(operation(...inputs.map((x) => convert(read(x, index), dtype))), dtype),
  );
}

/** A number in a type, as jax-js casts: truth is not 0, integers are cut off and wrapped around. */
function convert(value: number, dtype: string): number {
  if (dtype === "bool") return Number(value !== 0);
  if (dtype === "int32") return Math.trunc(value) | 0;
  if (dtype === "uint32") return Math.trunc(value) >>> 0;
  return value;
}

const comparisons: Record<string, (x: number, y: number) => boolean> = {
  less: (x, y) => x < y,
  less_equal: (x, y) => x <= y,
  equal: (x, y) => x === y,
  not_equal: (x, y) => x !== y,
};

type Rule = (inputs: readonly Value[], node: Node, at: At) => Value | Value[];

const rules: Record<string, Rule> = {
  compare: ([x, y], { params }) =>
    make(broadcast([x!.shape, y!.shape]), "bool", (index) =>
      Number(comparisons[params.op as string]!(read(x!, index), read(y!, index))),
    ),
  where: ([test, x, y], { outputs: [output] }) =>
    make(broadcast([test!.shape, x!.shape, y!.shape]), output!.dtype, (index) =>
      convert(read(read(test!, index) ? x! : y!, index), output!.dtype),
    ),
  broadcast: ([x], { params }, at) => {
    const shape = (params.shape as number[]).map(at);
    const added = params.axis as number[];
    if (added.length + x!.shape.length === shape.length) return repeated(x!, added, shape);
    return make(shape, x!.dtype, (index) => read(x!, index));
  },
  reshape: ([x], { params }, at) => {
    const shape = (params.shape as number[]).map(at);
    if (size(shape) !== x!.data.length) throw new Error(`reshape of [${x!.shape}] to [${shape}]`);
    return { ...x!, shape };
  },
  transpose: ([x], { params }) => {
    const perm = params.perm as number[];
    const shape = perm.map((axis) => x!.shape[axis]!);
    return make(shape, x!.dtype, (index) => read(x!, unpermute(index, perm)));
  },
  flip: ([x], { params }) => {
    const axes = params.axis as number[];
    const { shape } = x!;
    return make(shape, x!.dtype, (index) =>
      read(
        x!,
        index.map((i, axis) => (axes.includes(axis) ? shape[axis]! - 1 - i : i)),
      ),
    );
  },
  shrink: ([x], { params }, at) => sliced(x!, (params.slice as Range[]).map(pairAt(at))),
  pad: ([x], { params }, at) => {
    const width = (params.width as Range[]).map(pairAt(at));
    const shape = x!.shape.map((extent, axis) => extent + width[axis]![0] + width[axis]![1]);
    return make(shape, x!.dtype, (index) => {
      const inner = index.map((i, axis) => i - width[axis]![0]);
      return inner.every((i, axis) => i >= 0 && i < x!.shape[axis]!) ? read(x!, inner) : 0;
    });
  },
  split: ([x], { params }, at) => {
    const axis = params.axis as number;
    const sizes = (params.sizes as number[]).map(at);
    return sizes.map((length, part) => {
      const start = sizes.slice(0, part).reduce((sum, each) => sum + each, 0);
      const all = x!.shape.map((extent): Range => [0, extent]);
      return sliced(x!, all.toSpliced(axis, 1, [start, start + length]));
    });
  },
  concatenate: (inputs, { params, outputs: [output] }) => {
    const axis = params.axis as number;
    const starts = inputs.map((_, part) =>
      inputs.slice(0, part).reduce((sum, each) => sum + each.shape[axis]!, 0),
    );
    const whole = starts.at(-1)! + inputs.at(-1)!.shape[axis]!;
    for (const { shape } of inputs) {
      const rest = (each: Index) => String(each.toSpliced(axis, 1));
      if (rest(shape) !== rest(inputs[0]!.shape)) throw new Error("concatenate: shapes differ");
    }
    return make(inputs[0]!.shape.toSpliced(axis, 1, whole), output!.dtype, (index) => {
      const part = starts.findLastIndex(
        (start, k) => start <= index[axis]! && size(inputs[k]!.shape),
      );
      const own = index.toSpliced(axis, 1, index[axis]! - starts[part]!);
      return convert(read(inputs[part]!, own), output!.dtype);
    });
  },
  reduce: ([x], { params }) => reduced(x!, params.axis as number[], params.op as string),
  dot: ([x, y], node) => {
    const terms = elementwise(node, [x!, y!], "mul");
    return reduced(terms, [terms.shape.length - 1], "Add");
  },
  gemm: ([a, b, bias], { params: { transA, transB } }) => {
    const [m, k] = transA ? a!.shape.toReversed() : a!.shape;
    const [length, n] = transB ? b!.shape.toReversed() : b!.shape;
    if (k !== length || a!.shape.length !== 2)
      throw new Error(`gemm of [${a!.shape}], [${b!.shape}]`);
    return make([m!, n!], "float32", ([i, j]) => {
      const terms = Array.from({ length: k! }, (_, t) => {
        const left = read(a!, transA ? [t, i!] : [i!, t]);
        return left * read(b!, transB ? [j!, t] : [t, j!]);
      });
      return terms.reduce((sum, term) => sum + term, bias ? read(bias, [i!, j!]) : 0);
    });
  },
  matmul: ([a, b]) => {
    const [length, n] = b!.shape.slice(-2);
    if (a!.shape.at(-1) !== length) throw new Error(`matmul of [${a!.shape}] and [${b!.shape}]`);
    const lead = broadcast([a!.shape.slice(0, -2), b!.shape.slice(0, -2)]);
    return make([...lead, a!.shape.at(-2)!, n!], "float32", (index) => {
      const [i, j] = index.slice(-2);
      const batch = index.slice(0, -2);
      const terms = Array.from(
        { length: length! },
        (_, t) => read(a!, [...batch, i!, t]) * read(b!, [...batch, t, j!]),
      );
      return terms.reduce((sum, term) => sum + term, 0);
    });
  },
  /** Along the last axis: stands for all that cannot work on a short form. */
  argsort: ([x]) => {
    const length = x!.shape.at(-1)!;
    const data: number[] = [];
    const places: number[] = [];
    for (let start = 0; start < x!.data.length; start += length) {
      const row = x!.data.slice(start, start + length);
      const order = Array.from(row.keys()).sort((i, j) => row[i]! - row[j]! || i - j);
      places.push(...order);
      data.push(...order.map((i) => row[i]!));
    }
    return [
      { ...x!, data },
      { ...x!, dtype: "int32", data: places },
    ];
  },
  extent: (_, { params, outputs: [output] }, at) => ({
    shape: [],
    dtype: output!.dtype,
    data: [at(params.extent as number)],
  }),
  iota: (_, { params, outputs: [output] }, at) => {
    const shape = (params.shape as number[]).map(at);
    return { shape, dtype: output!.dtype, data: Array.from({ length: size(shape) }, (_, i) => i) };
  },
};

const pairAt =
  (at: At) =>
  (pair: Range): Range => [at(pair[0]), at(pair[1])];

function repeated(x: Value, added: readonly number[], shape: Index): Value {
  return make(shape, x.dtype, (index) =>
    read(
      x,
      index.filter((_, axis) => !added.includes(axis)),
    ),
  );
}

function sliced(x: Value, ranges: readonly Range[]): Value {
  const fits = ranges.every(([start, end], axis) => start >= 0 && end <= x.shape[axis]!);
  if (!fits) throw new Error(`no entries [${ranges.join("] [")}] in [${x.shape}]`);
  const shape = ranges.map(([start, end]) => end - start);
  return make(shape, x.dtype, (index) =>
    read(
      x,
      index.map((i, axis) => i + ranges[axis]![0]),
    ),
  );
}

function reduced(x: Value, axes: readonly number[], kind: string): Value {
  const start: Record<string, number> = { Add: 0, Mul: 1, Min: Infinity, Max: -Infinity };
  const join = operationOf(kind.toLowerCase(), x.dtype);
  const inner = axes.map((axis) => x.shape[axis]!);
  const kept = x.shape.filter((_, axis) => !axes.includes(axis));
  return make(kept, x.dtype, (index) => {
    let result = start[kind]!;
    for (const place of indices(inner)) {
      let next = 0;
      const whole = x.shape.map((_, axis) =>
        axes.includes(axis) ? place[axes.indexOf(axis)]! : index[next++]!,
      );
      result = convert(join(result, read(x, whole)), x.dtype);
    }
    return result;
  });
}

function unpermute(index: Index, perm: readonly number[]): number[] {
  return perm.map((_, axis) => index[perm.indexOf(axis)]!);
}

export function size(shape: Index): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** The shape that NumPy's broadcasting gives; not the library's own, which is on trial. */
function broadcast(shapes: readonly Index[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const own = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    const extent = own.find((each) => each !== 1) ?? 1;
    if (own.some((each) => each !== 1 && each !== extent)) {
      throw new Error(`[${shapes.join("] and [")}] do not broadcast`);
    }
    return extent;
  });
}

function make(shape: Index, dtype: string, entry: (index: Index) => number): Value {
  return { shape, dtype, data: Array.from(indices(shape), entry) };
}

/** The entry at an index into a shape that the value broadcasts to. */
function read({ shape, data }: Value, index: Index): number {
  const offset = index.length - shape.length;
  let place = 0;
  for (const [axis, extent] of shape.entries()) {
    const i = extent === 1 ? 0 : index[axis + offset]!;
    if (i >= extent) throw new Error(`no entry [${index}] in [${shape}]`);
    place = place * extent + i;
  }
  return data[place]!;
}

function* indices(shape: Index): Generator<Index> {
  const count = size(shape);
  for (let place = 0; place < count; place++) {
    const index: number[] = [];
    let rest = place;
    for (const extent of shape.toReversed()) {
      index.unshift(rest % extent);
      rest = Math.floor(rest / extent);
    }
    yield index;
  }
}
