type Vector = readonly number[];

/** The rate of change of a vector at a time. */
export type HostRates = (time: number, z: Vector) => number[];

/** The classical Runge-Kutta method in equal steps, in double precision. */
export function solveOnHost(
  rates: HostRates,
  start: Vector,
  [from, to]: readonly [number, number],
  steps: number,
): number[] {
  const h = (to - from) / steps;
  let z = [...start];
  for (let step = 0; step < steps; step++) {
    const t = from + step * h;
    const along = (k: Vector, by: number) => z.map((value, i) => value + by * k[i]!);
    const k1 = rates(t, z);
    const k2 = rates(t + h / 2, along(k1, h / 2));
    const k3 = rates(t + h / 2, along(k2, h / 2));
    const k4 = rates(t + h, along(k3, h));
    z = z.map((value, i) => value + (h / 6) * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!));
  }
  return z;
}

/** The end of a flow's path and its log-determinant, the trace by differences. */
export function flowOnHost(
  velocity: HostRates,
  start: Vector,
  interval: readonly [number, number],
  steps: number,
): { z: number[]; logDet: number } {
  const difference = 1e-5;
  const rates: HostRates = (time, state) => {
    const z = state.slice(0, -1);
    const slopes = z.map((value, i) => {
      const moved = (by: number) => velocity(time, z.with(i, value + by))[i]!;
      return (moved(difference) - moved(-difference)) / (2 * difference);
    });
    return [...velocity(time, z), slopes.reduce((sum, slope) => sum + slope, 0)];
  };
  const end = solveOnHost(rates, [...start, 0], interval, steps);
  return { z: end.slice(0, -1), logDet: end.at(-1)! };
}
