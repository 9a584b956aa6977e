/**
 * The quantile function of what stands in for a missing cell: it comes from a density q of its own, even between
 * neighbouring knots, each interval as likely as any other. With q taken off again,
 * `log p(observed, mask) >= E_q[log p(observed, x, mask) - log q(x)]` (Jensen), and equal where the flow has learnt
 * that x follows q whenever the mask says that the cell is missing.
 */
export function standInQuantile(knots: readonly number[], share: number): number {
  const at = share * (knots.length - 1);
  const interval = Math.min(Math.floor(at), knots.length - 2);
  const [low, high] = [knots[interval] as number, knots[interval + 1] as number];
  return low + (at - interval) * (high - low);
}

/** `log q` of a stand-in; on a grid, of the cell that it stands for. */
export function standInLogDensity(
  knots: readonly number[],
  value: number,
  step: number | undefined,
): number {
  const [low, high] = step === undefined ? [value, value] : [value - step / 2, value + step / 2];
  let mass = 0;
  const densities: number[] = [];
  for (let i = 0; i + 1 < knots.length; i++) {
    const [from, to] = [knots[i] as number, knots[i + 1] as number];
    const each = 1 / ((knots.length - 1) * (to - from));
    mass += each * Math.max(0, Math.min(high, to) - Math.max(low, from));
    if (value >= from && value <= to) densities.push(each);
  }
  // On a knot it is between those of its neighbours.
  const density = densities.reduce((sum, each) => sum + each / densities.length, 0);
  return Math.log(step === undefined ? density : mass / step);
}
