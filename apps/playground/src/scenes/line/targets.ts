import type { Random } from "../../data/random.ts";
import { normalCdf, normalDensity } from "./normal-distribution.ts";

/** A distribution on the line of which everything is known. */
export interface LineDistribution {
  density(x: number): number;
  /** The distribution function. */
  cdf(x: number): number;
  draw(random: Random): number;
}

/** N(mean, deviation^2). */
export function bump(mean: number, deviation: number): LineDistribution {
  return {
    density: (x) => normalDensity((x - mean) / deviation) / deviation,
    cdf: (x) => normalCdf((x - mean) / deviation),
    draw: ({ normal }) => mean + deviation * normal(),
  };
}

/** Gumbel's distribution of largest values: steep to the left of its mode, with a long tail to the right. */
export function skewed(mode: number, scale: number): LineDistribution {
  return {
    density(x) {
      const z = (x - mode) / scale;
      return Math.exp(-z - Math.exp(-z)) / scale;
    },
    cdf: (x) => Math.exp(-Math.exp(-(x - mode) / scale)),
    draw: ({ uniform }) => mode - scale * Math.log(-Math.log(uniform())),
  };
}

/** A uniform number of (low, high) plus N(0, blur^2): a plateau with soft edges. */
export function plateau(low: number, high: number, blur: number): LineDistribution {
  const width = high - low;
  /** The integral of the normal distribution function. */
  const ramp = (z: number) => z * normalCdf(z) + normalDensity(z);
  return {
    // Far out the difference rounds to less than 0.
    density: (x) => Math.max(0, normalCdf((x - low) / blur) - normalCdf((x - high) / blur)) / width,
    cdf: (x) => Math.min(1, (blur * (ramp((x - low) / blur) - ramp((x - high) / blur))) / width),
    draw: ({ uniform, normal }) => low + width * uniform() + blur * normal(),
  };
}

/** Each of the parts with its probability; the probabilities add up to 1. */
export function mixed(parts: readonly (readonly [number, LineDistribution])[]): LineDistribution {
  const sum = (of: (part: LineDistribution) => number) =>
    parts.reduce((total, [weight, part]) => total + weight * of(part), 0);
  return {
    density: (x) => sum((part) => part.density(x)),
    cdf: (x) => sum((part) => part.cdf(x)),
    draw(random) {
      let left = random.uniform();
      const chosen = parts.find(([weight]) => {
        left -= weight;
        return left < 0;
      });
      const [, part] = chosen ?? (parts.at(-1) as (typeof parts)[number]);
      return part.draw(random);
    },
  };
}

/** What is learned in the scene; all of them lie between -4 and 4 but for a thousandth or so. */
export const targets = {
  bumps: {
    title: "Two bumps",
    ...mixed([
      [0.55, bump(-1.6, 0.5)],
      [0.45, bump(1.3, 0.8)],
    ]),
  },
  skewed: { title: "Skewed: a long tail", ...skewed(-1.6, 0.75) },
  plateau: {
    title: "A plateau with a spike",
    ...mixed([
      [0.75, plateau(-3, 2.6, 0.12)],
      [0.25, bump(0.9, 0.13)],
    ]),
  },
  peaks: {
    title: "Three narrow peaks",
    ...mixed([
      [0.3, bump(-2.3, 0.2)],
      [0.4, bump(0, 0.16)],
      [0.3, bump(2.1, 0.24)],
    ]),
  },
} as const satisfies Record<string, LineDistribution & { readonly title: string }>;

export type TargetName = keyof typeof targets;

/** Independent draws. */
export function drawNumbers(from: LineDistribution, count: number, random: Random): Float32Array {
  return Float32Array.from({ length: count }, () => from.draw(random));
}

/** Mean log-density of draws, nats. */
export function meanLogDensity({ density }: LineDistribution, draws: Float32Array): number {
  return draws.reduce((sum, x) => sum + Math.log(density(x)) / draws.length, 0);
}
