import { discard } from "../core/bijector.ts";
import { splitKey } from "../core/keys.ts";
import {
  type AutoregressiveNetwork,
  type AutoregressiveSizes,
  defineAutoregressiveNetwork,
} from "../core/network.ts";
import { type NDArray, np, random } from "../engine/index.ts";
import { hostMatrix } from "../numerics/host-matrix.ts";
import { takeRows } from "../numerics/reorder.ts";
import type { Dense } from "./dense.ts";

/**
 * `context` [units, c] is there where a context is taken. A single dimension without one has no units, and
 * its outputs no weights.
 */
export type MaskedParams = {
  hidden: Dense[];
  context?: NDArray;
  output: { weight?: NDArray; bias: NDArray };
};

/** What is done with the numbers that a dense layer gives; in a residual network some are kept and added. */
export interface MaskedLayer {
  /** Degree of each unit, ascending: it sees the dimensions of ranks below. */
  readonly degrees: readonly number[];
  /** Factor on the initial weights. */
  readonly scale: number;
  /** Add the stream of a residual network, which then is the sum. */
  readonly stream: "none" | "start" | "add";
  activate(x: NDArray): NDArray;
}

interface MaskedNetworkParts {
  kind: string;
  options: object;
  /** The hidden layers of a network whose units may have degrees from `lowest` to `highest`. */
  layers(lowest: number, highest: number): readonly MaskedLayer[];
}

/**
 * A network made autoregressive by masks (Germain et al. 2015, arXiv:1502.03509, section 3): unit k of
 * degree m(k) is connected to inputs of ranks below m(k) and to units of degrees up to m(k); the outputs of
 * a dimension of rank r to units of degrees up to r.
 *
 * Degrees run from 1 to d - 1, and from 0 where there is a context, which every unit sees: else it would not
 * reach the first dimension. Units are sorted by degree, so that those of one are neighbours.
 */
export function maskedNetwork(parts: MaskedNetworkParts): AutoregressiveNetwork<MaskedParams> {
  const { kind, options } = parts;

  function layersFor({ features, context }: AutoregressiveSizes): readonly MaskedLayer[] {
    const lowest = context > 0 ? 0 : 1;
    return lowest < features ? parts.layers(lowest, features - 1) : [];
  }

  return defineAutoregressiveNetwork<MaskedParams>({
    kind,
    options,
    init(key, sizes) {
      const layers = layersFor(sizes);
      const keys = splitKey(key, layers.length + 1);
      const hidden = layers.map((layer, depth) =>
        initialDense(keys[depth] as NDArray, layer, layers[depth - 1], sizes),
      );
      const outputs = sizes.parameters * sizes.features;
      const last = layers.at(-1)?.degrees.length;
      const bias = np.zeros([outputs]);
      const output = last ? { weight: np.zeros([outputs, last]), bias } : { bias };
      const contextKey = keys.at(-1) as NDArray;
      if (sizes.context > 0) {
        const first = layers[0] as MaskedLayer;
        const weight = random.normal(contextKey, [first.degrees.length, sizes.context]);
        return { hidden, context: weight.mul(Math.sqrt(2 / sizes.context)), output };
      }
      discard(contextKey);
      return { hidden, output };
    },
    apply: (params, sizes, x, context, ranks) =>
      applyWhole(layersFor(sizes), params, sizes, x, context, ranks),
    unfold: (params, sizes, context, order, rows) =>
      unfoldByDegree(layersFor(sizes), params, sizes, context, order, rows),
  });
}

/** Weights `N(0, 2 / connections)`, for the number of connections that the masks leave. */
function initialDense(
  key: NDArray,
  { degrees, scale }: MaskedLayer,
  before: MaskedLayer | undefined,
  { features, context }: AutoregressiveSizes,
): Dense {
  const connections = degrees.map((degree) =>
    before ? before.degrees.filter((other) => other <= degree).length : degree + context,
  );
  const factor = hostMatrix(
    degrees.length,
    1,
    (unit) => scale * Math.sqrt(2 / Math.max(1, connections[unit] as number)),
  );
  const inputs = before?.degrees.length ?? features;
  const weight = random.normal(key, [degrees.length, inputs]).mul(factor);
  return { weight, bias: np.zeros([degrees.length]) };
}

/** All units at once, by masks. */
function applyWhole(
  layers: readonly MaskedLayer[],
  params: MaskedParams,
  { features, parameters }: AutoregressiveSizes,
  x: NDArray,
  context: NDArray | undefined,
  ranks: NDArray,
): NDArray {
  const rows = x.shape[1] as number;
  const shape = [parameters, features, rows];
  const hidden = runLayers(layers, (layer, depth, input) => {
    const { weight, bias } = params.hidden[depth] as Dense;
    const seen =
      depth === 0
        ? np.greater(column(layer.degrees), ranks.ref.reshape([1, -1]))
        : np.greaterEqual(column(layer.degrees), row((layers[depth - 1] as MaskedLayer).degrees));
    const own = np.dot(weight.mul(seen.astype(np.float32)), input ?? x).add(bias.reshape([-1, 1]));
    return depth === 0 && params.context && context
      ? own.add(np.dot(params.context, context))
      : own;
  });
  const { weight, bias } = params.output;
  if (!hidden || !weight) {
    discard(x, ranks);
    return np.broadcastTo(bias.reshape([parameters, features, 1]), shape);
  }
  const degrees = (layers.at(-1) as MaskedLayer).degrees;
  const seen = np.greaterEqual(ranks.reshape([-1, 1]), row(degrees)).astype(np.float32);
  const masked = weight.reshape([parameters, features, -1]).mul(seen);
  const outputs = np.dot(masked.reshape([parameters * features, -1]), hidden);
  return outputs.add(bias.reshape([-1, 1])).reshape(shape);
}

const column = (degrees: readonly number[]) =>
  hostMatrix(degrees.length, 1, (i) => degrees[i] as number);
const row = (degrees: readonly number[]) =>
  hostMatrix(1, degrees.length, (_, i) => degrees[i] as number);

/**
 * Send numbers through the hidden layers. `dense` gives what a layer's units sum up, or nothing where it has
 * none of them to compute.
 */
function runLayers(
  layers: readonly MaskedLayer[],
  dense: (layer: MaskedLayer, depth: number, input: NDArray | undefined) => NDArray | undefined,
): NDArray | undefined {
  let stream: NDArray | undefined;
  let value: NDArray | undefined;
  for (const [depth, layer] of layers.entries()) {
    let sum = dense(layer, depth, value);
    if (layer.stream === "add" && sum && stream) sum = sum.add(stream);
    if (layer.stream !== "none") stream = sum?.ref;
    value = sum && layer.activate(sum);
  }
  discard(stream);
  return value;
}

/** Units degree by degree, each as soon as the dimensions that it sees are known. */
function unfoldByDegree(
  layers: readonly MaskedLayer[],
  params: MaskedParams,
  { features, parameters }: AutoregressiveSizes,
  context: NDArray | undefined,
  order: readonly number[],
  rows: number,
): (last: NDArray | undefined) => NDArray {
  /** What each layer, and last the output, has been given so far. */
  const memory: (NDArray | undefined)[] = [];
  const remember = (depth: number, more: NDArray | undefined): NDArray | undefined => {
    const known = memory[depth];
    memory[depth] = known && more ? np.concatenate([known, more], 0) : (known ?? more);
    return memory[depth];
  };
  const weights = params.hidden.map(({ weight }, depth) =>
    depth === 0 ? takeRows(weight.transpose(), order).transpose() : weight,
  );
  const output = params.output.weight?.reshape([parameters, features, -1]);
  const bias = params.output.bias.reshape([parameters, features]);
  const fromContext = params.context && context && np.dot(params.context, context);
  let rank = 0;

  /** What the units of degree `rank` of a layer sum up. */
  function dense(layer: MaskedLayer, depth: number, fresh: NDArray | undefined) {
    const input = depth === 0 ? memory[0] : remember(depth, fresh);
    const from = layer.degrees.findIndex((degree) => degree >= rank);
    const until = layer.degrees.filter((degree) => degree <= rank).length;
    if (from < 0 || from >= until) return undefined;
    const units: [number, number] = [from, until];
    const offset = (params.hidden[depth] as Dense).bias.ref.slice(units).reshape([-1, 1]);
    const start = depth === 0 && fromContext ? fromContext.ref.slice(units).add(offset) : offset;
    if (!input) return np.broadcastTo(start, [until - from, rows]);
    const weight = weights[depth].ref.slice(units, [0, input.shape[0] as number]);
    return np.dot(weight, input.ref).add(start);
  }

  return (last) => {
    remember(0, last);
    const fresh = runLayers(layers, dense);
    const hidden = remember(layers.length, layers.length ? fresh : undefined);
    const dimension = order[rank] as number;
    const own = bias.ref.slice([], dimension).reshape([parameters, 1]);
    rank++;
    const result =
      hidden && output
        ? np
            .dot(output.ref.slice([], dimension, [0, hidden.shape[0] as number]), hidden.ref)
            .add(own)
        : np.broadcastTo(own, [parameters, rows]);
    if (rank === features) {
      discard(...memory, ...weights, output, bias, fromContext);
      discard(...params.hidden.map((layer) => layer.bias));
    }
    return result.reshape([parameters, 1, rows]);
  };
}
