import { discard } from "../core/bijector.ts";
import { checkOptionNames } from "../core/check-options.ts";
import { splitKey } from "../core/keys.ts";
import type { NDArray } from "../engine/index.ts";
import { type Activation, activationNamed } from "./activation.ts";
import { checkWidths } from "./dense.ts";

/** What networks of one layer after another take. */
export interface FeedForwardOptions {
  /** Widths of the hidden layers, of convolutions their channels; default `[64, 64]`. None: a linear map. */
  hidden?: readonly number[] | undefined;
  /** Default `"relu"`. */
  activation?: Activation | undefined;
}

/** The layers of such a network. */
interface Layers<L> {
  /** A fresh hidden layer, the first at depth 0; consumes the key. */
  hidden(key: NDArray, outputs: number, inputs: number, depth: number): L;
  /** The last one, zero at the start. */
  last(outputs: number, inputs: number): L;
  /** Consumes both. */
  apply(layer: L, x: NDArray): NDArray;
}

/**
 * The parts of a network in which each hidden layer is followed by a nonlinearity, and the last layer is linear.
 *
 * @throws DomainError for a width that is not a positive integer or an unknown activation.
 */
export function feedForward<L>(kind: string, given: FeedForwardOptions, layers: Layers<L>) {
  checkOptionNames(kind, given, ["hidden", "activation"]);
  const { hidden = [64, 64], activation = "relu" } = given;
  checkWidths(kind, hidden);
  const nonlinearity = activationNamed(kind, activation);
  return {
    kind,
    options: { hidden, activation },
    init(key: NDArray, inputs: number, outputs: number): L[] {
      const widths = [inputs, ...hidden];
      const keys = splitKey(key, Math.max(hidden.length, 1));
      if (hidden.length === 0) discard(...keys);
      const before = hidden.map((width, depth) =>
        layers.hidden(keys[depth] as NDArray, width, widths[depth] as number, depth),
      );
      return [...before, layers.last(outputs, widths.at(-1) as number)];
    },
    apply(params: L[], x: NDArray): NDArray {
      return params.reduce((h, layer, depth) => {
        const y = layers.apply(layer, h);
        return depth < hidden.length ? nonlinearity(y) : y;
      }, x);
    },
  };
}
