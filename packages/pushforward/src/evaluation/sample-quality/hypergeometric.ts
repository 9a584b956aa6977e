import { logGamma } from "../../numerics/log-gamma.ts";

/**
 * `P(J >= j)` where `draws` rows are drawn without replacement from `m` of one kind and `n` of another, and J of
 * them are of the first: `sum_i C(m, i) C(n, draws - i) / C(m + n, draws)`.
 */
export function hypergeometricTail(j: number, draws: number, m: number, n: number): number {
  const all = logChoose(m + n, draws);
  let sum = 0;
  for (let i = Math.max(j, draws - n); i <= Math.min(m, draws); i++) {
    sum += Math.exp(logChoose(m, i) + logChoose(n, draws - i) - all);
  }
  return Math.min(1, sum);
}

function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}
