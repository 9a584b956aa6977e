import { DomainError } from "../core/errors.ts";
import { type NDArray, np, random } from "../engine/index.ts";

/** Parameters of a dense layer: `weight` [outputs, inputs], `bias` [outputs]. */
export type Dense = { weight: NDArray; bias: NDArray };

/** Weights `N(0, 2 / inputs)` (He et al. 2015, arXiv:1502.01852), biases 0; the key is consumed. */
export function heDense(key: NDArray, outputs: number, inputs: number): Dense {
  const weight = random.normal(key, [outputs, inputs]).mul(Math.sqrt(2 / inputs));
  return { weight, bias: np.zeros([outputs]) };
}

/** All zeros: the last layer of a conditioner. */
export function zeroDense(outputs: number, inputs: number): Dense {
  return { weight: np.zeros([outputs, inputs]), bias: np.zeros([outputs]) };
}

/** `W x + b` of columns; consumes. */
export function applyDense({ weight, bias }: Dense, x: NDArray): NDArray {
  return np.dot(weight, x).add(bias.reshape([-1, 1]));
}

/**
 * Check the widths of layers that a user gave.
 *
 * @throws DomainError for one that is not a positive integer.
 */
export function checkWidths(who: string, widths: readonly number[]): void {
  if (Array.isArray(widths) && widths.every((width) => Number.isInteger(width) && width >= 1))
    return;
  throw new DomainError(
    `${who}: hidden widths must be positive integers, got ${JSON.stringify(widths)}.`,
  );
}
