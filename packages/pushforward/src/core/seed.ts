import { type NDArray, np } from "../engine/index.ts";
import { DomainError } from "./errors.ts";

/**
 * Check a seed given by a user: any safe integer, negative ones included.
 *
 * @throws DomainError.
 */
export function checkSeed(who: string, seed: number): void {
  if (Number.isSafeInteger(seed)) return;
  throw new DomainError(
    `${who}: seed must be an integer between -2^53 and 2^53, got ${String(seed)}.`,
  );
}

/**
 * The random key of a seed: its two's complement as the words `[high, low]`, so that all seeds
 * differ. From 0 to 2^32 - 1 this is `random.key(seed)`, which keeps the low word alone.
 */
export function keyOf(seed: number): NDArray {
  return np.array(Uint32Array.of(Math.floor(seed / 2 ** 32), seed));
}
