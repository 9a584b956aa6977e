/**
 * Area under the ROC curve: the probability that a strange one scores higher than a usual one, ties
 * counting half; from the ranks of all (Mann-Whitney).
 * @param {ArrayLike<number>} usual scores @param {ArrayLike<number>} strange scores
 */
export function auroc(usual, strange) {
  const scored = [
    ...Array.from(usual, (score) => ({ score, isStrange: false })),
    ...Array.from(strange, (score) => ({ score, isStrange: true })),
  ].sort((a, b) => a.score - b.score);
  if (usual.length === 0 || strange.length === 0 || scored.some(({ score }) => Number.isNaN(score)))
    throw new RangeError("an AUROC needs scores of both kinds, all of them numbers");
  let rankSum = 0;
  for (let from = 0; from < scored.length; ) {
    let to = from;
    while (to < scored.length && scored[to].score === scored[from].score) to++;
    const meanRank = (from + 1 + to) / 2;
    for (let i = from; i < to; i++) if (scored[i].isStrange) rankSum += meanRank;
    from = to;
  }
  const least = (strange.length * (strange.length + 1)) / 2;
  return (rankSum - least) / (usual.length * strange.length);
}
