import { discard } from "../core/bijector.ts";
import { checkOptionNames } from "../core/check-options.ts";
import { splitKey } from "../core/keys.ts";
import { defineNetwork, type Network } from "../core/network.ts";
import type { NDArray } from "../engine/index.ts";
import { type Activation, activationNamed } from "./activation.ts";
import { applyDense, checkWidths, type Dense, heDense, zeroDense } from "./dense.ts";

export interface MlpOptions {
  /** Widths of the hidden layers; default `[64, 64]`. */
  hidden?: readonly number[] | undefined;
  /** Default `"relu"`. */
  activation?: Activation | undefined;
}

/**
 * A multilayer perceptron, `h <- activation(W h + b)`, the last layer linear and zero at the start.
 *
 * Hidden weights start as `N(0, 2 / inputs)` (He et al. 2015, arXiv:1502.01852).
 *
 * @throws DomainError for a width that is not a positive integer or an unknown activation.
 */
export function mlp(options: MlpOptions = {}): Network<Dense[]> {
  checkOptionNames("mlp", options, ["hidden", "activation"]);
  const { hidden = [64, 64], activation = "relu" } = options;
  checkWidths("mlp", hidden);
  const nonlinearity = activationNamed("mlp", activation);
  return defineNetwork<Dense[]>({
    kind: "mlp",
    options: { hidden, activation },
    init(key, inputs, outputs) {
      const widths = [inputs, ...hidden];
      const keys = splitKey(key, Math.max(hidden.length, 1));
      if (hidden.length === 0) discard(...keys);
      const layers = hidden.map((width, depth) =>
        heDense(keys[depth] as NDArray, width, widths[depth] as number),
      );
      return [...layers, zeroDense(outputs, widths.at(-1) as number)];
    },
    apply(params, x) {
      let h = x;
      params.forEach((layer, depth) => {
        h = applyDense(layer, h);
        if (depth < hidden.length) h = nonlinearity(h);
      });
      return h;
    },
  });
}
