/** Where the limiting tail is 5 %. */
const FIVE_PERCENT = 1.358099;

/**
 * The limiting distribution of Kolmogorov's statistic, `P(K > x) = 2 sum_k (-1)^(k-1) exp(-2 k^2 x^2)`; below 1 by
 * its dual series, `1 - sqrt(2 pi) / x sum_k exp(-(2k - 1)^2 pi^2 / (8 x^2))`.
 */
export function kolmogorovTail(x: number): number {
  if (x <= 0) return 1;
  const terms = [1, 2, 3, 4, 5];
  if (x < 1) {
    const exponents = terms.map((k) => (((2 * k - 1) * Math.PI) / x) ** 2 / 8);
    const sum = exponents.reduce((total, exponent) => total + Math.exp(-exponent), 0);
    return 1 - (Math.sqrt(2 * Math.PI) / x) * sum;
  }
  return terms.reduce((sum, k) => sum - 2 * (-1) ** k * Math.exp(-2 * (k * x) ** 2), 0);
}

/**
 * What a distance of two samples of `m` and `n` values is multiplied by for {@link kolmogorovTail}, with the
 * correction for few values: `s + 0.12 + 0.11 / s`, `s^2 = m n / (m + n)`.
 *
 * Stephens (1970), Use of the Kolmogorov-Smirnov, Cramer-von Mises and related statistics without extensive tables.
 */
export function stephensFactor(m: number, n: number): number {
  const root = Math.sqrt((m * n) / (m + n));
  return root + 0.12 + 0.11 / root;
}

/** The distance that two samples of the same distribution exceed with probability 5 %. */
export function criticalDistance(m: number, n: number): number {
  return FIVE_PERCENT / stephensFactor(m, n);
}
