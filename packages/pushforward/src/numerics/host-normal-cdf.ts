import { regularizedGamma } from "./incomplete-gamma.ts";

/**
 * The standard normal distribution function on the host, `Phi(z) = Q(1/2, z^2 / 2) / 2` for `z <= 0`: full relative
 * precision in the left tail, down to where it underflows. NaN for NaN.
 */
export function hostNormalCdf(z: number): number {
  const tail = regularizedGamma(0.5, 0.5 * z * z).upper / 2;
  return z > 0 ? 1 - tail : tail;
}
