const NEGLIGIBLE = -50;

/** `log sum exp`, in double precision. @param {ArrayLike<number>} terms */
export function logSumExp(terms) {
  let peak = -Infinity;
  for (let i = 0; i < terms.length; i++) if (terms[i] > peak) peak = terms[i];
  if (peak === -Infinity) return peak;
  let sum = 0;
  for (let i = 0; i < terms.length; i++) {
    // Most of many terms add nothing that a double would keep, and exp takes time.
    if (terms[i] - peak > NEGLIGIBLE) sum += Math.exp(terms[i] - peak);
  }
  return peak + Math.log(sum);
}

/** @param {number} x @param {number} mean @param {number} deviation */
export function logNormal(x, mean, deviation) {
  return -0.5 * ((x - mean) / deviation) ** 2 - Math.log(deviation) - 0.5 * Math.log(2 * Math.PI);
}
