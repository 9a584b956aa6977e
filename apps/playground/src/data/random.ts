import { randomLcg, randomNormal } from "d3-random";

/** Random numbers, the same for the same seed. */
export interface Random {
  /** Of (0, 1), without its ends: logarithms need that. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** A whole number from 0 to one below. */
  integer(below: number): number;
}

/** @param seed a whole number. */
export function randomOf(seed: number): Random {
  const next = randomLcg(scatter(seed));
  const uniform = () => Math.min(1 - 2 ** -33, next() + 2 ** -33);
  return {
    uniform,
    normal: randomNormal.source(uniform)(0, 1),
    integer: (below) => Math.floor(uniform() * below),
  };
}

/** Neighbouring seeds would start the generator at neighbouring numbers; times the golden ratio they are far apart. */
const scatter = (seed: number) => ((seed + 1) * 0.6180339887498949) % 1;
