import type { HostRandom } from "../numerics/host-random.ts";

/**
 * Draws centres among the rows, each with probability proportional to its squared distance from the
 * nearest centre before it; fewer than asked for where the rows do not differ more.
 *
 * @param rows - [count, features] row-major.
 * @returns the number of centres and the index of each row's nearest.
 *
 * Arthur, Vassilvitskii (2007), k-means++: the advantages of careful seeding.
 */
export function kMeansPlusPlus(
  rows: Float64Array,
  count: number,
  features: number,
  components: number,
  random: HostRandom,
): { nearest: Uint32Array; centres: number } {
  const nearest = new Uint32Array(count);
  const distances = new Float64Array(count).fill(Infinity);
  let centre = random.integer(count);
  let centres = 0;
  for (; centres < components; centres++) {
    let total = 0;
    for (let row = 0; row < count; row++) {
      let distance = 0;
      for (let column = 0; column < features; column++) {
        distance += (rows[row * features + column] - rows[centre * features + column]) ** 2;
      }
      if (distance < distances[row]) {
        distances[row] = distance;
        nearest[row] = centres;
      }
      total += distances[row];
    }
    if (total === 0) return { nearest, centres: centres + 1 };
    centre = drawRow(distances, total * random.uniform());
  }
  return { nearest, centres };
}

/** The first row at which the running sum of the distances passes `target`. */
function drawRow(distances: Float64Array, target: number): number {
  let sum = 0;
  let last = 0;
  for (let row = 0; row < distances.length; row++) {
    if (distances[row] === 0) continue;
    sum += distances[row];
    last = row;
    if (sum > target) break;
  }
  return last;
}
