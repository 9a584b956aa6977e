/** `log Phi(z)` in double precision: the continued fraction of Mills' ratio in the tail, a series elsewhere. */
export function logPhi(z: number): number {
  if (z > 3) return Math.log1p(-Math.exp(logPhi(-z)));
  if (z > -3) return Math.log(0.5 + density(z) * oddSeries(z));
  let fraction = 0;
  for (let k = 150; k >= 1; k--) fraction = k / (-z + fraction);
  return logDensity(z) - Math.log(-z + fraction);
}

/** `(Phi(z) - 1/2) / phi(z) = z + z^3 / 3 + z^5 / 15 + ...` */
function oddSeries(z: number): number {
  let term = z;
  let sum = z;
  for (let k = 3; Math.abs(term) > 1e-18 * Math.abs(sum); k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return sum;
}

export const logDensity = (z: number) => -0.5 * z * z - 0.5 * Math.log(2 * Math.PI);
const density = (z: number) => Math.exp(logDensity(z));
