import { discard } from "../core/bijector.ts";
import { DomainError } from "../core/errors.ts";
import { splitKey } from "../core/keys.ts";
import { defineNetwork, type Network } from "../core/network.ts";
import { type NDArray, np, random } from "../engine/index.ts";
import { gate } from "../numerics/stable.ts";

/** Activation functions a network can be given by name. */
const activations = {
  relu: (x: NDArray) => np.maximum(x, 0),
  tanh: (x: NDArray) => gate(x.mul(2)).mul(2).sub(1),
  silu: (x: NDArray) => x.ref.mul(gate(x)),
} as const;

export type Activation = keyof typeof activations;

export interface MlpOptions {
  /** Widths of the hidden layers; default `[64, 64]`. */
  hidden?: readonly number[] | undefined;
  /** Default `"relu"`. */
  activation?: Activation | undefined;
}

type Dense = { weight: NDArray; bias: NDArray };

/**
 * A multilayer perceptron, `h <- activation(W h + b)`, the last layer linear and zero at the start.
 *
 * Hidden weights start as `N(0, 2 / inputs)` (He et al. 2015, arXiv:1502.01852).
 *
 * @throws DomainError for a width that is not a positive integer or an unknown activation.
 */
export function mlp(options: MlpOptions = {}): Network<Dense[]> {
  const { hidden = [64, 64], activation = "relu" } = options;
  if (hidden.some((width) => !Number.isInteger(width) || width < 1)) {
    throw new DomainError(
      `mlp: hidden widths must be positive integers, got ${JSON.stringify(hidden)}.`,
    );
  }
  const nonlinearity = activations[activation];
  if (!nonlinearity) {
    throw new DomainError(
      `mlp: unknown activation "${activation}". Take one of ${Object.keys(activations).join(", ")}.`,
    );
  }
  return defineNetwork<Dense[]>({
    kind: "mlp",
    options: { hidden, activation },
    init(key, inputs, outputs) {
      const widths = [inputs, ...hidden];
      const keys = splitKey(key, Math.max(hidden.length, 1));
      if (hidden.length === 0) discard(...keys);
      const layers = hidden.map((width, depth) => {
        const fanIn = widths[depth] as number;
        const weight = random.normal(keys[depth] as NDArray, [width, fanIn]);
        return { weight: weight.mul(Math.sqrt(2 / fanIn)), bias: np.zeros([width]) };
      });
      const last = widths.at(-1) as number;
      return [...layers, { weight: np.zeros([outputs, last]), bias: np.zeros([outputs]) }];
    },
    apply(params, x) {
      let h = x;
      params.forEach(({ weight, bias }, depth) => {
        h = np.dot(weight, h).add(bias.reshape([-1, 1]));
        if (depth < hidden.length) h = nonlinearity(h);
      });
      return h;
    },
  });
}
