import { DomainError } from "../core/errors.ts";
import { type NDArray, np } from "../engine/index.ts";
import { gate, softplus } from "../numerics/stable.ts";

/** Activation functions a network can be given by name. */
const activations = {
  relu: (x: NDArray) => np.maximum(x, 0),
  tanh: (x: NDArray) => gate(x.mul(2)).mul(2).sub(1),
  silu: (x: NDArray) => x.ref.mul(gate(x)),
  softplus,
} as const;

export type Activation = keyof typeof activations;

/**
 * The activation function of that name.
 *
 * @throws DomainError when there is none.
 */
export function activationNamed(who: string, name: Activation): (x: NDArray) => NDArray {
  if (Object.hasOwn(activations, name)) return activations[name];
  throw new DomainError(
    `${who}: unknown activation "${name}". Take one of ${Object.keys(activations).join(", ")}.`,
  );
}
