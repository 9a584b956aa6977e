import { logGamma } from "./log-gamma.ts";

/** The two parts into which a number cuts a gamma distribution; they sum to 1. */
export interface GammaParts {
  /** `P(a, x) = 1/Gamma(a) integral_0^x t^(a-1) exp(-t) dt`. */
  readonly lower: number;
  /** `Q(a, x) = 1 - P(a, x)`, with full relative precision where it is small. */
  readonly upper: number;
}

const EPSILON = 2 ** -53;

/**
 * The regularised incomplete gamma functions of `a > 0` at `x`, on the host: relative error below 1e-11 for `a`
 * up to 1000. `P(d / 2, s / 2)` is the distribution function of chi-square with d degrees of freedom.
 *
 * Below `a + 1` the power series of P, above it the continued fraction of Q (Abramowitz and Stegun 1964, 6.5.29
 * and 6.5.31). NaN for NaN.
 */
export function regularizedGamma(a: number, x: number): GammaParts {
  if (x <= 0) return { lower: 0, upper: 1 };
  if (x === Infinity) return { lower: 1, upper: 0 };
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    const lower = scale * series(a, x);
    return { lower, upper: 1 - lower };
  }
  const upper = scale * fraction(a, x);
  return { lower: 1 - upper, upper };
}

/** `sum_k x^k / (a (a + 1) ... (a + k))`. */
function series(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let k = 1; term > EPSILON * sum; k++) {
    term *= x / (a + k);
    sum += term;
  }
  return sum;
}

/** `1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - 2 (2 - a) / ...))`, from its convergents' ratios. */
function fraction(a: number, x: number): number {
  let denominator = x + 1 - a;
  let numeratorRatio = Infinity;
  let denominatorRatio = 1 / denominator;
  let value = denominatorRatio;
  for (let k = 1, change = 0; Math.abs(change - 1) > EPSILON; k++) {
    const partial = k * (a - k);
    denominator += 2;
    denominatorRatio = 1 / (denominator + partial * denominatorRatio);
    numeratorRatio = denominator + partial / numeratorRatio;
    change = denominatorRatio * numeratorRatio;
    value *= change;
    if (k > 10_000) break;
  }
  return value;
}
