import {
  broadcastShapes,
  type Graph,
  isLiteral,
  literal,
  type Node,
  node,
  type Operand,
  sameExtents,
  type Variable,
  variable,
} from "../graph.ts";

type Add = (made: Node) => Variable;

/** What a node can be replaced by; undefined: nothing simpler. */
type Rule = (each: Node, algebra: Algebra) => Operand | undefined;

interface Algebra {
  /** The node that makes an operand, if it applies the given primitive. */
  source(operand: Operand, op: string): Node | undefined;
  /** Apply a primitive of one or two operands, simplified. */
  apply(op: string, ...inputs: Operand[]): Operand;
  add: Add;
  /** Whether the operand has been held below or above a literal. */
  isClipped(operand: Operand): boolean;
  /** `max(operand, 0)`, where it has been taken. */
  positivePart(operand: Operand): Operand | undefined;
}

/**
 * Rewrite arithmetic with the identities of the real numbers: neutral elements and literals are
 * folded, a sum with a negative becomes a difference, a product with a reciprocal a quotient, signs
 * move outwards until something absorbs them.
 */
export function foldAlgebra(graph: Graph): Graph {
  const replaced = new Map<Operand, Operand>();
  const producers = new Map<Operand, Node>();
  const nodes: Node[] = [];
  const current = (operand: Operand) => replaced.get(operand) ?? operand;
  const names = new Map<Operand, number>();
  const known = new Map<string, Variable>();
  /** What has been held below or above a literal, and its positive part if that is among it. */
  const clipped = new Map<Operand, Operand | undefined>();
  /** Add a node, or find the equal one that is there. */
  const add: Add = (made) => {
    const key = keyOf(made, names);
    const existing = known.get(key);
    if (existing) return existing;
    nodes.push(made);
    for (const output of made.outputs) producers.set(output, made);
    const bounds = made.op === "max" || made.op === "min";
    if (bounds && made.inputs.some((input) => isLiteral(input))) {
      const isPositivePart = made.op === "max" && made.inputs.some((input) => isLiteral(input, 0));
      for (const input of made.inputs) {
        if (isLiteral(input)) continue;
        clipped.set(input, isPositivePart ? made.outputs[0] : clipped.get(input));
      }
    }
    if (made.outputs.length === 1) known.set(key, made.outputs[0]);
    return made.outputs[0];
  };
  const algebra = createAlgebra(producers, clipped, add);
  for (const old of graph.nodes) {
    const each = { ...old, inputs: old.inputs.map(current) };
    const simpler = simplify(each, algebra);
    const result = simpler ?? add(each);
    if (result !== old.outputs[0]) replaced.set(old.outputs[0], result);
  }
  return { ...graph, nodes, outputs: graph.outputs.map(current) };
}

/** Primitives whose operands may change places. */
const commutative = new Set(["add", "mul", "min", "max"]);

/** Equal for nodes that compute the same from the same. */
function keyOf(
  { op, inputs, params, outputs: [output] }: Node,
  names: Map<Operand, number>,
): string {
  const parts = inputs.map((input) => {
    if (input.kind === "literal") return `${input.value}:${input.dtype}`;
    const name = names.get(input) ?? names.size;
    names.set(input, name);
    return `#${name}`;
  });
  if (commutative.has(op)) parts.sort();
  return JSON.stringify([op, parts, params, output.shape, output.dtype]);
}

function createAlgebra(
  producers: ReadonlyMap<Operand, Node>,
  clipped: ReadonlyMap<Operand, Operand | undefined>,
  add: Add,
): Algebra {
  const algebra: Algebra = {
    add,
    isClipped: (operand) => clipped.has(operand),
    positivePart: (operand) => clipped.get(operand),
    source(operand, op) {
      const made = producers.get(operand);
      return made?.op === op ? made : undefined;
    },
    apply(op, ...inputs) {
      const shape = broadcastShapes(...inputs.map((x) => x.shape));
      const dtype = (inputs.find(({ kind }) => kind !== "literal") ?? inputs[0]).dtype;
      const each = node(op, inputs, {}, variable(shape, dtype));
      return simplify(each, algebra) ?? add(each);
    },
  };
  return algebra;
}

function simplify(each: Node, algebra: Algebra): Operand | undefined {
  const folded = foldLiterals(each);
  if (folded) return folded;
  const result = rules[each.op]?.(each, algebra);
  return result && sameExtents(result.shape, each.outputs[0].shape) ? result : undefined;
}

/** The value of a node all of whose operands are literals, in single precision. */
function foldLiterals({ op, inputs, outputs: [output] }: Node): Operand | undefined {
  const operation = operations[op];
  if (!operation || output.dtype !== "float32" || !inputs.every((x) => isLiteral(x))) return;
  return literal(Math.fround(operation(...inputs.map((x) => x.value))), output.dtype);
}

const operations: Record<string, (...values: number[]) => number> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  neg: (x) => -x,
  reciprocal: (x) => 1 / x,
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  min: Math.min,
  max: Math.max,
};

/** `1 / (1 + exp(-x))`: ONNX has an operator for it. */
const reciprocalRule: Rule = ({ inputs: [x] }, { source, apply }) => {
  const sum = source(x, "add");
  if (!sum?.inputs.some((input) => isLiteral(input, 1))) return undefined;
  const power = sum.inputs.map((input) => source(input, "exp")).find((each) => each);
  const negated = power && source(power.inputs[0], "neg");
  return negated && apply("sigmoid", negated.inputs[0]);
};

/** Whether an operand is zero in every entry, as long as what it is made of is finite. */
function isZero(operand: Operand, source: Algebra["source"]): boolean {
  if (isLiteral(operand, 0)) return true;
  const product = source(operand, "mul");
  if (product?.inputs.some((input) => isZero(input, source))) return true;
  const difference = source(operand, "sub");
  if (difference && difference.inputs[0] === difference.inputs[1]) return true;
  const negative =
    source(operand, "neg") ?? source(operand, "reshape") ?? source(operand, "broadcast");
  return negative !== undefined && isZero(negative.inputs[0], source);
}

/** Same value in the type of the result, or the wrong type for algebra. */
const isReal = ({ outputs: [output], inputs }: Node) =>
  output.dtype === "float32" && inputs.every(({ dtype }) => dtype === "float32");

const addRule: Rule = (each, { source, apply }) => {
  if (!isReal(each)) return undefined;
  const [x, y] = each.inputs;
  const whole = each.outputs[0].shape;
  if (sameExtents(y.shape, whole) && isZero(x, source)) return y;
  if (sameExtents(x.shape, whole) && isZero(y, source)) return x;
  const negative = source(y, "neg");
  if (negative) return apply("sub", x, negative.inputs[0]);
  const first = source(x, "neg");
  return first && apply("sub", y, first.inputs[0]);
};

const subRule: Rule = (each, { source, apply }) => {
  if (!isReal(each)) return undefined;
  const [x, y] = each.inputs;
  if (isLiteral(y, 0)) return x;
  if (isLiteral(x, 0)) return apply("neg", y);
  const negative = source(y, "neg");
  if (negative) return apply("add", x, negative.inputs[0]);
  const first = source(x, "neg");
  return first && apply("neg", apply("add", first.inputs[0], y));
};

const negRule: Rule = (each, { source, apply }) => {
  if (!isReal(each)) return undefined;
  const [x] = each.inputs;
  const inner = source(x, "neg");
  if (inner) return inner.inputs[0];
  const difference = source(x, "sub");
  if (difference) return apply("sub", difference.inputs[1], difference.inputs[0]);
  return undefined;
};

/**
 * `(1/y)^2 (c x)` is how the gradient of `x / y` with respect to `y` arrives; `(c / y) (x / y)` is
 * made of two quotients that are needed anyway.
 */
function quotientSlope(square: Operand, product: Operand, { source, apply }: Algebra) {
  const [r, again] = source(square, "mul")?.inputs ?? [];
  const inverse = r && r === again ? source(r, "reciprocal") : undefined;
  const factors = inverse && source(product, "mul")?.inputs;
  if (!inverse || !factors || factors.some((x) => isLiteral(x))) return undefined;
  const [y] = inverse.inputs;
  return apply("mul", apply("div", factors[0], y), apply("div", factors[1], y));
}

/** `(a s) t` as `a (s t)` and `(a s) (b t)` as `(a b) (s t)`, where s and t are single numbers. */
function gatherScalars(x: Operand, y: Operand, { source, apply }: Algebra): Operand | undefined {
  const first = scaledArray(x, source);
  if (!first) return undefined;
  const [array, factor] = first;
  if (isSingle(y)) return apply("mul", array, apply("mul", factor, y));
  const second = scaledArray(y, source);
  return second && apply("mul", apply("mul", array, second[0]), apply("mul", factor, second[1]));
}

/** An array and the single number that it is multiplied by, if it is. */
function scaledArray(operand: Operand, source: Algebra["source"]): [Operand, Operand] | undefined {
  const factors = source(operand, "mul")?.inputs;
  const single = factors?.find((input) => isSingle(input));
  const array = factors?.find((input) => !isSingle(input));
  return array && single ? [array, single] : undefined;
}

const isSingle = ({ shape }: Operand) => shape.every((extent) => extent === 1);

const mulRule: Rule = (each, algebra) => {
  const { source, apply } = algebra;
  if (!isReal(each)) return undefined;
  for (const [x, y] of [each.inputs, each.inputs.toReversed()]) {
    if (isLiteral(y, 1)) return x;
    if (isLiteral(y, -1)) return apply("neg", x);
    const scaled = gatherScalars(x, y, algebra);
    if (scaled) return scaled;
    const negative = source(x, "neg");
    if (negative && isLiteral(y)) return apply("mul", negative.inputs[0], apply("neg", y));
    if (negative) return apply("neg", apply("mul", negative.inputs[0], y));
    const slope = quotientSlope(x, y, algebra);
    if (slope) return slope;
    const inverse = source(y, "reciprocal");
    if (inverse && x !== y) return apply("div", x, inverse.inputs[0]);
  }
  return undefined;
};

const divRule: Rule = (each, { source, apply }) => {
  if (!isReal(each)) return undefined;
  const [x, y] = each.inputs;
  if (isLiteral(y)) return apply("mul", x, apply("reciprocal", y));
  if (isLiteral(x, 1)) return apply("reciprocal", y);
  const negative = source(x, "neg");
  return negative && apply("neg", apply("div", negative.inputs[0], y));
};

/**
 * The gradient of `max(x, bound)` and `min(x, bound)` passes or it does not: as a product with 0 or 1
 * that is several times as fast as a choice between two arrays.
 */
function clippedSlope({ inputs: [condition, x, y] }: Node, algebra: Algebra): Operand | undefined {
  const test = algebra.source(condition, "compare");
  const inverse = inverseTests[test?.params.op as string];
  if (!test || !inverse || !test.inputs.some((input) => algebra.isClipped(input))) return undefined;
  const passed = isLiteral(x, 0) ? y : isLiteral(y, 0) ? x : undefined;
  if (!passed || passed.dtype !== "float32") return undefined;
  const { shape, dtype } = test.outputs[0];
  const [lower, upper] = test.inputs.toReversed();
  // Asking the positive part leaves x to be read by it alone, so that it can join the product before.
  const positive = isLiteral(lower, 0) && inverse === "less_equal" && algebra.positivePart(upper);
  const [op, operands] = positive ? ["less", [lower, positive]] : [inverse, [lower, upper]];
  const open =
    passed === x
      ? condition
      : algebra.add(node("compare", operands as Operand[], { op }, variable(shape, dtype)));
  const params = { dtype: passed.dtype };
  const mask = algebra.add(node("cast", [open], params, variable(shape, passed.dtype)));
  return algebra.apply("mul", passed, mask);
}

/** The test of swapped operands that holds where a test does not. */
const inverseTests: Record<string, string> = { less: "less_equal", less_equal: "less" };

/** `where(x < 0, -x, x)` and its like are what jax-js writes for the absolute value. */
const whereRule: Rule = (each, algebra) => {
  const { source, apply } = algebra;
  const [condition, x, y] = each.inputs;
  if (x === y) return x;
  const slope = clippedSlope(each, algebra);
  if (slope) return slope;
  const test = source(condition, "compare");
  const negated = source(x, "neg")?.inputs[0];
  const isAbsolute =
    test?.params.op === "less" &&
    test.inputs[0] === y &&
    isLiteral(test.inputs[1], 0) &&
    negated === y;
  return isAbsolute && y.dtype === "float32" ? apply("abs", y) : undefined;
};

const rules: Record<string, Rule> = {
  add: addRule,
  sub: subRule,
  neg: negRule,
  mul: mulRule,
  div: divRule,
  reciprocal: reciprocalRule,
  where: whereRule,
  stop_gradient: ({ inputs: [x] }) => x,
  cast: ({ inputs: [x], outputs: [output] }) => (x.dtype === output.dtype ? x : undefined),
};
