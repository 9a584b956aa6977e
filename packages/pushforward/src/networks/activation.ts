import { DomainError } from "../core/errors.ts";
import { type NDArray, np } from "../engine/index.ts";
import { gate, softplus } from "../numerics/stable.ts";

/** Activation functions a network can be given by name, with their derivatives, which are consumed as values are. */
const activations = {
  relu: {
    value: (x: NDArray) => np.maximum(x, 0),
    slope: (x: NDArray) => np.where(np.greater(x, 0), 1, 0),
  },
  tanh: {
    value: tanh,
    slope: (x: NDArray) => {
      const y = tanh(x);
      return np.subtract(1, y.ref.mul(y));
    },
  },
  silu: {
    value: (x: NDArray) => x.ref.mul(gate(x)),
    slope: (x: NDArray) => {
      const share = gate(x.ref);
      return np.subtract(1, share.ref).mul(x).add(1).mul(share);
    },
  },
  softplus: { value: softplus, slope: gate },
} as const;

function tanh(x: NDArray): NDArray {
  return gate(x.mul(2)).mul(2).sub(1);
}

export type Activation = keyof typeof activations;

/**
 * The activation function of that name.
 *
 * @throws DomainError when there is none.
 */
export function activationNamed(who: string, name: Activation): (x: NDArray) => NDArray {
  checkActivation(who, name);
  return activations[name].value;
}

/**
 * The derivative of the activation function of that name; its own gradient is right, too.
 *
 * @throws DomainError when there is none.
 */
export function slopeNamed(who: string, name: Activation): (x: NDArray) => NDArray {
  checkActivation(who, name);
  return activations[name].slope;
}

function checkActivation(who: string, name: string): void {
  if (Object.hasOwn(activations, name)) return;
  throw new DomainError(
    `${who}: unknown activation "${name}". Take one of ${Object.keys(activations).join(", ")}.`,
  );
}
