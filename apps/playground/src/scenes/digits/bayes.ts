/** `p(class | image)` by Bayes' rule, from `log p(image | class)` in nats, all classes equally probable at first. */
export function posterior(logLikelihoods: ArrayLike<number>): number[] {
  const values = Array.from(logLikelihoods);
  const top = Math.max(...values);
  const weights = values.map((value) => Math.exp(value - top));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** The place of the largest number. */
export function indexOfLargest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) {
    if ((values[i] as number) > (values[best] as number)) best = i;
  }
  return best;
}

/** What a log-probability in nats costs per pixel, in bits. */
export function bitsPerPixel(logProbability: number, pixels: number): number {
  return -logProbability / (pixels * Math.LN2);
}

/** Number and sign stay on one line. */
const SPACE = "\u00a0";

/** A share as people read it: never 0 % or 100 % unless it is. */
export function perCent(share: number): string {
  if (share === 0 || share === 1) return `${100 * share}${SPACE}%`;
  if (share < 0.01) return `<${SPACE}1${SPACE}%`;
  if (share > 0.99) return `>${SPACE}99${SPACE}%`;
  return `${Math.round(100 * share)}${SPACE}%`;
}
