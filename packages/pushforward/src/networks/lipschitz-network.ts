import { checkCount } from "../core/check-number.ts";
import { checkOptionNames } from "../core/check-options.ts";
import { type ContractiveNetwork, defineContractiveNetwork } from "../core/contractive-network.ts";
import { DomainError } from "../core/errors.ts";
import { splitKey } from "../core/keys.ts";
import type { HostParameter, HostTree } from "../core/parameters.ts";
import type { Shape } from "../core/shape.ts";
import { type NDArray, np, random } from "../engine/index.ts";
import { checkWidths } from "./dense.ts";
import { initSharpness, lipSwish, sharpness } from "./lip-swish.ts";
import { SMALL } from "./res-net.ts";
import {
  type HostOperator,
  hostScale,
  type LinearOperator,
  settleVector,
  spectrallyScaled,
} from "./spectral-scale.ts";

export interface LipschitzNetworkOptions {
  /** Widths of the hidden layers, of convolutions their channels; default `[64, 64]`. */
  hidden?: readonly number[] | undefined;
  /** What each weight's spectral norm is at most, in (0, 1); default 0.97. */
  coefficient?: number | undefined;
  /** Power iterations of a training step; default 5. */
  iterations?: number | undefined;
}

/** A layer with its singular vector, and the sharpness of the activation after it, [1]; `bias` is [width]. */
export type LipschitzLayer = {
  weight: NDArray;
  bias: NDArray;
  vector: NDArray;
  sharpness?: NDArray;
};

/** `context` is the weight of the context in the first layer, [width, c]. */
export type LipschitzParams = { layers: LipschitzLayer[]; context?: NDArray };

/** Weights within their bounds. */
type Weights = { layers: { weight: NDArray; bias: NDArray; beta?: NDArray }[]; context?: NDArray };

/** Weights, and the slopes of each activation at each row. */
type Jacobian = { weights: NDArray[]; slopes: NDArray[] };

export interface LipschitzTrees {
  params: LipschitzParams;
  weights: Weights;
  jacobian: Jacobian;
}

/** What is linear in a network: dense layers, or convolutions. */
export interface LinearLayers {
  /** The numbers in front of the event's shape that a layer mixes: its features or channels. @throws ShapeError. */
  widthOf(shape: Shape): number;
  /**
   * A fresh weight whose norm is at most `coefficient` for certain, and a start of the power iteration; consumes
   * the keys.
   */
  init(
    keys: readonly [NDArray, NDArray],
    sizes: { outputs: number; inputs: number; isInner: boolean },
    shape: Shape,
    coefficient: number,
  ): { weight: NDArray; vector: NDArray };
  readonly operator: LinearOperator;
  /** The images of `[n, ...]`; consumes. */
  apply(weight: NDArray, x: NDArray): NDArray;
  /** `[width]`, or `[n, width]`, as what is added to the images of the rows; consumes. */
  spread(values: NDArray): NDArray;
  onHost(weight: HostParameter, vector: HostParameter): HostOperator;
  /** Bound of the norm of a weight in double precision, found from its vector or without it. */
  normBound(weight: HostParameter, vector: HostParameter): number;
}

/**
 * A network of LipSwish activations between linear layers, the last one linear, whose weights are held within
 * their bounds.
 *
 * @throws DomainError for widths or iterations that are not positive integers, or a coefficient outside (0, 1).
 */
export function lipschitzNetwork(
  kind: string,
  options: LipschitzNetworkOptions,
  linear: LinearLayers,
): ContractiveNetwork<LipschitzTrees> {
  const settings = lipschitzSettings(kind, options);
  const { hidden, coefficient } = settings;

  /** `g(x)`; where `slopes` are given, those of the activations are added to them. */
  function evaluate({ layers, context }: Weights, x: NDArray, cond?: NDArray, slopes?: NDArray[]) {
    let aside = context && cond ? np.dot(cond, context.transpose()) : undefined;
    return layers.reduce((h, { weight, bias, beta }) => {
      let y = linear.apply(weight, h).add(linear.spread(bias));
      if (aside) y = y.add(linear.spread(aside));
      aside = undefined;
      if (!beta) return y;
      const [value, slope] = lipSwish(y, beta);
      if (slopes) slopes.push(slope);
      else slope.dispose();
      return value;
    }, x);
  }

  return defineContractiveNetwork<LipschitzTrees>({
    kind,
    options: settings,
    lipschitz: coefficient ** (hidden.length + 1),
    init(key, shape, context) {
      const width = linear.widthOf(shape);
      const widths = [width, ...hidden, width];
      const [contextKey, ...keys] = splitKey(key, 2 * hidden.length + 3) as [NDArray, ...NDArray[]];
      const layers = widths.slice(1).map((outputs, depth): LipschitzLayer => {
        const isLast = depth === hidden.length;
        const sizes = { outputs, inputs: widths[depth] as number, isInner: depth > 0 && !isLast };
        const own = keys.slice(2 * depth, 2 * depth + 2) as [NDArray, NDArray];
        const { weight, vector } = linear.init(own, sizes, shape, coefficient);
        const bias = np.zeros([outputs]);
        if (isLast) return { weight: weight.mul(SMALL), bias, vector };
        return { weight, bias, vector, sharpness: initSharpness() };
      });
      if (context > 0) {
        const weight = random.normal(contextKey, [widths[1] as number, context]);
        return { layers, context: weight.mul(Math.sqrt(2 / context)) };
      }
      contextKey.dispose();
      return { layers };
    },
    boundAt(params) {
      return hostLayers(params).reduce((bound, { weight, vector }) => {
        const image = linear.onHost(weight, vector).apply(vector.data);
        const scale = hostScale(image, vector.data, coefficient);
        return bound * scale * linear.normBound(weight, vector);
      }, 1);
    },
    settle(params) {
      for (const { weight, vector } of hostLayers(params)) {
        settleVector(linear.onHost(weight, vector), vector.data);
      }
    },
    constrain({ layers, ...context }) {
      return {
        ...context,
        layers: layers.map(({ weight, bias, vector, sharpness: raw }) => ({
          weight: spectrallyScaled(linear.operator, weight, vector, settings),
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
        const [count, rows] = h.shape as [number, number];
        const flat = linear.apply(weight, h.reshape([count * rows, ...h.shape.slice(2)]));
        const y = flat.reshape([count, rows, ...flat.shape.slice(1)]);
        const slope = slopes[depth];
        return slope ? y.mul(slope) : y;
      }, vectors);
    },
  });
}

/**
 * A fresh weight, `[outputs, inputs]`, whose norm is within its bound for certain, and a start of the power
 * iteration; consumes the keys.
 *
 * With `G = W^T W`, `|W|_2 <= |G^4|_F^(1/8)` (Gram iteration, Delattre et al. 2023, arXiv:2305.16173), and `G^4 v` is
 * where four steps from v lead.
 */
export function boundedWeight(
  [weightKey, vectorKey]: readonly [NDArray, NDArray],
  outputs: number,
  inputs: number,
  coefficient: number,
) {
  const weight = random.normal(weightKey, [outputs, inputs]).mul(Math.sqrt(2 / inputs));
  const start = random.normal(vectorKey, [inputs]);
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

function hostLayers(params: HostTree) {
  return (params as unknown as { layers: Record<"weight" | "vector", HostParameter>[] }).layers;
}

function lipschitzSettings(who: string, options: LipschitzNetworkOptions) {
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
