/**
 * The standard error of Spearman's correlation of rows that are independent of each other, while the two variables
 * may depend on each other in any way: of the mean of its projection,
 * `u_i v_i + mean_j 1(u_j > u_i) v_j + mean_j 1(v_j > v_i) u_j`, ties counted half (Hajek 1968, Asymptotic
 * normality of simple linear rank statistics under alternatives).
 *
 * @param u `[n]`: ranks divided by n, mean 0. @param v the same of the other variable.
 */
export function spearmanError(u: Float64Array, v: Float64Array): number {
  const n = u.length;
  const [ofU, ofV] = [meansAbove(u, v), meansAbove(v, u)];
  const terms = u.map((value, i) => value * v[i] + ofU[i] + ofV[i]);
  return Math.sqrt(variance(terms) / (n * variance(u) * variance(v)));
}

/** For each row, the sum of `values` over the rows with a larger key, divided by the number of all rows. */
function meansAbove(keys: Float64Array, values: Float64Array): Float64Array {
  const n = keys.length;
  const order = Uint32Array.from(keys.keys()).sort((a, b) => keys[b] - keys[a]);
  const means = new Float64Array(n);
  let above = 0;
  for (let start = 0, end = 0; start < n; start = end) {
    let tied = 0;
    for (end = start; end < n && keys[order[end]] === keys[order[start]]; end++) {
      tied += values[order[end]];
    }
    for (let at = start; at < end; at++) means[order[at]] = (above + tied / 2) / n;
    above += tied;
  }
  return means;
}

function variance(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}
