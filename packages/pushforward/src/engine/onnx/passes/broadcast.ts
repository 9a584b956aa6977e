import {
  broadcastShapes,
  entries,
  type Graph,
  literal,
  type Node,
  type Operand,
  sameExtents,
  type Variable,
  variable,
} from "../graph.ts";

type Shape = readonly number[];
type Range = readonly [number, number];

/** Primitives that broadcast their operands as NumPy does. */
const broadcasting = new Set(
  (
    "add sub mul div idiv mod min max neg abs reciprocal floor ceil sin cos asin atan exp log erf erfc " +
    "sqrt sigmoid stop_gradient cast bitcast compare where bit_combine bit_shift bit_count"
  ).split(" "),
);

/** Primitives that only move, repeat or drop entries: a literal stays what it is. */
const rearranging = new Set(["broadcast", "transpose", "reshape", "shrink", "flip", "split"]);

/**
 * Put broadcasts off for as long as possible: a value that is repeated along an axis keeps extent 1
 * there, arithmetic repeats it for free, and only what cannot work on the short form gets the long one.
 *
 * Each operand of the old graph is one of the new graph that broadcasts, as NumPy does, to the old
 * shape.
 */
export function makeBroadcastsLazy(graph: Graph): Graph {
  const rewriter = createRewriter(graph);
  for (const each of graph.nodes) rewriter.visit(each);
  const outputs = graph.outputs.map((output) => rewriter.materialize(output));
  return { ...graph, nodes: rewriter.nodes, outputs };
}

function createRewriter(graph: Graph) {
  const nodes: Node[] = [];
  const short = new Map<Operand, Operand>();
  const long = new Map<Operand, Map<string, Operand>>();

  const shortOf = (operand: Operand) => short.get(operand) ?? operand;

  function emit(op: string, inputs: Operand[], params: Node["params"], output: Variable): Variable {
    nodes.push({ op, inputs, params, outputs: [output] });
    return output;
  }

  /** The short form with as many axes as the old shape. */
  function aligned(operand: Operand): Operand {
    const x = shortOf(operand);
    const missing = operand.shape.length - x.shape.length;
    return missing > 0 ? reshape(x, [...Array<number>(missing).fill(1), ...x.shape]) : x;
  }

  function reshape(x: Operand, shape: Shape): Operand {
    if (sameExtents(x.shape, shape)) return x;
    return emit("reshape", [x], { shape }, variable(shape, x.dtype));
  }

  /** Repeat a short form along its axes of extent 1 until it has the shape. */
  function expand(x: Operand, shape: Shape): Operand {
    if (sameExtents(x.shape, shape)) return x;
    const known = long.get(x) ?? new Map<string, Operand>();
    long.set(x, known);
    const key = shape.join();
    const result =
      known.get(key) ??
      emit("broadcast", [x], { shape, axis: leading(x, shape) }, variable(shape, x.dtype));
    known.set(key, result);
    return result;
  }

  const materialize = (operand: Operand) => expand(shortOf(operand), operand.shape);

  function visit(each: Node): void {
    const [first] = each.inputs;
    const stays = rearranging.has(each.op) && shortOf(first).kind === "literal";
    const rule = rules[each.op] ?? (broadcasting.has(each.op) ? elementwise : whole);
    const results = stays ? each.outputs.map(() => shortOf(first)) : rule(each);
    each.outputs.forEach((output, index) => {
      short.set(output, results[index]);
    });
  }

  function whole(each: Node): Operand[] {
    const outputs = [...each.outputs];
    nodes.push({ ...each, inputs: each.inputs.map(materialize), outputs });
    return outputs;
  }

  function elementwise({ op, inputs, params, outputs: [old] }: Node): Operand[] {
    const operands = inputs.map(shortOf);
    const shape = broadcastShapes(...operands.map((x) => x.shape));
    return [emit(op, operands, params, variable(shape, old.dtype))];
  }

  function broadcast({ inputs: [input], params, outputs: [old] }: Node): Operand[] {
    const x = aligned(input);
    if (x.shape.length === old.shape.length) return [x];
    const added = new Set(params.axis as number[]);
    let next = 0;
    return [
      reshape(
        x,
        old.shape.map((_, axis) => (added.has(axis) ? 1 : x.shape[next++])),
      ),
    ];
  }

  function reduce(each: Node): Operand[] {
    const {
      inputs: [input],
      params,
    } = each;
    const x = aligned(input);
    const axes = params.axis as number[];
    const repeated = axes.filter((axis) => x.shape[axis] === 1 && input.shape[axis] !== 1);
    const count = entries(repeated.map((axis) => input.shape[axis]));
    // What is not there at all has no entry to stand for it, and the product of equal entries is a power.
    const needsAll = count === 0 || (repeated.length > 0 && params.op === "Mul");
    if (needsAll) return whole(each);
    const proper = axes.filter((axis) => x.shape[axis] !== 1);
    const kept = x.shape.filter((_, axis) => !proper.includes(axis));
    const reduced =
      proper.length > 0
        ? emit("reduce", [x], { ...params, axis: proper }, variable(kept, x.dtype))
        : x;
    const shape = x.shape.filter((_, axis) => !axes.includes(axis));
    const squeezed = reshape(reduced, shape);
    const isSum = params.op === "Add" && x.dtype !== "bool";
    if (repeated.length === 0 || !isSum) return [squeezed];
    return [emit("mul", [squeezed, number(count, x)], {}, variable(shape, x.dtype))];
  }

  /** An extent as a scalar: known, or read off the inputs at run time. */
  function number(count: number, like: Operand): Operand {
    if (count % graph.batch !== 0) return literal(count, like.dtype);
    return emit("extent", [], { extent: count }, variable([], like.dtype));
  }

  function transpose({ inputs: [input], params }: Node): Operand[] {
    const x = aligned(input);
    const perm = params.perm as number[];
    return [
      emit(
        "transpose",
        [x],
        params,
        variable(
          perm.map((axis) => x.shape[axis]),
          x.dtype,
        ),
      ),
    ];
  }

  function reshaped(each: Node): Operand[] {
    const [input] = each.inputs;
    const x = aligned(input);
    const shape = shortReshape(input.shape, x.shape, each.outputs[0].shape);
    return shape ? [reshape(x, shape)] : whole(each);
  }

  function shrink({ inputs: [input], params }: Node): Operand[] {
    const x = aligned(input);
    const slice = (params.slice as Range[]).map((range, axis) =>
      x.shape[axis] === input.shape[axis] ? range : ([0, 1] as const),
    );
    const shape = slice.map(([start, end]) => end - start);
    return [emit("shrink", [x], { slice }, variable(shape, x.dtype))];
  }

  function flip({ inputs: [input], params, outputs: [old] }: Node): Operand[] {
    const x = aligned(input);
    const axis = (params.axis as number[]).filter((each) => x.shape[each] !== 1);
    return axis.length ? [emit("flip", [x], { axis }, variable(x.shape, old.dtype))] : [x];
  }

  function pad({ inputs: [input], params, outputs: [old] }: Node): Operand[] {
    const x = aligned(input);
    const width = params.width as Range[];
    const grows = (axis: number) => width[axis][0] + width[axis][1] > 0;
    const needed = expand(
      x,
      x.shape.map((extent, axis) => (grows(axis) ? input.shape[axis] : extent)),
    );
    const shape = needed.shape.map((extent, axis) => (grows(axis) ? old.shape[axis] : extent));
    return [emit("pad", [needed], params, variable(shape, x.dtype))];
  }

  function split({ inputs: [input], params, outputs }: Node): Operand[] {
    const x = aligned(input);
    const axis = params.axis as number;
    if (x.shape[axis] !== input.shape[axis]) return outputs.map(() => x);
    const parts = outputs.map((old) =>
      variable(x.shape.toSpliced(axis, 1, old.shape[axis]), old.dtype),
    );
    nodes.push({ op: "split", inputs: [x], params, outputs: parts });
    return parts;
  }

  function concatenate({ inputs, params, outputs: [old] }: Node): Operand[] {
    const axis = params.axis as number;
    const parts = inputs.map(aligned);
    const common = broadcastShapes(...parts.map((part) => part.shape.toSpliced(axis, 1, 1)));
    const whole = parts.map((part, index) =>
      expand(part, common.toSpliced(axis, 1, inputs[index].shape[axis])),
    );
    const shape = common.toSpliced(axis, 1, old.shape[axis]);
    return [emit("concatenate", whole, params, variable(shape, old.dtype))];
  }

  function dot({ inputs, outputs: [old] }: Node): Operand[] {
    const [x, y] = inputs.map(aligned);
    const shape = broadcastShapes(x.shape, y.shape);
    const last = (operand: Operand) => operand.shape.at(-1) ?? 1;
    const result = emit("dot", [x, y], {}, variable(shape.slice(0, -1), old.dtype));
    const length = Math.max(last(inputs[0]), last(inputs[1]));
    if (shape.at(-1) === length) return [result];
    return [emit("mul", [result, number(length, x)], {}, variable(result.shape, old.dtype))];
  }

  const rules: Record<string, (each: Node) => Operand[]> = {
    broadcast,
    reduce,
    transpose,
    reshape: reshaped,
    shrink,
    flip,
    pad,
    split,
    concatenate,
    dot,
  };

  return { nodes, visit, materialize };
}

/** The axes that a shape has before those of the operand. */
function leading({ shape }: Operand, longer: Shape): number[] {
  return Array.from({ length: longer.length - shape.length }, (_, axis) => axis);
}

/**
 * The short form of `to`, when the short form of `from` is `short`; undefined where a group of axes
 * that the reshape merges or splits is repeated in part only.
 */
function shortReshape(from: Shape, short: Shape, to: Shape): number[] | undefined {
  if (sameExtents(from, short)) return [...to];
  // No entries: the axes of the two shapes cannot be paired by their products.
  if (entries(from) === 0) return undefined;
  const result: number[] = [];
  let i = 0;
  let j = 0;
  while (i < from.length || j < to.length) {
    const [startI, startJ] = [i, j];
    let [left, right] = [from[i++] ?? 1, to[j++] ?? 1];
    while (left !== right) {
      if (left < right) left *= from[i++];
      else right *= to[j++];
    }
    const group = from.slice(startI, i);
    const own = short.slice(startI, i);
    const target = to.slice(startJ, j);
    if (sameExtents(group, own)) result.push(...target);
    else if (own.every((extent) => extent === 1)) result.push(...target.map(() => 1));
    else return undefined;
  }
  return result;
}
