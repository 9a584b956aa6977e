/**
 * Average precision: the sum over thresholds, the highest first, of the gain in recall times the precision,
 * `sum_k (R_k - R_{k-1}) P_k`. Rows of equal scores are passed together, so their order does not matter.
 *
 * @param {ArrayLike<number>} usual scores @param {ArrayLike<number>} strange scores
 */
export function averagePrecision(usual, strange) {
  const scored = [
    ...Array.from(usual, (score) => ({ score, isStrange: false })),
    ...Array.from(strange, (score) => ({ score, isStrange: true })),
  ].sort((a, b) => b.score - a.score);
  if (strange.length === 0 || scored.some(({ score }) => Number.isNaN(score)))
    throw new RangeError("an average precision needs strange ones, and scores that are numbers");
  let [found, sum] = [0, 0];
  for (let from = 0; from < scored.length; ) {
    let [to, gained] = [from, 0];
    while (to < scored.length && scored[to].score === scored[from].score) {
      if (scored[to++].isStrange) gained++;
    }
    found += gained;
    sum += (gained / strange.length) * (found / to);
    from = to;
  }
  return sum;
}
