import { discard } from "../core/bijector.ts";
import { checkOptionNames } from "../core/check-options.ts";
import { type Dynamics, defineDynamics } from "../core/dynamics.ts";
import { splitKey } from "../core/keys.ts";
import { type NDArray, np, type Tree, tree } from "../engine/index.ts";
import { type Activation, activationNamed } from "./activation.ts";
import { checkWidths, type Dense, heDense } from "./dense.ts";

/** What dynamics of one layer after another take. */
export interface DynamicsOptions {
  /** Widths of the hidden layers; default `[64, 64]`. */
  hidden?: readonly number[] | undefined;
  /** Default `"tanh"`. Take a smooth one: solvers rely on derivatives that `"relu"` does not have. */
  activation?: Activation | undefined;
}

/** A layer that sees the time and the context besides its input. */
interface TimedLayer<L> {
  /** A fresh layer; consumes the key. `conditions` counts the time and the numbers of the context. */
  hidden(key: NDArray, outputs: number, inputs: number, conditions: number): L;
  /** One whose output is zero. */
  last(outputs: number, inputs: number, conditions: number): L;
  /** Consumes its arguments. `condition` is `[1 + c, n]`, or `[1, 1]` where only the time counts, the same for all. */
  apply(layer: L, x: NDArray, condition: NDArray): NDArray;
}

/**
 * Dynamics of layers that all see the time and the context; the last one is linear and zero at the start.
 *
 * @throws DomainError for a width that is not a positive integer or an unknown activation.
 */
export function timedNetwork<L extends Tree>(
  kind: string,
  given: DynamicsOptions,
  layers: TimedLayer<L>,
): Dynamics<L[]> {
  checkOptionNames(kind, given, ["hidden", "activation"]);
  const { hidden = [64, 64], activation = "tanh" } = given;
  checkWidths(kind, hidden);
  const nonlinearity = activationNamed(kind, activation);

  return defineDynamics<L[]>({
    kind,
    options: { hidden, activation },
    init(key, features, context) {
      const widths = [features, ...hidden];
      const keys = splitKey(key, Math.max(hidden.length, 1));
      if (hidden.length === 0) discard(...keys);
      const before = hidden.map((width, depth) =>
        layers.hidden(keys[depth] as NDArray, width, widths[depth] as number, 1 + context),
      );
      return [...before, layers.last(features, widths.at(-1) as number, 1 + context)];
    },
    apply(params, time, z, context) {
      const condition = context ? np.concatenate([perRow(time, context), context], 0) : time;
      const result = params.reduce((h, layer, depth) => {
        const y = layers.apply(layer, h, condition.ref);
        return depth < hidden.length ? nonlinearity(y) : y;
      }, z);
      tree.dispose(condition);
      return result;
    },
  });
}

/** Weights `N(0, 1 / inputs)` of the time and the context, biases 0; the key is consumed. */
export function conditionDense(key: NDArray, outputs: number, inputs: number): Dense {
  const { weight, bias } = heDense(key, outputs, inputs);
  return { weight: weight.mul(Math.SQRT1_2), bias };
}

/** The time as a row for each context, which is not consumed. */
function perRow(time: NDArray, context: NDArray): NDArray {
  return np.broadcastTo(time, [1, context.shape[1] as number]);
}
