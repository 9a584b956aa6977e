import type { ContractiveNetwork } from "../core/contractive-network.ts";
import { checkVector } from "../core/shape.ts";
import { np } from "../engine/index.ts";
import { spectralNormBound } from "../numerics/spectral-norm.ts";
import {
  boundedWeight,
  type LinearLayers,
  type LipschitzNetworkOptions,
  type LipschitzTrees,
  lipschitzNetwork,
} from "./lipschitz-network.ts";

/**
 * A multilayer perceptron of LipSwish activations that is a contraction, `h <- lipSwish(W~ h + b)`, the last layer
 * linear, each `W~ = W min(1, coefficient / |W|_2)` (Behrmann et al. 2019, arXiv:1811.00995, section 2.1; Chen et al.
 * 2019, arXiv:1906.02735, section 3.4).
 *
 * Its Lipschitz constant is at most `coefficient ^ (hidden layers + 1)`, for those of the activations are below 1. The
 * norms are found by power iteration, whose vectors are state. A context is added in the first layer and is under
 * no constraint. Weights start as `N(0, 2 / inputs)`, within their bounds, those of the last layer as a hundredth of
 * that, so that a fresh layer hardly moves anything and the iteration has something to follow.
 *
 * @throws DomainError for widths or iterations that are not positive integers, or a coefficient outside (0, 1).
 */
export function lipschitzMlp(
  options: LipschitzNetworkOptions = {},
): ContractiveNetwork<LipschitzTrees> {
  return lipschitzNetwork("lipschitzMlp", options, dense);
}

/** Weights [outputs, inputs], vectors [inputs]. */
const dense: LinearLayers = {
  widthOf: (shape) => checkVector("lipschitzMlp", shape),
  init: (keys, { outputs, inputs }, _, coefficient) =>
    boundedWeight(keys, outputs, inputs, coefficient),
  operator: {
    apply: (weight, v) => np.dot(weight, v),
    adjoint: (weight, u) => np.dot(u, weight),
  },
  apply: (weight, x) => np.dot(x, weight.transpose()),
  spread: (values) => values,
  onHost({ data, shape }) {
    const [rows, columns] = shape as [number, number];
    const product = (size: number, v: ArrayLike<number>, at: (i: number, j: number) => number) =>
      Float64Array.from({ length: size }, (_, i) =>
        Array.from(v).reduce((sum, value, j) => sum + value * data[at(i, j)], 0),
      );
    return {
      apply: (v) => product(rows, v, (row, column) => row * columns + column),
      adjoint: (u) => product(columns, u, (column, row) => row * columns + column),
    };
  },
  normBound: ({ data, shape }) => spectralNormBound(data, shape[0], shape[1]),
};
