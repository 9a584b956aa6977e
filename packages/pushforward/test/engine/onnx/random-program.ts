import { lax, nn } from "@jax-js/jax";
import { makeJaxpr, type NDArray, np } from "../../../src/engine/jax.ts";
import { type HostRandom, hostRandom } from "../../../src/numerics/host-random.ts";

/**
 * Stands for the number of rows in the shapes and bounds of a program: numbers near a multiple of it
 * count in rows.
 */
const ROWS = 10_007;

/** Most entries of a value, for one row. */
const LARGEST = 150;

/** The number in place of one that stands in: `2 ROWS - 1` becomes `2 rows - 1`. */
type At = (standIn: number) => number;

/** One step of a random program; its arrays are consumed. */
interface Instruction {
  readonly text: string;
  readonly inputs: readonly number[];
  /** No rounding between the inputs and it: it may be compared and sorted. */
  readonly exact: boolean;
  apply(arrays: NDArray[], at: At): NDArray;
}

/** A random function of arrays. */
export interface RandomProgram {
  /** Shapes of the arguments for a number of rows. */
  shapes(rows: number): number[][];
  /** The arguments' extents that are the number of rows, as `"n"`. */
  readonly specs: (number | "n")[][];
  /** Names of the values: arguments first, then one for each step. */
  readonly size: number;
  /** Which values are results unless others are asked for. */
  readonly results: readonly number[];
  /** For people: the steps that these values depend on. */
  describe(values: readonly number[]): string;
  /** Values by their number; consumes the arguments. */
  evaluate(args: NDArray[], rows: number, values: readonly number[]): NDArray[];
}

interface Value {
  readonly shape: readonly number[];
  readonly exact: boolean;
}

interface Draw extends HostRandom {
  pick<T>(list: readonly T[]): T;
  chance(probability: number): boolean;
}

type Maker = (draw: Draw, values: readonly Value[]) => Instruction | undefined;

function drawOf(seed: number): Draw {
  const random = hostRandom(seed);
  return {
    ...random,
    pick: (list) => list[random.integer(list.length)]!,
    chance: (probability) => random.uniform() < probability,
  };
}

const isRows = (extent: number) => extent > 0 && extent % ROWS === 0;
const entries = (shape: readonly number[]) =>
  shape.reduce((product, extent) => product * extent, 1);
const atRows =
  (rows: number): At =>
  (standIn) => {
    const multiple = Math.round(standIn / ROWS);
    return standIn + multiple * (rows - ROWS);
  };

/** Draw a program; the same seed gives the same one. */
export function randomProgram(seed: number): RandomProgram {
  const draw = drawOf(seed);
  const shapes = randomShapes(draw);
  const instructions: Instruction[] = [];
  const length = 2 + draw.integer(9);
  const grow = (...args: NDArray[]) => {
    const arrays = [...args];
    const values: Value[] = shapes.map((shape) => ({ shape, exact: true }));
    for (let tries = 0; instructions.length < length && tries < 200; tries++) {
      const made = draw.pick(makers)(draw, values);
      if (!made) continue;
      const array = attempt(() =>
        made.apply(
          made.inputs.map((i) => arrays[i]!.ref),
          (value) => value,
        ),
      );
      if (!array || !isAllowed(array)) continue;
      instructions.push(made);
      arrays.push(array);
      values.push({ shape: array.shape, exact: made.exact });
    }
    return arrays.at(-1)!;
  };
  const abstract = shapes.map((shape) => new AbstractArray(shape));
  makeJaxpr(grow as never)(...(abstract as never));
  return programOf(shapes, instructions, draw);
}

/** What jax-js' tracer wants to know of an argument; plain objects would be trees. */
class AbstractArray {
  readonly shape: readonly number[];
  readonly dtype = "float32";
  readonly weakType = false;

  constructor(shape: readonly number[]) {
    this.shape = shape;
  }
}

function attempt(make: () => NDArray): NDArray | undefined {
  try {
    return make();
  } catch {
    // Not defined for these shapes: another step is drawn.
    return undefined;
  }
}

function isAllowed({ shape, dtype }: NDArray): boolean {
  const rows = shape.filter(isRows);
  const fixed = entries(shape.map((extent) => (isRows(extent) ? extent / ROWS : extent)));
  const known = shape.every((extent) => (extent > 0 && extent < 50) || isRows(extent));
  return dtype === "float32" && shape.length <= 5 && known && rows.length <= 1 && fixed <= LARGEST;
}

/** Two to four arguments whose shapes broadcast often; half of the programs have rows. */
function randomShapes(draw: Draw): number[][] {
  const lead = draw.chance(0.5) ? ROWS : 1 + draw.integer(4);
  const features = 1 + draw.integer(5);
  const candidates = [
    [lead, features],
    [features],
    [lead],
    [lead, 1],
    [1, features],
    [],
    [features, 1 + draw.integer(5)],
    [2, lead, features],
    [lead, features, 1 + draw.integer(4)],
    [1 + draw.integer(3), 1, 1 + draw.integer(3)],
  ];
  const count = 1 + draw.integer(3);
  return [[lead, features], ...Array.from({ length: count }, () => draw.pick(candidates))];
}

function programOf(
  argumentShapes: number[][],
  instructions: readonly Instruction[],
  draw: Draw,
): RandomProgram {
  const count = argumentShapes.length;
  const size = count + instructions.length;
  const last = size - 1;
  const results = draw.chance(0.3) && last > count ? [last - 1, last] : [last];

  function neededFor(values: readonly number[]): Set<number> {
    const needed = new Set(values);
    for (let index = last; index >= count; index--) {
      if (needed.has(index)) for (const i of instructions[index - count]!.inputs) needed.add(i);
    }
    return needed;
  }

  return {
    size,
    results,
    shapes: (rows) => argumentShapes.map((shape) => shape.map(atRows(rows))),
    specs: argumentShapes.map((shape) => shape.map((extent) => (isRows(extent) ? "n" : extent))),
    describe(values) {
      const needed = neededFor(values);
      const lines = argumentShapes.map((shape, i) => `v${i}: [${shape}]`);
      instructions.forEach(({ text, inputs }, index) => {
        const list = inputs.map((i) => `v${i}`).join(", ");
        lines.push(`v${index + count} = ${text} of ${list}`);
      });
      const kept = lines.filter((_, index) => needed.has(index));
      const text = `${kept.join("\n")}\nreturn ${values.map((i) => `v${i}`).join(", ")}`;
      return text.replaceAll(String(ROWS), "n");
    },
    evaluate(args, rows, values) {
      const needed = neededFor(values);
      const arrays: NDArray[] = [...args];
      instructions.forEach(({ inputs, apply }, index) => {
        if (!needed.has(index + count)) return;
        const operands = inputs.map((i) => arrays[i]!.ref);
        arrays[index + count] = apply(operands, atRows(rows));
      });
      const outputs = values.map((i) => arrays[i]!.ref);
      for (const array of Object.values(arrays)) array.dispose();
      return outputs;
    },
  };
}

type Unary = (x: NDArray) => NDArray;
type Binary = (x: NDArray, y: NDArray) => NDArray;

const positive: Unary = (x) => np.square(x).add(0.5);
const bounded: Unary = (x) => np.tanh(x).mul(0.9);

/** Away from zero, by which the gradients of products divide. */
const around1: Unary = (x) => bounded(x).add(1.5);

/** Functions of one number; bounded where they would grow fast or end. */
const smooth: Record<string, Unary> = {
  negative: np.negative,
  square: np.square,
  "x * x": (x) => x.ref.mul(x),
  "x + x": (x) => x.ref.add(x),
  "1 * x": (x) => x.mul(1),
  "x + 0": (x) => x.add(0),
  "x - 0": (x) => x.sub(0),
  "0 - x": (x) => np.subtract(0, x),
  "-1 * x": (x) => x.mul(-1),
  "2.5 * x": (x) => x.mul(2.5),
  "x / 4": (x) => x.div(4),
  "x - 1": (x) => x.sub(1),
  "1 - x": (x) => np.subtract(1, x),
  "x / x^2+": (x) => x.ref.div(positive(x)),
  "1 / x^2+": (x) => np.divide(1, positive(x)),
  "x ** 3": (x) => np.power(x, 3),
  "exp(min(x, 2))": (x) => np.exp(np.minimum(x, 2)),
  "exp(-x^2)": (x) => np.exp(np.negative(np.square(x))),
  "log x^2+": (x) => np.log(positive(x)),
  "sqrt x^2+": (x) => np.sqrt(positive(x)),
  "reciprocal x^2+": (x) => np.reciprocal(positive(x)),
  sin: np.sin,
  cos: np.cos,
  tanh: np.tanh,
  arctan: np.arctan,
  "arcsin bounded": (x) => np.arcsin(bounded(x)),
  "arccos bounded": (x) => np.arccos(bounded(x)),
  "sinh bounded": (x) => np.sinh(bounded(x)),
  "cosh bounded": (x) => np.cosh(bounded(x)),
  "exp2 bounded": (x) => np.exp2(bounded(x)),
  "log1p x^2": (x) => np.log1p(np.square(x)),
  erf: (x) => lax.erf(x),
  sigmoid: (x) => nn.sigmoid(x),
  softplus: (x) => nn.softplus(bounded(x)),
  silu: (x) => nn.silu(x),
  gelu: (x) => nn.gelu(x),
  stopGradient: (x) => lax.stopGradient(x.ref).mul(x),
};

/** Continuous with corners: no rounding in them. */
const cornered: Record<string, Unary> = {
  absolute: np.absolute,
  relu: (x) => nn.relu(x),
  leakyRelu: (x) => nn.leakyRelu(x, 0.25),
  relu6: (x) => nn.relu6(x),
  "clip to [-0.5, 1]": (x) => np.clip(x, -0.5, 1),
  "max(x, 0.1)": (x) => np.maximum(x, 0.1),
  "max(0.1, x)": (x) => np.maximum(0.1, x),
  "min(x, -0.1)": (x) => np.minimum(x, -0.1),
};

/** With jumps: only of numbers that have not been rounded. */
const jumping: Record<string, Unary> = {
  floor: np.floor,
  ceil: np.ceil,
  sign: np.sign,
  round: np.round,
  "x > 0 ? x : 2": (x) => np.where(np.greater(x.ref, 0), x, 2),
  "x <= 0.3 ? -1 : x": (x) => np.where(np.lessEqual(x.ref, 0.3), -1, x),
  "number of x > 0": (x) => np.greater(x, 0).astype(np.float32),
  "remainder of 0.7": (x) => np.remainder(x, 0.7),
  "integer part": (x) => x.mul(3).astype(np.int32).astype(np.float32),
};

const arithmetic: Record<string, Binary> = {
  add: np.add,
  subtract: np.subtract,
  multiply: np.multiply,
  "divide by y^2+": (x, y) => x.div(positive(y)),
  hypot: (x, y) => np.sqrt(np.square(x).add(np.square(y)).add(0.1)),
  logaddexp: (x, y) => np.logaddexp(bounded(x), bounded(y)),
};

const choosing: Record<string, Binary> = {
  maximum: np.maximum,
  minimum: np.minimum,
  "x < y ? x : -y": (x, y) => np.where(np.less(x.ref, y.ref), x, np.negative(y)),
  "x >= y ? 1 : 0.5": (x, y) => np.where(np.greaterEqual(x, y), 1, 0.5),
  "x < y or x > 0 ? y : 0": (x, y) =>
    np.where(np.logicalOr(np.less(x.ref, y.ref), np.greater(x, 0)), y, 0),
  "x != y ? x * y : 0": (x, y) => np.where(np.notEqual(x.ref, y.ref), x.mul(y), 0),
};

const products: Record<string, Binary> = {
  dot: np.dot,
  matmul: np.matmul,
  "matmul with x'": (x, y) => np.matmul(np.matrixTranspose(x), y),
  "matmul with y'": (x, y) => np.matmul(x, np.matrixTranspose(y)),
  inner: np.inner,
  outer: np.outer,
  matvec: np.matvec,
  vecmat: np.vecmat,
  vecdot: (x, y) => np.vecdot(x, y),
  "tensordot 0": (x, y) => np.tensordot(x, y, 0),
  "tensordot 1": (x, y) => np.tensordot(x, y, 1),
  "tensordot last": (x, y) => np.tensordot(x, y, [[-1], [-1]]),
  "tensordot first": (x, y) => np.tensordot(x, y, [[0], [0]]),
  "einsum ij,ij->i": (x, y) => np.einsum("ij,ij->i", x, y),
  "einsum ij,ij->j": (x, y) => np.einsum("ij,ij->j", x, y),
  "einsum ij,j->ij": (x, y) => np.einsum("ij,j->ij", x, y),
  "einsum ij,ik->jk": (x, y) => np.einsum("ij,ik->jk", x, y),
  "einsum ij,kj->ki": (x, y) => np.einsum("ij,kj->ki", x, y),
  "einsum ijk,ij->ik": (x, y) => np.einsum("ijk,ij->ik", x, y),
  "einsum ijk,kl->lji": (x, y) => np.einsum("ijk,kl->lji", x, y),
  "einsum ij,ik->ijk": (x, y) => np.einsum("ij,ik->ijk", x, y),
  "einsum ijk,jk->i": (x, y) => np.einsum("ijk,jk->i", x, y),
};

function unary(table: Record<string, Unary>, { exact = false, needsExact = false } = {}): Maker {
  return (draw, values) => {
    const i = pickValue(draw, values);
    if (needsExact && !values[i]!.exact) return undefined;
    const text = draw.pick(Object.keys(table));
    return {
      text,
      inputs: [i],
      exact: exact && values[i]!.exact,
      apply: ([x]) => table[text]!(x!),
    };
  };
}

function binary(table: Record<string, Binary>, { needsExact = false } = {}): Maker {
  return (draw, values) => {
    const [i, j] = [pickValue(draw, values), pickValue(draw, values)];
    if (needsExact && !(values[i]!.exact && values[j]!.exact)) return undefined;
    const text = draw.pick(Object.keys(table));
    return { text, inputs: [i, j], exact: false, apply: ([x, y]) => table[text]!(x!, y!) };
  };
}

/** Later values more often, so that programs are deep. */
function pickValue(draw: Draw, values: readonly Value[]): number {
  const recent = Math.min(3, values.length);
  return draw.chance(0.6) ? values.length - 1 - draw.integer(recent) : draw.integer(values.length);
}

type AxisStep = (draw: Draw, shape: readonly number[], axis: number) => Step | undefined;
type Step = { text: string; exact?: boolean; apply(x: NDArray, at: At): NDArray };

/** A step along one axis of one value. */
function along(make: AxisStep, { needsExact = false } = {}): Maker {
  return (draw, values) => {
    const i = pickValue(draw, values);
    const { shape, exact } = values[i]!;
    if (shape.length === 0 || (needsExact && !exact)) return undefined;
    const step = make(draw, shape, draw.integer(shape.length));
    if (!step) return undefined;
    const { text, apply } = step;
    const stays = exact && (step.exact ?? true);
    return { text, inputs: [i], exact: stays, apply: ([x], at) => apply(x!, at) };
  };
}

/** A step of one value of which only the shape matters. */
function view(make: (draw: Draw, shape: readonly number[]) => Step | undefined): Maker {
  return (draw, values) => {
    const i = pickValue(draw, values);
    const step = make(draw, values[i]!.shape);
    if (!step) return undefined;
    const { text, apply } = step;
    return { text, inputs: [i], exact: values[i]!.exact, apply: ([x], at) => apply(x!, at) };
  };
}

const reductions: Record<string, (x: NDArray, axis: number[], keepdims: boolean) => NDArray> = {
  sum: (x, axis, keepdims) => np.sum(x, axis, { keepdims }),
  logsumexp: (x, axis, keepdims) => nn.logsumexp(x, axis, { keepdims }),
};

/** Over axes of a known length: the length is part of the program, or rounding adds up. */
const fixedReductions: typeof reductions = {
  prod: (x, axis, keepdims) => np.prod(around1(x), axis, { keepdims }),
  mean: (x, axis, keepdims) => np.mean(x, axis, { keepdims }),
  var: (x, axis, keepdims) => np.var_(x, axis, { keepdims }),
};

const normalizations: Record<string, (x: NDArray, axis: number) => NDArray> = {
  softmax: (x, axis) => nn.softmax(x, axis),
  logSoftmax: (x, axis) => nn.logSoftmax(x, axis),
};

function randomAxes(draw: Draw, rank: number): number[] {
  const axes = [...draw.shuffle(rank)].slice(0, 1 + draw.integer(rank));
  return draw.chance(0.2) ? axes.map((axis) => axis - rank) : axes;
}

/** Their gradients ask which entry it was. */
const choices: typeof reductions = {
  max: (x, axis, keepdims) => np.max(x, axis, { keepdims }),
  min: (x, axis, keepdims) => np.min(x, axis, { keepdims }),
};

function reduce(table: typeof reductions, { needsExact = false, needsLength = false } = {}): Maker {
  return along(
    (draw, shape) => {
      const axes = randomAxes(draw, shape.length);
      if (needsLength && axes.some((axis) => isRows(shape.at(axis)!))) return undefined;
      const name = draw.pick(Object.keys(table));
      const keep = draw.chance(0.3);
      const text = `${name} over [${axes}]${keep ? " kept" : ""}`;
      return { text, exact: needsExact, apply: (x) => table[name]!(x, axes, keep) };
    },
    { needsExact },
  );
}

const normalize: Maker = along((draw, _, axis) => {
  const name = draw.pick(Object.keys(normalizations));
  return {
    text: `${name} over ${axis}`,
    exact: false,
    apply: (x) => normalizations[name]!(x, axis),
  };
});

const cumulate: Maker = along((draw, shape, axis) => {
  if (isRows(shape[axis]!)) return undefined;
  const product = draw.chance(0.3);
  const apply = (x: NDArray) => (product ? np.cumprod(around1(x), axis) : np.cumsum(x, axis));
  return { text: `${product ? "cumprod" : "cumsum"} over ${axis}`, exact: false, apply };
});

const slice: Maker = view((draw, shape) => {
  const ranges = shape.map((extent): [number, number] => {
    if (isRows(extent) || draw.chance(0.5)) return [0, extent];
    const start = draw.integer(extent);
    return [start, start + 1 + draw.integer(extent - start)];
  });
  const apply = (x: NDArray, at: At) =>
    x.slice(...ranges.map(([start, end]): [number, number] => [start, at(end)]));
  return { text: `slice ${JSON.stringify(ranges)}`, apply };
});

const pickIndex: Maker = view((draw, shape) => {
  const index = shape.map((extent) =>
    isRows(extent) || draw.chance(0.5)
      ? ([] as [])
      : draw.integer(extent) - (draw.chance(0.3) ? extent : 0),
  );
  return { text: `index ${JSON.stringify(index)}`, apply: (x) => x.slice(...index) };
});

/** Eager gradients of picked entries are wrong in jax-js 0.1.25 where only a part of them goes on. */
const owned: Unary = (x) => x.mul(2);

const take: Maker = along((draw, shape, axis) => {
  const extent = shape[axis]!;
  if (isRows(extent)) return undefined;
  const indices = Array.from({ length: 1 + draw.integer(5) }, () => draw.integer(extent));
  const apply = (x: NDArray) => owned(np.take(x, np.array(indices, { dtype: np.int32 }), axis));
  return { text: `take [${indices}] of ${axis}`, apply };
});

const takeLargest: Maker = along(
  (_, shape, axis) => {
    if (isRows(shape[axis]!)) return undefined;
    const apply = (x: NDArray) => {
      const index = np.argmax(x.ref, axis, { keepdims: true });
      return owned(np.takeAlongAxis(x, index, axis));
    };
    return { text: `entry at argmax over ${axis}`, apply };
  },
  { needsExact: true },
);

const sort: Maker = along(
  (_, shape, axis) =>
    isRows(shape[axis]!)
      ? undefined
      : { text: `sort over ${axis}`, apply: (x) => owned(np.sort(x, axis)) },
  { needsExact: true },
);

const flip: Maker = along((draw, shape) => {
  const axes = randomAxes(draw, shape.length);
  return { text: `flip [${axes}]`, apply: (x) => np.flip(x, axes) };
});

const roll: Maker = along((draw, shape, axis) => {
  if (isRows(shape[axis]!)) return undefined;
  const shift = draw.integer(7) - 3;
  return { text: `roll ${shift} over ${axis}`, apply: (x) => np.roll(x, shift, axis) };
});

const difference: Maker = along((_, shape, axis) =>
  isRows(shape[axis]!)
    ? undefined
    : { text: `diff over ${axis}`, exact: false, apply: (x) => np.diff(x, 1, axis) },
);

const transpose: Maker = view((draw, shape) => {
  const perm = [...draw.shuffle(shape.length)];
  return { text: `transpose [${perm}]`, apply: (x) => np.transpose(x, perm) };
});

const expandDims: Maker = view((draw, shape) => {
  const axis = draw.integer(shape.length + 1);
  return { text: `expandDims ${axis}`, apply: (x) => np.expandDims(x, axis) };
});

const squeeze: Maker = view((_, shape) => {
  const axes = shape.flatMap((extent, axis) => (extent === 1 ? [axis] : []));
  return axes.length > 0
    ? { text: `squeeze [${axes}]`, apply: (x) => np.squeeze(x, axes) }
    : undefined;
});

/** Merge neighbouring axes, or split one. */
const reshape: Maker = view((draw, shape) => {
  const to = draw.chance(0.5) ? mergeAxes(draw, shape) : splitAxis(draw, shape);
  if (draw.chance(0.3)) to.splice(draw.integer(to.length + 1), 0, 1);
  return { text: `reshape [${to}]`, apply: (x, at) => x.reshape(to.map(at)) };
});

function mergeAxes(draw: Draw, shape: readonly number[]): number[] {
  if (shape.length < 2) return [...shape];
  const axis = draw.integer(shape.length - 1);
  return shape.toSpliced(axis, 2, shape[axis]! * shape[axis + 1]!);
}

function splitAxis(draw: Draw, shape: readonly number[]): number[] {
  const axis = draw.integer(shape.length + 1);
  const extent = shape[axis] ?? 1;
  const factors = [2, 3, 4, 5].filter((factor) => extent % factor === 0);
  if (axis === shape.length || factors.length === 0) return [...shape];
  const factor = draw.pick(factors);
  const pair = [factor, extent / factor];
  return shape.toSpliced(axis, 1, ...(draw.chance(0.5) ? pair : pair.reverse()));
}

const broadcastTo: Maker = view((draw, shape) => {
  const to = shape.map((extent) =>
    extent === 1 && draw.chance(0.7) ? 1 + draw.integer(4) : extent,
  );
  if (draw.chance(0.5)) to.unshift(1 + draw.integer(3));
  return { text: `broadcastTo [${to}]`, apply: (x, at) => np.broadcastTo(x, to.map(at)) };
});

const pad: Maker = view((draw, shape) => {
  const widths = shape.map((extent): [number, number] =>
    isRows(extent) || draw.chance(0.5) ? [0, 0] : [draw.integer(3), draw.integer(3)],
  );
  return { text: `pad ${JSON.stringify(widths)}`, apply: (x) => np.pad(x, widths) };
});

const tile: Maker = view((draw, shape) => {
  const counts = shape.map((extent) => (isRows(extent) ? 1 : 1 + draw.integer(3)));
  return { text: `tile [${counts}]`, apply: (x) => np.tile(x, counts) };
});

const repeat: Maker = along((draw, shape, axis) => {
  if (isRows(shape[axis]!)) return undefined;
  const count = 2 + draw.integer(2);
  return { text: `repeat ${count} over ${axis}`, apply: (x) => np.repeat(x, count, axis) };
});

const triangle: Maker = view((draw, shape) => {
  if (shape.length < 2 || shape.slice(-2).some(isRows)) return undefined;
  const k = draw.integer(3) - 1;
  const [name, cut] = draw.chance(0.5)
    ? (["tril", np.tril] as const)
    : (["triu", np.triu] as const);
  return { text: `${name} ${k}`, apply: (x) => cut(x, k) };
});

const diagonal: Maker = view((_, shape) => {
  if (shape.length < 2 || shape.slice(0, 2).some(isRows)) return undefined;
  return { text: "diagonal", apply: (x) => np.diagonal(x) };
});

/** Parts along an axis, put together again in another order. */
const shuffleParts: Maker = along((draw, shape, axis) => {
  const extent = shape[axis]!;
  if (isRows(extent) || extent < 2) return undefined;
  const cut = 1 + draw.integer(extent - 1);
  const text = `split at ${cut} of ${axis}, halves swapped and the first doubled`;
  const apply = (x: NDArray) => {
    const [head, tail] = np.split(x, [cut], axis) as [NDArray, NDArray];
    return np.concatenate([tail, head.mul(2)], axis);
  };
  return { text, exact: false, apply };
});

/** Pieces of a vector, used apart: their gradients are pads that are added up. */
const unstack: Maker = along((_, shape, axis) => {
  const extent = shape[axis]!;
  if (isRows(extent) || extent < 2) return undefined;
  const apply = (x: NDArray) =>
    np
      .unstack(x, axis)
      .map((part, index) => part.mul(index + 1))
      .reduce((sum, part) => np.sin(sum).add(part));
  return { text: `unstack over ${axis}, combined`, exact: false, apply };
});

/** Parts of equal length that touch, overlap or leave gaps, used together. */
const combineWindows: Maker = along((draw, shape, axis) => {
  const extent = shape[axis]!;
  if (isRows(extent) || extent < 3) return undefined;
  const length = 1 + draw.integer(extent - 1);
  const starts = [0, 0, 0].map(() => draw.integer(extent - length + 1));
  const apply = (x: NDArray, at: At) => {
    const whole = shape.map((each): [number, number] => [0, at(each)]);
    const parts = starts.map((start) =>
      x.ref.slice(...whole.with(axis, [start, start + length])),
    ) as [NDArray, NDArray, NDArray];
    x.dispose();
    const [a, b, c] = parts;
    return a.mul(np.sin(b)).add(c);
  };
  const text = `windows of ${length} from [${starts}] of ${axis}, combined`;
  return { text, exact: false, apply };
});

function joined(name: "concatenate" | "stack"): Maker {
  return (draw, values) => {
    const i = pickValue(draw, values);
    const same = values.flatMap(({ shape }, j) =>
      String(shape) === String(values[i]!.shape) ? [j] : [],
    );
    const inputs = [i, ...Array.from({ length: 1 + draw.integer(2) }, () => draw.pick(same))];
    const { shape } = values[i]!;
    const axis = draw.integer(shape.length + (name === "stack" ? 1 : 0) || 1);
    if (name === "concatenate" && (shape.length === 0 || isRows(shape[axis]!))) return undefined;
    const exact = inputs.every((j) => values[j]!.exact);
    return { text: `${name} over ${axis}`, inputs, exact, apply: (parts) => np[name](parts, axis) };
  };
}

/** Known numbers, equal or not. */
const withConstant: Maker = view((draw, shape) => {
  const extent = shape.at(-1) ?? 1;
  if (isRows(extent)) return undefined;
  const values = Array.from({ length: extent }, () => Math.fround(draw.normal()));
  const [text, make] = draw.pick<[string, () => NDArray]>([
    ["ones", () => np.ones([extent])],
    ["zeros", () => np.zeros([extent])],
    ["arange", () => np.arange(extent).astype(np.float32)],
    [`[${values}]`, () => np.array(values)],
  ]);
  const add = draw.chance(0.5);
  const apply = (x: NDArray) => (add ? x.add(make()) : x.mul(make()));
  return { text: `${add ? "add" : "multiply"} ${text}`, apply };
});

/** A constant for each row. */
const withRows: Maker = view((draw, shape) => {
  const axis = shape.findIndex(isRows);
  if (axis < 0) return undefined;
  const add = draw.chance(0.5);
  const apply = (x: NDArray) => {
    const value = np.full([...x.shape], 1.5);
    return add ? x.add(value) : x.mul(value);
  };
  return { text: `${add ? "add" : "multiply"} full 1.5`, apply };
});

const inexact = (maker: Maker): Maker => {
  return (draw, values) => {
    const made = maker(draw, values);
    return made && { ...made, exact: false };
  };
};

const makers: readonly Maker[] = [
  ...Array<Maker>(4).fill(unary(smooth)),
  unary(cornered, { exact: true }),
  unary(jumping, { needsExact: true }),
  ...Array<Maker>(4).fill(binary(arithmetic)),
  binary(choosing, { needsExact: true }),
  ...Array<Maker>(4).fill(binary(products)),
  reduce(reductions),
  reduce(reductions),
  reduce(fixedReductions, { needsLength: true }),
  reduce(choices, { needsExact: true }),
  normalize,
  cumulate,
  slice,
  pickIndex,
  take,
  takeLargest,
  sort,
  flip,
  roll,
  difference,
  transpose,
  transpose,
  expandDims,
  squeeze,
  reshape,
  reshape,
  broadcastTo,
  pad,
  tile,
  repeat,
  triangle,
  diagonal,
  shuffleParts,
  unstack,
  combineWindows,
  joined("concatenate"),
  joined("stack"),
  inexact(withConstant),
  inexact(withRows),
];
