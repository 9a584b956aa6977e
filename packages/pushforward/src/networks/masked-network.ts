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
import { degreeColumn, degreeRow, maskOf, masksOf, sees } from "./degrees.ts";
import type { Dense } from "./dense.ts";
import { type GrowingSum, growingSum } from "./growing-sum.ts";

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
 * a dimension of rank r to units of degrees up to r. `degrees.ts` holds the rule.
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
        const factor = hostMatrix(first.degrees.length, 1, (unit) =>
          Math.sqrt(2 / ((first.degrees[unit] as number) + sizes.context)),
        );
        return { hidden, context: weight.mul(factor), output };
      }
      discard(contextKey);
      return { hidden, output };
    },
    apply: (params, sizes, x, context, ranks) =>
      applyWhole(layersFor(sizes), params, sizes, x, context, ranks),
    unfold: (params, sizes, context, order, rows) =>
      unfoldByDegree(layersFor(sizes), params, sizes, context, order, rows),
    masks(sizes, order) {
      const hidden = layersFor(sizes).map(({ degrees }) => degrees);
      return masksOf(kind, hidden, sizes.features, order);
    },
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
    before ? before.degrees.filter((other) => sees(degree, other)).length : degree + context,
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
    const before =
      depth === 0
        ? ranks.ref.add(1).reshape([1, -1])
        : degreeRow((layers[depth - 1] as MaskedLayer).degrees);
    const mask = maskOf(degreeColumn(layer.degrees), before);
    const own = np.dot(weight.mul(mask), input ?? x).add(bias.reshape([-1, 1]));
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
  const mask = maskOf(ranks.reshape([-1, 1]), degreeRow(degrees));
  const masked = weight.reshape([parameters, features, -1]).mul(mask);
  const outputs = np.dot(masked.reshape([parameters * features, -1]), hidden);
  return outputs.add(bias.reshape([-1, 1])).reshape(shape);
}

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

/**
 * Units degree by degree, each as soon as the dimensions that it sees are known.
 *
 * In blocks of degrees, as triangular systems are solved: what a block's units get from all before it is
 * one product at its start, so that within the block only a few rows are joined and multiplied at a time.
 */
function unfoldByDegree(
  layers: readonly MaskedLayer[],
  params: MaskedParams,
  { features, parameters }: AutoregressiveSizes,
  context: NDArray | undefined,
  order: readonly number[],
  rows: number,
): (last: NDArray | undefined) => NDArray {
  const blockSize = Math.ceil(Math.sqrt(features));
  const fromContext = params.context && context && np.dot(params.context, context);
  const sums = layers.map((layer, depth): GrowingSum => {
    const { weight, bias } = params.hidden[depth] as Dense;
    const inOrder = depth === 0 ? takeRows(weight.transpose(), order).transpose() : weight;
    const offset = bias.reshape([-1, 1]);
    const start = depth === 0 && fromContext ? fromContext.add(offset) : offset;
    return growingSum(inOrder, start, layer.degrees, 1, rows);
  });
  const { weight, bias } = params.output;
  const output = growingSum(
    weight && reorderOutputs(weight, parameters, order),
    reorderOutputs(bias.reshape([-1, 1]), parameters, order),
    order.map((_, rank) => rank),
    parameters,
    rows,
  );
  let rank = 0;

  return (last) => {
    (sums[0] ?? output).give(sums[0] ? last : undefined);
    if (!sums[0]) discard(last);
    if (rank % blockSize === 0) {
      for (const sum of [...sums, output]) sum.startBlock(rank, rank + blockSize);
    }
    const hidden = runLayers(layers, (_, depth, fresh) => {
      const sum = sums[depth] as GrowingSum;
      if (depth > 0) sum.give(fresh);
      return sum.at(rank);
    });
    output.give(hidden);
    const theta = output.at(rank) as NDArray;
    rank++;
    if (rank === features) for (const sum of [...sums, output]) sum.dispose();
    return theta.reshape([parameters, 1, rows]);
  };
}

/** Rows `[parameters * d, ...]` of the output layer with the dimensions in their order and first. */
function reorderOutputs(x: NDArray, parameters: number, order: readonly number[]): NDArray {
  const width = x.shape[1] as number;
  const byDimension = x.reshape([parameters, order.length, width]).transpose([1, 0, 2]);
  return takeRows(byDimension, order).reshape([-1, width]);
}
