import { normalCdf, normalDensity } from "./normal-distribution.ts";

/** A base of the flow, in closed form. */
export interface Base {
  readonly title: string;
  /** In sentences. */
  readonly short: string;
  density(z: number): number;
  cdf(z: number): number;
  /** Where its density is shown: all of its support, or nearly. */
  readonly shown: readonly [number, number];
  /** Of its axis. */
  readonly axis: readonly [number, number];
  readonly highest: number;
}

const unit = { shown: [0, 1], axis: [-0.04, 1.04] } as const;

const within01 = (z: number) => Math.max(0, Math.min(1, z));

/** Of 9 independent events with probability z, at least 5: the distribution function of Beta(5, 5). */
export function betaCdf(z: number): number {
  const p = within01(z);
  const q = 1 - p;
  return p ** 5 * (126 * q ** 4 + 84 * p * q ** 3 + 36 * p ** 2 * q ** 2 + 9 * p ** 3 * q + p ** 4);
}

export const bases = {
  uniform: {
    title: "Uniform(0, 1)",
    short: "the uniform base",
    ...unit,
    density: (z) => (z >= 0 && z <= 1 ? 1 : 0),
    cdf: within01,
    highest: 1,
  },
  beta: {
    title: "Beta(5, 5)",
    short: "the beta base",
    ...unit,
    density: (z) => 630 * (within01(z) * (1 - within01(z))) ** 4,
    cdf: betaCdf,
    highest: 630 / 4 ** 4,
  },
  normal: {
    title: "Normal(0, 1)",
    short: "the normal base",
    shown: [-3.5, 3.5],
    axis: [-3.5, 3.5],
    density: normalDensity,
    cdf: normalCdf,
    highest: normalDensity(0),
  },
} as const satisfies Record<string, Base>;

export type BaseName = keyof typeof bases;

/** Half-width of where quantiles are sought; the normal distribution has 1e-16 beyond. */
const WIDEST = 8.3;

/** The z at which the distribution function is p, by bisection: infinite for 0 and 1 where the support is. */
export function quantile({ cdf, shown }: Base, p: number): number {
  const isUnit = shown[0] === 0;
  if (!(p > 0)) return isUnit ? 0 : Number.NEGATIVE_INFINITY;
  if (!(p < 1)) return isUnit ? 1 : Number.POSITIVE_INFINITY;
  let [low, high] = isUnit ? [0, 1] : [-WIDEST, WIDEST];
  for (let halving = 0; halving < 48; halving++) {
    const middle = (low + high) / 2;
    if (cdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
