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
  /** The node that makes an operand, if it applies the given primitive to floats. */
  source(operand: Operand, op: string): Node | undefined;
  /** The comparison that makes a condition. */
  testOf(condition: Operand): Node | undefined;
  /** Apply a primitive of one or two operands, simplified. */
  apply(op: string, ...inputs: Operand[]): Operand;
  add: Add;
  readonly facts: Facts;
}

/** What is known of the values made so far besides the nodes that make them. */
interface Facts {
  /** Zero in every entry, as long as what they are made of is finite. */
  readonly zeros: Set<Operand>;
  /** Finite in every entry, as long as the inputs of the program and all matrix products are. */
  readonly tame: Set<Operand>;
  /** What has been held below or above a literal, and its positive part where that has been taken. */
  readonly clipped: Map<Operand, Operand | undefined>;
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
  const facts: Facts = { zeros: new Set(), tame: new Set(graph.inputs), clipped: new Map() };
  /** Add a node, or find the equal one that is there. */
  const add: Add = (made) => {
    const key = keyOf(made, names);
    const existing = known.get(key);
    if (existing) return existing;
    nodes.push(made);
    for (const output of made.outputs) producers.set(output, made);
    learn(made, facts);
    if (made.outputs.length === 1) known.set(key, made.outputs[0]);
    return made.outputs[0];
  };
  const algebra = createAlgebra(producers, facts, add);
  for (const old of graph.nodes) {
    const each = { ...old, inputs: old.inputs.map(current) };
    const simpler = simplify(each, algebra);
    const result = simpler ?? add(each);
    if (result !== old.outputs[0]) replaced.set(old.outputs[0], result);
  }
  return { ...graph, nodes, outputs: graph.outputs.map(current) };
}

/** Primitives whose results are finite where their operands are, but for overflow. */
const tamePrimitives = new Set(
  (
    "add sub mul neg min max abs where cast compare sin cos sigmoid stop_gradient reduce " +
    "broadcast reshape transpose flip shrink pad concatenate split"
  ).split(" "),
);

/** Matrix products: one entry that is not finite spoils whole rows, which no mask could save. */
const products = new Set(["dot", "conv"]);

function learn(made: Node, { zeros, tame, clipped }: Facts): void {
  const { op, inputs, outputs } = made;
  if (products.has(op) || (tamePrimitives.has(op) && inputs.every((x) => isTame(x, tame)))) {
    for (const output of outputs) tame.add(output);
  }
  if (isZeroNode(made, zeros)) zeros.add(outputs[0]);
  const isBound = (op === "max" || op === "min") && inputs.some((x) => isLiteral(x));
  const isPositivePart = op === "max" && inputs.some((x) => isLiteral(x, 0));
  for (const x of isBound ? inputs : []) {
    if (!isLiteral(x)) clipped.set(x, isPositivePart ? outputs[0] : clipped.get(x));
  }
}

function isTame(x: Operand, tame: Facts["tame"]): boolean {
  if (x.kind === "literal") return Number.isFinite(x.value);
  return x.kind === "constant" ? x.data.every(Number.isFinite) : tame.has(x);
}

const isZero = (x: Operand, zeros: Facts["zeros"]) => isLiteral(x, 0) || zeros.has(x);

function isZeroNode({ op, inputs }: Node, zeros: Facts["zeros"]): boolean {
  if (op === "mul") return inputs.some((x) => isZero(x, zeros));
  if (op === "sub") return inputs[0] === inputs[1];
  return (op === "neg" || op === "reshape" || op === "broadcast") && isZero(inputs[0], zeros);
}

/** Primitives whose operands may change places. */
const commutative = new Set(["add", "mul", "min", "max"]);

/** Equal for nodes that compute the same from the same. */
function keyOf(
  { op, inputs, params, outputs: [output] }: Node,
  names: Map<Operand, number>,
): string {
  const parts = inputs.map((input) => {
    if (input.kind === "literal") {
      const sign = Object.is(input.value, -0) ? "-" : "";
      return `${sign}${input.value}:${input.dtype}`;
    }
    const name = names.get(input) ?? names.size;
    names.set(input, name);
    return `#${name}`;
  });
  if (commutative.has(op)) parts.sort();
  return JSON.stringify([op, parts, params, output.shape, output.dtype]);
}

function createAlgebra(producers: ReadonlyMap<Operand, Node>, facts: Facts, add: Add): Algebra {
  const algebra: Algebra = {
    add,
    facts,
    source(operand, op) {
      const made = producers.get(operand);
      return made?.op === op && isReal(made) ? made : undefined;
    },
    testOf(condition) {
      const made = producers.get(condition);
      return made?.op === "compare" ? made : undefined;
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

/**
 * `1 / (1 + exp(-x))` that no gradient looks into is how `gate` asks for ONNX' own operator. It is not as
 * exact in the left tail, hence not what others who write this formula get.
 */
const stopGradientRule: Rule = ({ inputs: [x] }, { source, apply }) => {
  const inverse = source(x, "reciprocal");
  const sum = inverse && source(inverse.inputs[0], "add");
  const power = sum?.inputs.map((input) => source(input, "exp")).find((each) => each);
  const negated = power && source(power.inputs[0], "neg");
  const isGate = negated && sum?.inputs.some((input) => isLiteral(input, 1));
  return isGate ? apply("sigmoid", negated.inputs[0]) : x;
};

/** Same value in the type of the result, or the wrong type for algebra. */
const isReal = ({ outputs: [output], inputs }: Node) =>
  output.dtype === "float32" && inputs.every(({ dtype }) => dtype === "float32");

const addRule: Rule = (each, { source, apply, facts: { zeros } }) => {
  if (!isReal(each)) return undefined;
  const [x, y] = each.inputs;
  const whole = each.outputs[0].shape;
  if (sameExtents(y.shape, whole) && isZero(x, zeros)) return y;
  if (sameExtents(x.shape, whole) && isZero(y, zeros)) return x;
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
  if (isLiteral(factor) && isLiteral(y) && !isNormal(factor.value * y.value)) return undefined;
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

/** Whether a number keeps its digits in single precision. */
const isNormal = (value: number) => Math.abs(value) > 2 ** -126 && Math.abs(value) < 2 ** 127;

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
 * that is several times as fast as a choice between two arrays. Only what is finite there may be
 * multiplied by 0: the gradient of `sqrt(max(x, 0))` is infinite where it does not pass.
 */
function clippedSlope({ inputs: [condition, x, y] }: Node, algebra: Algebra): Operand | undefined {
  const { clipped, tame } = algebra.facts;
  const test = algebra.testOf(condition);
  const inverse = inverseTests[test?.params.op as string];
  if (!test || !inverse || !test.inputs.some((input) => clipped.has(input))) return undefined;
  const passed = isLiteral(x, 0) ? y : isLiteral(y, 0) ? x : undefined;
  if (passed?.dtype !== "float32" || !isTame(passed, tame)) return undefined;
  const { shape, dtype } = test.outputs[0];
  const [lower, upper] = test.inputs.toReversed();
  // Asking the positive part leaves x to be read by it alone, so that it can join the product before.
  const positive = isLiteral(lower, 0) && inverse === "less_equal" && clipped.get(upper);
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
  const { source, testOf, apply } = algebra;
  const [condition, x, y] = each.inputs;
  if (x === y) return x;
  const slope = clippedSlope(each, algebra);
  if (slope) return slope;
  const test = testOf(condition);
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
  where: whereRule,
  stop_gradient: stopGradientRule,
  cast: ({ inputs: [x], outputs: [output] }) => (x.dtype === output.dtype ? x : undefined),
};
