import { type Bijector, defineBijector, discard } from "../core/bijector.ts";
import { checkCount } from "../core/check-number.ts";
import { checkShape, checkVector, type Shape, sizeOf } from "../core/shape.ts";
import { type NDArray, np, tree } from "../engine/index.ts";
import { growingSum } from "../networks/growing-sum.ts";
import { solveIncreasing } from "../numerics/solve-increasing.ts";
import { gate } from "../numerics/stable.ts";
import {
  type BlockLayer,
  type BlockOutputs,
  type BlockStart,
  type BlockWeights,
  blockWeights,
  runBlocks,
  zeroBlockLayer,
} from "./block-network.ts";

export interface BlockNeuralAutoregressiveOptions {
  shape: Shape;
  condShape?: Shape | null;
  /** Hidden units of each dimension in each layer; default 32. */
  blockSize?: number;
  /** Number of hidden layers; default 2. */
  hiddenLayers?: number;
}

export type BlockNeuralAutoregressiveParams = {
  layers: BlockLayer[];
  /** Weights of the context in the first layer, `[d blockSize, c]`; there where a context is taken. */
  context?: NDArray;
  /** Logits of the network's share of each dimension, `[d]`. */
  gate: NDArray;
};

/** The map ready for use; `keep` [d, 1] is the share of the identity. */
type BlockMap = { layers: BlockWeights[]; keep: NDArray };

/** The smallest share of the identity, and so the smallest slope. */
const FLOOR = 1e-3;

/** The network's share starts at 0.88: less of it learns more slowly. */
const GATE_START = 2;

/** At the start the network is the identity on [-SPREAD, SPREAD]. */
const SPREAD = 3;

/**
 * A block neural autoregressive layer, `y_i = (1 - a_i) x_i + a_i f_i(x_1, ..., x_i; context)`, where f is one
 * network for all dimensions and increases in the last of each; log-det
 * `sum_i log(1 - a_i + a_i df_i/dx_i)` (De Cao et al. 2019, arXiv:1904.04676, section 3).
 *
 * Each dimension has `blockSize` tanh units in each hidden layer. Weights from one dimension's units to each
 * other are positive, `exp(v / (1 + |v| / 5))`, those from earlier dimensions free, those from later ones 0;
 * a unit's row w of them is normalised, `l exp(s / (1 + |s| / 5)) w / |w|`. The context enters the first
 * layer. `df_i/dx_i` is the product of the dimension's blocks, with the slopes of tanh in between (eq. 9).
 *
 * Bounded units alone map onto an interval. The paper's gated residual, here in every layer and with a gate g for
 * each dimension, `1 - a = 1/1000 + 999/1000 sigmoid(-g)`, makes it a bijection of all numbers with slopes
 * from 1/1000 on. It also spares the paper's logarithms of matrix products: they are sums of positive terms in
 * range for all parameters, and what underflows is nothing beside `1 - a`.
 *
 * Parameters: `layers`, the v as `diagonal` [d, a, b], free weights as `below` [d a, d b], s as `logScale` and
 * `bias`, both [d a]; `context` [d blockSize, c]; `gate` [d]. All start at 0, the gates at 2. Dimensions then are
 * independent, and with 32 units the layer is within 0.01 of the identity on [-2, 2]; far out its slope is 0.12.
 *
 * `forward` is parallel, `inverse` numeric: one dimension after the other, 28 evaluations of its own blocks,
 * bracketed by the bounds of f; other units are computed once. Float32 error: 1e-6 of |x| and |y|, over the
 * slope for the inverse; 1.2e-5 per dimension for the log-det, that of the logarithm in jax-js.
 *
 * @throws ShapeError when the event is not a vector; DomainError for sizes that are not positive integers.
 */
export function blockNeuralAutoregressive(
  options: BlockNeuralAutoregressiveOptions,
): Bijector<BlockNeuralAutoregressiveParams> {
  const { shape, condShape = null, blockSize = 32, hiddenLayers = 2 } = options;
  const features = checkVector("blockNeuralAutoregressive", shape);
  checkCount("blockNeuralAutoregressive", "blockSize", blockSize);
  checkCount("blockNeuralAutoregressive", "hiddenLayers", hiddenLayers);
  const context = condShape ? sizeOf(checkShape("blockNeuralAutoregressive", condShape)) : 0;
  const widths = [1, ...new Array<number>(hiddenLayers).fill(blockSize), 1];
  const starts = startsOf(blockSize, hiddenLayers);

  function mapOf(params: BlockNeuralAutoregressiveParams, cond: NDArray | undefined): BlockMap {
    const [first, ...others] = params.layers.map((layer, depth) =>
      blockWeights(layer, starts[depth] as BlockStart),
    ) as [BlockWeights, ...BlockWeights[]];
    const columns = cond?.reshape([-1, context]).transpose();
    const given = params.context && columns && np.dot(params.context, columns);
    const offset = given ? first.offset.add(given) : first.offset;
    const keep = gate(params.gate.neg())
      .mul(1 - FLOOR)
      .add(FLOOR);
    return { layers: [{ ...first, offset }, ...others], keep: keep.reshape([features, 1]) };
  }

  return defineBijector<BlockNeuralAutoregressiveParams>({
    kind: "blockNeuralAutoregressive",
    shape,
    condShape,
    cost: { forward: "parallel", inverse: "numeric" },
    options: { shape, condShape, blockSize, hiddenLayers },
    init(key) {
      discard(key);
      return {
        layers: starts.map((_, depth) => {
          const [inputs, outputs] = widths.slice(depth, depth + 2) as [number, number];
          return zeroBlockLayer(features, outputs, inputs);
        }),
        ...(context > 0 && { context: np.zeros([features * blockSize, context]) }),
        gate: np.full([features], GATE_START),
      };
    },
    forwardAndLogDet(params, x, cond) {
      const { y, slope, hidden } = applyMap(mapOf(params, cond), x.transpose());
      discard(...hidden);
      return [y.transpose(), np.log(slope).sum(0)];
    },
    inverseAndLogDet(params, y, cond) {
      const { x, slope } = invertInOrder(mapOf(params, cond), y.transpose());
      return [x.transpose(), np.log(slope).sum(0).neg()];
    },
  });
}

/**
 * Units that bend at even distances, steep enough to be told apart; their sum is nearly a straight line, and
 * what reads from them nearly the number that they were given.
 */
function startsOf(blockSize: number, hiddenLayers: number): BlockStart[] {
  const steepness = blockSize / (2 * SPREAD);
  const biases = Array.from({ length: blockSize }, (_, unit) => (blockSize - 1 - 2 * unit) / 2);
  const slope = biases.reduce((sum, bias) => sum + steepness * (1 - Math.tanh(bias) ** 2), 0);
  // Equal weights, normalised, are each one over the root of their number.
  const length = Math.sqrt(blockSize) / slope;
  const between = { length: steepness * length, biases };
  return [
    { length: steepness, biases },
    ...new Array<BlockStart>(hiddenLayers - 1).fill(between),
    { length, biases: [0] },
  ];
}

/** `keep x + (1 - keep) f(x)` of columns `[d, n]`, and the derivatives of that; consumes. */
function applyMap({ layers, keep }: BlockMap, x: NDArray): BlockOutputs {
  const { y, slope, hidden } = runBlocks(layers, x.ref);
  const share = np.subtract(1, keep.ref);
  return {
    y: x.mul(keep.ref).add(y.mul(share.ref)),
    slope: slope.mul(share).add(keep),
    hidden,
  };
}

/** The inverse of {@link applyMap}, one dimension after the other, and the derivatives of that; consumes. */
function invertInOrder({ layers, keep }: BlockMap, y: NDArray): { x: NDArray; slope: NDArray } {
  const [features, rows] = y.shape as [number, number];
  const degrees = Array.from({ length: features }, (_, i) => i);
  const blockSize = Math.ceil(Math.sqrt(features));
  const sums = layers.map(({ weight, offset, blocks }) =>
    growingSum(weight, offset, degrees, blocks.shape[1] as number, rows),
  );
  const [found, slopes] = [[], []] as [NDArray[], NDArray[]];
  for (const rank of degrees) {
    if (rank % blockSize === 0) for (const sum of sums) sum.startBlock(rank, rank + blockSize);
    const here: [number, number] = [rank, rank + 1];
    const own = layers.map(({ blocks: all }, depth): BlockWeights => {
      const blocks = all.ref.slice(here);
      const weight = blocks.ref.reshape(blocks.shape.slice(1));
      return { weight, blocks, offset: sums[depth]?.at(rank) as NDArray };
    });
    const map = { layers: own, keep: keep.ref.slice(here) };
    const x = solve(tree.ref(map) as BlockMap, y.ref.slice(here));
    const { y: again, slope, hidden } = applyMap(map, x.ref);
    discard(again);
    for (const [depth, inputs] of [x.ref, ...hidden].entries()) sums[depth]?.give(inputs);
    found.push(x);
    slopes.push(slope);
  }
  for (const sum of sums) sum.dispose();
  discard(y, keep, ...layers.map(({ blocks }) => blocks));
  return { x: np.concatenate(found, 0), slope: np.concatenate(slopes, 0) };
}

/** The root of the map of one dimension: f is within the sum of its last weights from its last offset. */
function solve(map: BlockMap, target: NDArray): NDArray {
  const { weight, offset } = map.layers.at(-1) as BlockWeights;
  const reach = weight.ref.sum();
  const share = np.subtract(1, map.keep.ref);
  const rootFor = (f: NDArray) => target.ref.sub(share.ref.mul(f)).div(map.keep.ref);
  const low = rootFor(offset.ref.add(reach.ref));
  const high = rootFor(offset.ref.sub(reach));
  discard(share);
  return solveIncreasing({
    map: (params: BlockMap, x: NDArray) => {
      const { y, slope, hidden } = applyMap(params, x);
      discard(...hidden);
      return [y, slope] as const;
    },
    params: map,
    target,
    low,
    high,
  });
}
