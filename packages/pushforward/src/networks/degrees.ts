import { DomainError } from "../core/errors.ts";
import type { NetworkMasks } from "../core/network.ts";
import { type NDArray, np } from "../engine/index.ts";
import { hostMatrix } from "../numerics/host-matrix.ts";
import { hostRandom } from "../numerics/host-random.ts";
import { inverseOrder } from "../numerics/reorder.ts";

/** How the degrees of hidden units are chosen. */
export type Degrees = "sequential" | "random";

/**
 * The rule of all masks: a unit sees the units of the layer before whose degrees are up to its own (Germain et al.
 * 2015, arXiv:1502.03509, sections 3 and 4). A dimension of rank r, counted from 0, comes in with degree r + 1
 * and goes out with degree r, so that no way leads from it to its own output.
 */
export function sees(degree: number, before: number): boolean {
  return before <= degree;
}

/** {@link sees} of arrays, as a matrix of ones and zeros: `[n, 1]`, `[1, m] -> [n, m]`; consumes. */
export function maskOf(degrees: NDArray, before: NDArray): NDArray {
  return np.greaterEqual(degrees, before).astype(np.float32);
}

/** Degrees of units as a column, `[n, 1]`. */
export const degreeColumn = (degrees: readonly number[]): NDArray =>
  hostMatrix(degrees.length, 1, (unit) => degrees[unit] as number);

/** Degrees of units as a row, `[1, n]`. */
export const degreeRow = (degrees: readonly number[]): NDArray =>
  hostMatrix(1, degrees.length, (_, unit) => degrees[unit] as number);

/**
 * The masks of hidden layers of these degrees, between the dimensions as they come in and as they go out.
 *
 * @throws DomainError when the order is not a permutation of the dimensions.
 */
export function masksOf(
  who: string,
  hidden: readonly (readonly number[])[],
  features: number,
  order: readonly number[],
): NetworkMasks {
  const ranks = inverseOrder(order);
  if (order.length !== features || ranks.length !== features || ranks.includes(-1)) {
    throw new DomainError(
      `${who}: masks take an order of the dimensions 0 .. ${features - 1}, got [${order.join(", ")}].`,
    );
  }
  const degrees = [ranks.map((rank) => rank + 1), ...hidden, ranks];
  const connections = degrees
    .slice(1)
    .map((layer, index) =>
      layer.map((degree) => (degrees[index] as number[]).map((before) => sees(degree, before))),
    );
  return { degrees, connections };
}

/** `width` degrees from `lowest` to `highest`, ascending, each as often as the others if it can be. */
export function sequentialDegrees(width: number, lowest: number, highest: number): number[] {
  const count = highest - lowest + 1;
  return Array.from({ length: width }, (_, unit) => lowest + Math.floor((unit * count) / width));
}

/**
 * Degrees of consecutive layers drawn at random, ascending in each, none below the lowest of the layer
 * before, whose units would else feed nothing (Germain et al. 2015, arXiv:1502.03509, section 4).
 */
export function randomDegrees(
  widths: readonly number[],
  lowest: number,
  highest: number,
  seed: number,
): number[][] {
  const source = hostRandom(seed);
  let least = lowest;
  return widths.map((width) => {
    const draw = () => least + source.integer(highest - least + 1);
    const degrees = Array.from({ length: width }, draw).sort((a, b) => a - b);
    least = degrees[0] as number;
    return degrees;
  });
}

/** @throws DomainError for degrees that are neither. */
export function checkDegrees(who: string, degrees: Degrees): void {
  if (degrees === "sequential" || degrees === "random") return;
  throw new DomainError(`${who}: degrees must be "sequential" or "random", got "${degrees}".`);
}
