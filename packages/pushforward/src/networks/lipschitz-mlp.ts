import { checkCount } from "../core/check-number.ts";
import { checkOptionNames } from "../core/check-options.ts";
import { type ContractiveNetwork, defineContractiveNetwork } from "../core/contractive-network.ts";
import { DomainError } from "../core/errors.ts";
import { splitKey } from "../core/keys.ts";
import type { HostParameter } from "../core/parameters.ts";
import { checkVector } from "../core/shape.ts";
import { type NDArray, np, random } from "../engine/index.ts";
import { spectralNormBound } from "../numerics/spectral-norm.ts";
import { checkWidths, type Dense } from "./dense.ts";
import { initSharpness, lipSwish, sharpness } from "./lip-swish.ts";
import { SMALL } from "./res-net.ts";
import { hostScale, type LinearOperator, spectrallyScaled } from "./spectral-scale.ts";

export interface LipschitzNetworkOptions {
  /** Widths of the hidden layers, of convolutions their channels; default `[64, 64]`. */
  hidden?: readonly number[] | undefined;
  /** What each weight's spectral norm is at most, in (0, 1); default 0.97. */
  coefficient?: number | undefined;
  /** Power iterations of a training step; default 5. */
  iterations?: number | undefined;
}

/** A dense layer with its singular vector `vector` [inputs], and the sharpness of the activation after it, [1]. */
type LipschitzDense = Dense & { vector: NDArray; sharpness?: NDArray };

/** What the norm of a layer on the host depends on. */
type HostDense = { weight: HostParameter; vector: HostParameter };

/** `context` is the weight of the context in the first layer, [outputs, c]. */
export type LipschitzMlpParams = { layers: LipschitzDense[]; context?: NDArray };

/** Weights within their bounds. */
type Weights = { layers: { weight: NDArray; bias: NDArray; beta?: NDArray }[]; context?: NDArray };

/** Weights, and the slopes of each activation at each row, [n, width]. */
type Jacobian = { weights: NDArray[]; slopes: NDArray[] };

type Trees = { params: LipschitzMlpParams; weights: Weights; jacobian: Jacobian };

/**
 * A multilayer perceptron of LipSwish activations that is a contraction, `h <- lipSwish(W~ h + b)`, the last layer
 * linear, each `W~ = W min(1, coefficient / |W|_2)` (Behrmann et al. 2019, arXiv:1811.00995, section 2.1; Chen et al.
 * 2019, arXiv:1906.02735, section 3.4).
 *
 * Its Lipschitz constant is at most `coefficient ^ (hidden layers + 1)`, for those of the activations are below 1. The
 * norms are found by power iteration, whose vectors are state. A context is added in the first layer and is under
 * no constraint. Hidden weights start as `N(0, 2 / inputs)`, within their bounds, the last a hundredth of that.
 *
 * @throws DomainError for widths or iterations that are not positive integers, or a coefficient outside (0, 1).
 */
export function lipschitzMlp(options: LipschitzNetworkOptions = {}): ContractiveNetwork<Trees> {
  const settings = lipschitzSettings("lipschitzMlp", options);
  const { hidden, coefficient } = settings;

  /** `g(x)`; where `slopes` are given, those of the activations are added to them. */
  function evaluate({ layers, context }: Weights, x: NDArray, cond?: NDArray, slopes?: NDArray[]) {
    let aside = context && cond ? np.dot(cond, context.transpose()) : undefined;
    return layers.reduce((h, { weight, bias, beta }) => {
      let y = np.dot(h, weight.transpose()).add(bias);
      if (aside) y = y.add(aside);
      aside = undefined;
      if (!beta) return y;
      const [value, slope] = lipSwish(y, beta);
      if (slopes) slopes.push(slope);
      else slope.dispose();
      return value;
    }, x);
  }

  return defineContractiveNetwork<Trees>({
    kind: "lipschitzMlp",
    options: settings,
    lipschitz: coefficient ** (hidden.length + 1),
    init(key, shape, context) {
      const size = checkVector("lipschitzMlp", shape);
      const widths = [size, ...hidden, size];
      const [contextKey, ...keys] = splitKey(key, 2 * hidden.length + 3) as [NDArray, ...NDArray[]];
      const layers = widths.slice(1).map((width, depth) => {
        const inputs = widths[depth] as number;
        const isLast = depth === hidden.length;
        const fresh = heWeight(keys[2 * depth] as NDArray, width, inputs);
        const start = random.normal(keys[2 * depth + 1] as NDArray, [inputs]);
        const { weight, vector } = bounded(fresh, start, coefficient);
        const bias = np.zeros([width]);
        if (isLast) return { weight: weight.mul(SMALL), bias, vector };
        return { weight, bias, vector, sharpness: initSharpness() };
      });
      const first = widths[1] as number;
      if (context > 0) return { layers, context: heWeight(contextKey, first, context) };
      contextKey.dispose();
      return { layers };
    },
    boundAt(params) {
      const { layers } = params as unknown as { layers: HostDense[] };
      return layers.reduce((bound, { weight, vector }) => {
        const [rows, columns] = weight.shape as [number, number];
        const image = Array.from({ length: rows }, (_, row) =>
          vector.data.reduce((sum, v, column) => sum + v * weight.data[row * columns + column], 0),
        );
        const norm = spectralNormBound(weight.data, rows, columns);
        return bound * norm * hostScale(image, vector.data, coefficient);
      }, 1);
    },
    constrain({ layers, ...context }) {
      return {
        ...context,
        layers: layers.map(({ weight, bias, vector, sharpness: raw }) => ({
          weight: spectrallyScaled(dense, weight, vector, settings),
          bias,
          ...(raw && { beta: sharpness(raw) }),
        })),
      };
    },
    apply: evaluate,
    linearize(given, x, cond) {
      const slopes: NDArray[] = [];
      const weights = given.layers.map(({ weight }) => weight.ref);
      return [evaluate(given, x, cond, slopes), { weights, slopes }];
    },
    push({ weights, slopes }, vectors) {
      return weights.reduce((h, weight, depth) => {
        const y = timesTransposed(h, weight);
        const slope = slopes[depth];
        return slope ? y.mul(slope) : y;
      }, vectors);
    },
  });
}

/** `N(0, 2 / inputs)` (He et al. 2015, arXiv:1502.01852); consumes the key. */
function heWeight(key: NDArray, outputs: number, inputs: number): NDArray {
  return random.normal(key, [outputs, inputs]).mul(Math.sqrt(2 / inputs));
}

/** `W v`, and `W^T u`. */
const dense: LinearOperator = {
  apply: (weight, v) => np.dot(weight, v),
  adjoint: (weight, u) => np.dot(u, weight),
};

/** `[m, n, inputs]` times `W^T` as one product; consumes. */
function timesTransposed(vectors: NDArray, weight: NDArray): NDArray {
  const [count, rows, inputs] = vectors.shape as [number, number, number];
  const product = np.dot(vectors.reshape([count * rows, inputs]), weight.transpose());
  return product.reshape([count, rows, -1]);
}

/**
 * A fresh weight whose norm is within its bound for certain, and a start of the power iteration; consumes.
 *
 * With `G = W^T W`, `|W|_2 <= |G^4|_F^(1/8)` (Gram iteration, Delattre et al. 2023, arXiv:2305.16173), and `G^4 v` is
 * where four steps from v lead.
 */
function bounded(weight: NDArray, start: NDArray, coefficient: number) {
  const gram = np.dot(weight.ref.transpose(), weight.ref);
  const squared = np.dot(gram.ref, gram);
  const power = np.dot(squared.ref, squared);
  const bound = np.exp(np.log(power.ref.mul(power.ref).sum()).div(16));
  const vector = np.dot(power, start);
  const length = np.sqrt(vector.ref.mul(vector.ref).sum());
  return {
    weight: weight.mul(np.minimum(np.reciprocal(bound).mul(coefficient), 1)),
    vector: vector.div(length),
  };
}

/**
 * Options checked and filled in.
 *
 * @throws DomainError.
 */
export function lipschitzSettings(who: string, options: LipschitzNetworkOptions) {
  checkOptionNames(who, options, ["hidden", "coefficient", "iterations"]);
  const { hidden = [64, 64], coefficient = 0.97, iterations = 5 } = options;
  checkWidths(who, hidden);
  checkCount(who, "iterations", iterations);
  if (!(coefficient > 0 && coefficient < 1)) {
    throw new DomainError(
      `${who}: coefficient must lie between 0 and 1, both excluded, got ${coefficient}.`,
    );
  }
  return { hidden, coefficient, iterations };
}
