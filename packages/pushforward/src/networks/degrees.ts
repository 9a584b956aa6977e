import { DomainError } from "../core/errors.ts";
import { hostRandom } from "../numerics/host-random.ts";

/** How the degrees of hidden units are chosen. */
export type Degrees = "sequential" | "random";

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
