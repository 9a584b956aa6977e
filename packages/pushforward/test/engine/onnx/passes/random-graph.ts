import type { Graph, Operand } from "../../../../src/engine/onnx/graph.ts";
import { removeDeadCode } from "../../../../src/engine/onnx/passes/dead-code.ts";
import { type HostRandom, hostRandom } from "../../../../src/numerics/host-random.ts";
import {
  type Argument,
  constant,
  type Draft,
  draft,
  expectSameMeaning,
  integer,
  N,
  show,
} from "./graphs.ts";
import { size } from "./interpret.ts";

/** Most entries of a value, for one row. */
const LARGEST = 60;

type Shape = readonly number[];
type Pass = (graph: Graph) => Graph;

interface Pen extends Draft, HostRandom {
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** One of the values so far, of the given type. */
  value(dtype?: string): Operand;
  /** One that broadcasts with another, or a literal. */
  partner(x: Operand): Argument;
}

/** Adds some nodes and returns what they make; undefined: not with the values that it drew. */
type Stroke = (pen: Pen) => Operand | readonly Operand[] | undefined;

/**
 * A graph as tracing gives them, and worse: repeated operands, mixed types, literals in odd places,
 * axes of extent 1 and 0, outputs that no node makes. Half of the graphs have rows.
 */
export function randomGraph(seed: number): Graph {
  const random = hostRandom(seed);
  const pick = <T>(list: readonly T[]) => list[random.integer(list.length)]!;
  const chance = (probability: number) => random.uniform() < probability;
  return draft((made) => {
    const values = inputs(made, random);
    const pen: Pen = {
      ...made,
      ...random,
      chance,
      pick,
      value: (dtype = "float32") => pick(values.filter((each) => each.dtype === dtype)),
      partner(x) {
        const literals = x.dtype === "float32" ? [...numbers, integer(2)] : [0, 1, -3].map(integer);
        if (chance(0.25)) return pick(literals);
        return pick(values.filter((y) => y.dtype === x.dtype && fits(x.shape, y.shape)));
      },
    };
    const length = 4 + random.integer(10);
    for (let count = 0; count < length; count++) {
      const results = [pick(strokes)(pen) ?? []].flat() as Operand[];
      values.push(...results.filter(({ shape }) => isSmall(shape)));
    }
    const outputs: Argument[] = values.slice(-2);
    if (chance(0.3))
      outputs.push(pick<Argument>([values[0]!, 3, constant([1, 2]), values.at(-1)!]));
    return outputs;
  });
}

/** The first four are of different types, so that there is always one to choose. */
function inputs({ input }: Draft, random: HostRandom): Operand[] {
  const lead = random.uniform() < 0.5 ? N : 1 + random.integer(3);
  const features = 1 + random.integer(4);
  const shapes = [[lead, features], [features], [lead, 1], [1, features], [], [2, lead, features]];
  const any = () => shapes[random.integer(shapes.length)]!;
  return [
    input([lead, features]),
    input([lead, features], "int32"),
    input(any(), "bool"),
    input(any()),
    input(any()),
  ];
}

const numbers = [0, 1, -1, 2, 0.5, -0.25];

const isRows = (extent: number) => extent > 0 && extent % N === 0;
const isSmall = (shape: Shape) =>
  shape.length <= 4 &&
  size(shape.map((extent) => (isRows(extent) ? extent / N : extent))) <= LARGEST;

/** Whether two shapes broadcast to one that is not too large. */
function fits(a: Shape, b: Shape): boolean {
  const [long, short] = a.length < b.length ? [b, a] : [a, b];
  const whole = [...long];
  const agree = short.every((extent, axis) => {
    const place = axis + long.length - short.length;
    const own = long[place]!;
    whole[place] = own === 1 ? extent : own;
    return own === 1 || extent === 1 || own === extent;
  });
  return agree && isSmall(whole);
}

const safeNumber = ({ op, value }: Pen) => {
  const x = value();
  return op("add", [op("mul", [x, x]), 0.5]);
};

const arithmetic: Stroke[] = [
  ({ op, pick, value }) => op(pick(["neg", "sin", "stop_gradient"]), [value()]),
  (pen) => pen.op(pen.pick(["sqrt", "log", "reciprocal"]), [safeNumber(pen)]),
  ({ op, value }) => op("exp", [op("min", [value(), 1])]),
  ({ op, value }) => op("reciprocal", [op("add", [1, op("exp", [op("neg", [value()])])])]),
  ({ op, pick, value, partner }) => {
    const x = value();
    return op(pick(["add", "mul", "min", "max"]), [x, partner(x)]);
  },
  ({ op, pick, value, partner }) => {
    const x = value();
    return op(pick(["add", "mul"]), [partner(x), op("neg", [x])]);
  },
  ({ op, pick, value }) => {
    const x = value();
    return op(pick(["add", "mul"]), [x, x]);
  },
  (pen) => {
    const x = safeNumber(pen);
    return pen.op("mul", [pen.partner(x), pen.op("reciprocal", [x])]);
  },
  ({ op, value, partner }) => {
    const x = value();
    return op("add", [partner(x), op("mul", [x, 0])]);
  },
  ({ op, pick }) => op(pick(["add", "mul", "max"]), [pick(numbers), pick(numbers)]),
];

const mixed: Stroke[] = [
  ({ op, pick, value, partner }) => {
    const x = value("int32");
    return op(pick(["add", "mul", "min", "max"]), [x, partner(x)]);
  },
  ({ op, value }) => op("neg", [value("int32")]),
  ({ op, pick, value }) => {
    const dtype = pick(["int32", "bool", "float32"]);
    return op("cast", [value(pick(["int32", "bool"]))], { dtype }, dtype);
  },
  ({ op, pick, value }) => {
    const x = value();
    const y = value(pick(["int32", "bool"]));
    return fits(x.shape, y.shape) ? op(pick(["add", "mul"]), [y, x]) : undefined;
  },
];

const choices: Stroke[] = [
  ({ op, pick, value, partner }) => {
    const x = value();
    return op("compare", [x, partner(x)], { op: pick(["less", "less_equal"]) });
  },
  ({ op, value, partner }) => {
    const test = value("bool");
    const x = value();
    return fits(test.shape, x.shape) ? where(op, test, x, partner(x)) : undefined;
  },
  ({ op, value }) => {
    const x = value();
    const negative = op("compare", [x, 0], { op: "less" });
    return op("where", [negative, op("neg", [x]), x]);
  },
  /** The gradient of a bound. */
  ({ op, pick, value, partner }) => {
    const x = value();
    const slope = partner(x);
    const [bound, operands] = pick([
      ["max", [x, 0.25]],
      ["min", [0.25, x]],
    ] as const);
    const held = op(bound, operands);
    const test = op("compare", bound === "max" ? [x, 0.25] : [0.25, x], { op: "less" });
    const passed = where(op, test, 0, slope);
    return passed && [held, passed];
  },
];

/** Sizes are checked by who draws the operands; only those that broadcast are compared. */
function where(op: Draft["op"], test: Operand, x: Argument, y: Argument): Operand | undefined {
  const shapes = [x, y].map((each) => (typeof each === "number" ? [] : each.shape));
  const agree = [...shapes, test.shape].every((a) =>
    [...shapes, test.shape].every((b) => fits(a, b)),
  );
  return agree ? op("where", [test, x, y]) : undefined;
}

const anything = ({ pick, value }: Pen) => value(pick(["float32", "float32", "int32", "bool"]));

const views: Stroke[] = [
  (pen) => {
    const x = anything(pen);
    const axis = pen.integer(x.shape.length + 1);
    const shape = x.shape.toSpliced(axis, 0, 1 + pen.integer(3));
    return isSmall(shape) ? pen.op("broadcast", [x], { shape, axis: [axis] }) : undefined;
  },
  (pen) => {
    const x = anything(pen);
    const shape = x.shape.map((extent) => (extent === 1 ? 1 + pen.integer(4) : extent));
    return isSmall(shape) ? pen.op("broadcast", [x], { shape, axis: [] }) : undefined;
  },
  (pen) => {
    const x = anything(pen);
    const axis = pen.integer(x.shape.length + 1);
    return pen.op("reshape", [x], { shape: x.shape.toSpliced(axis, 0, 1) });
  },
  (pen) => {
    const x = anything(pen);
    if (x.shape.length < 2) return undefined;
    const axis = pen.integer(x.shape.length - 1);
    const merged = x.shape.toSpliced(axis, 2, x.shape[axis]! * x.shape[axis + 1]!);
    return pen.op("reshape", [x], { shape: merged });
  },
  (pen) => {
    const x = anything(pen);
    const axis = x.shape.findIndex((extent) => extent !== N && extent > 2 && extent < 2.5 * N);
    const extent = x.shape[axis] ?? 1;
    const factor = isRows(extent) ? N : [2, 3].find((each) => extent % each === 0);
    if (!factor) return undefined;
    return pen.op("reshape", [x], { shape: x.shape.toSpliced(axis, 1, factor, extent / factor) });
  },
  (pen) => {
    const x = anything(pen);
    return pen.op("transpose", [x], { perm: [...pen.shuffle(x.shape.length)] });
  },
  (pen) => {
    const x = anything(pen);
    const axis = x.shape.flatMap((_, each) => (pen.chance(0.5) ? [each] : []));
    return pen.op("flip", [x], { axis });
  },
  (pen) => {
    const x = anything(pen);
    const slice = x.shape.map((extent) => {
      if (isRows(extent) || pen.chance(0.5)) return [0, extent];
      const start = pen.integer(extent + 1);
      const length = pen.chance(0.1) ? 0 : pen.integer(extent - start + 1);
      return [start, start + length];
    });
    return pen.op("shrink", [x], { slice });
  },
  (pen) => {
    const x = anything(pen);
    if (x.shape.length === 0) return undefined;
    const width = x.shape.map((extent) =>
      isRows(extent) || pen.chance(0.5) ? [0, 0] : [pen.integer(3), pen.integer(2)],
    );
    return pen.op("pad", [x], { width });
  },
  (pen) => {
    const x = anything(pen);
    const axis = x.shape.findIndex((extent) => extent > 0 && !isRows(extent));
    if (axis < 0) return undefined;
    const cut = (whole: Operand) => {
      const extent = whole.shape[axis]!;
      const at = pen.integer(extent + 1);
      return pen.ops("split", [whole], { axis, sizes: [at, extent - at] });
    };
    const [first, second] = cut(x);
    return pen.chance(0.5) ? [first!, second!] : [first!, ...cut(second!)];
  },
  (pen) => {
    const x = anything(pen);
    const y = anything(pen);
    const axis = pen.integer(x.shape.length || 1);
    const parts = pen.chance(0.3) ? [x, x] : [x, y, x];
    const rest = ({ shape }: Operand) => `${shape.length}: ${shape.toSpliced(axis, 1)}`;
    if (x.shape.length === 0 || rest(x) !== rest(y)) return undefined;
    return pen.op("concatenate", parts, { axis });
  },
];

const sums: Stroke[] = [
  (pen) => {
    const x = anything(pen);
    const axis = x.shape.flatMap((_, each) => (pen.chance(0.5) ? [each] : []));
    const kinds = size(x.shape) > 0 ? ["Add", "Max", "Min", "Mul"] : ["Add"];
    return pen.op("reduce", [x], { op: pen.pick(kinds), axis });
  },
  (pen) => {
    const x = pen.value();
    const y = pen.chance(0.2) ? x : pen.value(pen.pick(["float32", "float32", "float32", "bool"]));
    if (x.shape.length + y.shape.length === 0) return undefined;
    return fits(x.shape, y.shape) ? pen.op("dot", [x, y]) : undefined;
  },
  /** Rows of one array times columns of another. */
  ({ op, value, pick }) => {
    const x = value();
    const y = value();
    const length = x.shape.at(-1);
    if (!length || y.shape.at(-1) !== length || y.shape.length + x.shape.length > 4)
      return undefined;
    const shape = [...x.shape.slice(0, -1), ...y.shape.slice(0, -1).map(() => 1), length];
    const operands = [op("reshape", [x], { shape }), y];
    return fits(shape, y.shape) ? op("dot", pick([operands, operands.toReversed()])) : undefined;
  },
  /** A layer of a network. */
  ({ op, value, integer: draw }) => {
    const x = value();
    const length = x.shape.at(-1);
    if (!length || isRows(length) || x.shape.length > 3) return undefined;
    const entries = Array.from({ length: 2 * length }, () => draw(5) - 2);
    const rows = op("reshape", [x], { shape: [...x.shape.slice(0, -1), 1, length] });
    const product = op("dot", [rows, constant(entries, [2, length])]);
    return op("add", [product, constant([1, -1])]);
  },
  /** What the gradients of slices add up to. */
  (pen) => {
    const x = anything(pen);
    const axis = x.shape.findIndex((extent) => extent > 1 && !isRows(extent));
    if (axis < 0) return undefined;
    const extent = x.shape[axis]!;
    const at = 1 + pen.integer(extent - 1);
    const overlap = pen.chance(0.2) ? 1 : 0;
    const piece = (start: number, end: number) => {
      const slice = x.shape.map((whole, each) => (each === axis ? [start, end] : [0, whole]));
      const width = x.shape.map((_, each) => (each === axis ? [start, extent - end] : [0, 0]));
      return pen.op("pad", [pen.op("shrink", [x], { slice })], { width });
    };
    return pen.op("add", [piece(at - overlap, extent), piece(0, at)]);
  },
  (pen) => {
    const x = pen.value();
    return x.shape.length > 0 && size(x.shape) > 0 ? pen.ops("argsort", [x]) : undefined;
  },
];

const known: Stroke[] = [
  (pen) => {
    const x = pen.value();
    const extent = x.shape.at(-1) ?? 1;
    if (isRows(extent)) return undefined;
    const data = Array.from({ length: extent }, () => (pen.chance(0.3) ? 2 : pen.integer(3)));
    return pen.op("add", [x, constant(data)]);
  },
  (pen) => {
    const x = pen.value();
    const whole = pen.op("broadcast", [1.5], { shape: x.shape, axis: [...x.shape.keys()] });
    return pen.op("mul", [x, whole]);
  },
];

const strokes = [
  ...arithmetic,
  ...arithmetic,
  ...mixed,
  ...choices,
  ...choices,
  ...views,
  ...sums,
  ...sums,
  ...known,
];

/**
 * A pass keeps what random graphs give: those that tracing could give, and those that the passes
 * before it have worked on.
 *
 * @returns how many of the graphs it changed.
 */
export function expectMeaningKept(pass: Pass, before: readonly Pass[], count = 60): number {
  let changed = 0;
  for (let seed = 0; seed < count; seed++) {
    const raw = removeDeadCode(randomGraph(seed));
    const prepared = before.reduce((graph, earlier) => earlier(graph), raw);
    for (const graph of [raw, prepared]) {
      const result = pass(graph);
      expectSameMeaning(result, graph, seed);
      if (String(show(removeDeadCode(result))) !== String(show(removeDeadCode(graph)))) changed++;
    }
  }
  return changed;
}
