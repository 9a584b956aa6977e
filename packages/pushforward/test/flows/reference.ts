/**
 * Log-densities of the coupling flows in double precision, one row at a time, written from the papers'
 * formulas: no arrays, no engine.
 */
import type { ParameterLayout } from "../../src/core/parameters.ts";
import type { Activation } from "../../src/networks/index.ts";
import { knotsOf, splineForward } from "../transformers/spline-reference.ts";

/** A flow of the catalog; `layers` is its number of coupling layers. */
export interface ReferenceFlow {
  readonly name: "nsf" | "realnvp" | "nice";
  readonly features: number;
  readonly layers: number;
  readonly activation: Activation;
  readonly bins: number;
  readonly bound: number;
}

/** Numbers of a parameter by its path, or nothing. */
type Read = (path: string) => number[] | undefined;

const activations = {
  relu: (x: number) => Math.max(x, 0),
  tanh: Math.tanh,
  silu: (x: number) => x / (1 + Math.exp(-x)),
  softplus: (x: number) => Math.log1p(Math.exp(x)),
};

/** The log-density of a row at parameters in the flow's own layout. */
export function referenceLogProb(
  flow: ReferenceFlow,
  layout: ParameterLayout,
  parameters: ArrayLike<number>,
  row: readonly number[],
  context: readonly number[] = [],
): number {
  const slots = new Map(layout.slots.map((slot) => [slot.path, slot]));
  const read: Read = (path) => {
    const slot = slots.get(`bijector.${path}`);
    return slot && Array.from({ length: slot.size }, (_, i) => parameters[slot.offset + i]!);
  };
  let z = [...row];
  let logDet = 0;
  let member = 0;
  const through = ([next, more]: [number[], number]) => {
    z = next;
    logDet += more;
    member++;
  };
  for (let layer = 0; layer < flow.layers; layer++) {
    if (flow.name === "nsf") through(luLinear(z, member, read));
    through(coupling(flow, z, layer, context, (path) => read(`${member}.${path}`)));
    if (flow.name === "realnvp") through(batchNorm(z, member, read));
  }
  if (flow.name === "nsf") through(luLinear(z, member, read));
  if (flow.name === "nice") through(scaling(z, member, read));
  const squares = z.reduce((sum, value) => sum + value * value, 0);
  return -0.5 * squares - 0.5 * z.length * Math.log(2 * Math.PI) + logDet;
}

/** `y = L U x + b`. */
function luLinear(x: readonly number[], member: number, read: Read): [number[], number] {
  const size = x.length;
  const lu = read(`${member}.lu`)!;
  const logDiagonal = read(`${member}.logDiagonal`)!;
  const bias = read(`${member}.bias`)!;
  const upper = x.map((value, row) =>
    x.reduce(
      (sum, other, column) => (column > row ? sum + lu[row * size + column]! * other : sum),
      Math.exp(logDiagonal[row]!) * value,
    ),
  );
  const y = upper.map((value, row) =>
    upper.reduce(
      (sum, other, column) => (column < row ? sum + lu[row * size + column]! * other : sum),
      value + bias[row]!,
    ),
  );
  return [y, logDiagonal.reduce((sum, value) => sum + value, 0)];
}

/** `y = x exp(s) + b`, or without b. */
function scaling(x: readonly number[], member: number, read: Read): [number[], number] {
  const logScale = read(`${member}.logScale`)!;
  const shift = read(`${member}.shift`);
  const y = x.map((value, i) => value * Math.exp(logScale[i]!) + (shift?.[i] ?? 0));
  return [y, logScale.reduce((sum, value) => sum + value, 0)];
}

/** `y = (x - m) / sqrt(v + epsilon)`. */
function batchNorm(x: readonly number[], member: number, read: Read): [number[], number] {
  const mean = read(`${member}.mean`)!;
  const scale = read(`${member}.deviation`)!.map((value) => Math.sqrt(value * value + 1e-5));
  const y = x.map((value, i) => (value - mean[i]!) / scale[i]!);
  return [y, -scale.reduce((sum, value) => sum + Math.log(value), 0)];
}

function coupling(
  flow: ReferenceFlow,
  x: readonly number[],
  layer: number,
  context: readonly number[],
  read: Read,
): [number[], number] {
  const half = Math.floor(x.length / 2);
  const isKept = (i: number) => x.length > 1 && i < half === (layer % 2 === 0);
  const changed = x.flatMap((_, i) => (isKept(i) ? [] : [i]));
  const kept = x.flatMap((_, i) => (isKept(i) ? [i] : []));
  const inputs = [...kept.map((i) => x[i]!), ...context];
  const y = [...x];
  let logDet = 0;
  const send = (indices: readonly number[], theta: readonly number[]) =>
    indices.forEach((index, position) => {
      const own = theta.filter((_, entry) => entry % indices.length === position);
      const [value, logSlope] = transform(flow, own, x[index]!);
      y[index] = value;
      logDet += logSlope;
    });
  if (inputs.length === 0) send(changed, read("theta")!);
  else {
    send(changed, network(flow, inputs, read));
    const theta = read("theta");
    if (theta) send(kept, theta);
  }
  return [y, logDet];
}

/** A multilayer perceptron, or a residual network where the parameters are those of one. */
function network({ activation }: ReferenceFlow, inputs: readonly number[], read: Read): number[] {
  const act = activations[activation];
  const dense = (path: string, x: readonly number[]) => {
    const weight = read(`network.${path}.weight`)!;
    return read(`network.${path}.bias`)!.map((offset, row) =>
      x.reduce((total, value, i) => total + weight[row * x.length + i]! * value, offset),
    );
  };
  const has = (path: string) => read(`network.${path}.bias`) !== undefined;
  if (has("first")) {
    let h = dense("first", inputs);
    for (let block = 0; has(`blocks.${block}.0`); block++) {
      const inner = dense(`blocks.${block}.0`, h.map(act)).map(act);
      h = dense(`blocks.${block}.1`, inner).map((value, i) => value + h[i]!);
    }
    return dense("last", h.map(act));
  }
  let h = [...inputs];
  for (let depth = 0; has(`${depth}`); depth++) {
    const sum = dense(`${depth}`, h);
    h = has(`${depth + 1}`) ? sum.map(act) : sum;
  }
  return h;
}

/** `[y, log dy/dx]` of the scalar map of each model. */
function transform(flow: ReferenceFlow, theta: readonly number[], x: number): [number, number] {
  if (flow.name === "nice") return [x + theta[0]!, 0];
  if (flow.name === "realnvp") {
    const logScale = theta[1]! / (1 + Math.abs(theta[1]!) / 5);
    return [x * Math.exp(logScale) + theta[0]!, logScale];
  }
  const { bins, bound } = flow;
  return splineForward(knotsOf(theta, { bins, bound, minBin: 1e-3 }), x);
}
