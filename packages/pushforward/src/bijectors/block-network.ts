import { type NDArray, np } from "../engine/index.ts";
import { hostMatrix, identityMatrix } from "../numerics/host-matrix.ts";
import { softclip } from "../numerics/stable.ts";

/**
 * A dense layer between features of b and of a units each, whose weights are blocks: `below` [d a, d b]
 * counts below its diagonal blocks, `diagonal` [d, a, b] holds the logarithms of those, relative to each
 * other; `logScale` and `bias` [d a].
 */
export type BlockLayer = { below: NDArray; diagonal: NDArray; logScale: NDArray; bias: NDArray };

/** What a layer's units are at zero parameters. */
export interface BlockStart {
  /** Length of a unit's row of weights. */
  readonly length: number;
  /** Biases of a feature's units. */
  readonly biases: readonly number[];
}

/**
 * A layer ready for use: `weight` [d a, d b], block lower-triangular; its diagonal blocks again, [d, a, b];
 * `offset` [d a, 1 or n].
 */
export type BlockWeights = { weight: NDArray; blocks: NDArray; offset: NDArray };

/** The output `[d, n]`, its derivatives `dy_i / dx_i`, and what the hidden layers give, `[d a, n]` each. */
export interface BlockOutputs {
  readonly y: NDArray;
  readonly slope: NDArray;
  readonly hidden: readonly NDArray[];
}

/** Logarithms of scales, and those of weights relative to each other, lie in (-LARGEST, LARGEST). */
const LARGEST = 5;

/** All zeros. */
export function zeroBlockLayer(features: number, outputs: number, inputs: number): BlockLayer {
  const rows = features * outputs;
  return {
    below: np.zeros([rows, features * inputs]),
    diagonal: np.zeros([features, outputs, inputs]),
    logScale: np.zeros([rows]),
    bias: np.zeros([rows]),
  };
}

/** A layer's parameters as weights, each row of a length of its own (weight normalisation); consumes. */
export function blockWeights(
  { below, diagonal, logScale, bias }: BlockLayer,
  { length, biases }: BlockStart,
): BlockWeights {
  const [features, outputs, inputs] = diagonal.shape as [number, number, number];
  const rows = features * outputs;
  const positive = np.exp(softclip(diagonal, LARGEST));
  const lower = below.mul(
    hostMatrix(rows, features * inputs, (row, column) =>
      Number(Math.floor(row / outputs) > Math.floor(column / inputs)),
    ),
  );
  const squares = positive.ref.mul(positive.ref).sum(2).reshape([rows, 1]);
  const norm = np.sqrt(squares.add(lower.ref.mul(lower.ref).sum(1, { keepdims: true })));
  const scale = np.exp(softclip(logScale, LARGEST)).mul(length).reshape([rows, 1]).div(norm);
  const blocks = positive.mul(scale.ref.reshape([features, outputs, 1]));
  const spread = blocks.ref
    .reshape([features, outputs, 1, inputs])
    .mul(identityMatrix(features).reshape([features, 1, features, 1]))
    .reshape([rows, features * inputs]);
  const start = hostMatrix(rows, 1, (row) => biases[row % outputs] as number);
  return {
    weight: lower.mul(scale).add(spread),
    blocks,
    offset: bias.reshape([rows, 1]).add(start),
  };
}

/**
 * The network of columns `[d, n]`, with tanh between its layers; consumes.
 *
 * The derivatives are products of the diagonal blocks with the slopes of tanh in between. All is positive and
 * nothing is subtracted, so that what underflows is all that is lost.
 */
export function runBlocks(layers: readonly BlockWeights[], x: NDArray): BlockOutputs {
  const shape = x.shape;
  const hidden: NDArray[] = [];
  let y = x;
  let slope: NDArray | undefined;
  for (const { weight, blocks, offset } of layers) {
    if (slope) {
      y = np.tanh(y);
      hidden.push(y.ref);
      const bend = np.subtract(1, y.ref.mul(y.ref));
      slope = slope.mul(bend.reshape([shape[0] as number, -1, shape[1] as number]));
    }
    y = np.dot(weight, y).add(offset);
    slope = slope ? np.matmul(blocks, slope) : blocks;
  }
  return { y, slope: (slope as NDArray).reshape(shape), hidden };
}
