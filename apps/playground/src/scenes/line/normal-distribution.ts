const HALF_LOG_TAU = 0.5 * Math.log(2 * Math.PI);

/** Beyond this many deviations a distribution function is 0 or 1 in double precision. */
const FARTHEST = 8.5;

/** The density of the standard normal distribution. */
export const normalDensity = (z: number): number => Math.exp(-0.5 * z * z - HALF_LOG_TAU);

/**
 * The distribution function of the standard normal, `1/2 + p(z) (z + z^3/3 + z^5/15 + ...)` (Marsaglia 2004); absolute
 * error below 2e-15.
 */
export function normalCdf(z: number): number {
  if (z > FARTHEST) return 1;
  if (z < -FARTHEST) return 0;
  let [term, sum] = [z, z];
  for (let odd = 3; Math.abs(term) > 1e-17 * Math.abs(sum); odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return Math.max(0, Math.min(1, 0.5 + normalDensity(z) * sum));
}
