/**
 * A rational-quadratic spline in double precision, written from the formulas of Durkan et al. 2019,
 * section 3.1, independently of the library: bins found by a loop, the inverse by bisection.
 */
export interface SplineOptions {
  readonly bins: number;
  readonly bound: number;
  readonly minBin: number;
}

/** Knots and the slopes there, both ends included. */
export interface Knots {
  readonly x: number[];
  readonly y: number[];
  readonly slopes: number[];
}

const RANGE = 1e3;

/** The knots that the unconstrained parameters of one spline, 3K - 1 numbers, stand for. */
export function knotsOf(theta: readonly number[], { bins, bound, minBin }: SplineOptions): Knots {
  const sizes = theta.slice(0, 2 * bins).map((value) => 1 / (1 + Math.exp(-value)) + 1 / RANGE);
  const limit = Math.log(RANGE);
  const inner = theta.slice(2 * bins).map((value) => Math.exp(limit * Math.tanh(value / limit)));
  const place = (relative: number[]) => {
    const total = relative.reduce((sum, value) => sum + value, 0);
    const edges = [-bound];
    for (const value of relative) {
      const share = minBin + (1 - bins * minBin) * (value / total);
      edges.push((edges[edges.length - 1] as number) + 2 * bound * share);
    }
    edges[bins] = bound;
    return edges;
  };
  return {
    x: place(sizes.slice(0, bins)),
    y: place(sizes.slice(bins)),
    slopes: [1, ...inner, 1],
  };
}

/** `[y, log dy/dx]` at x: equations 4 and 5. */
export function splineForward({ x, y, slopes }: Knots, at: number): [number, number] {
  const last = x.length - 1;
  if (at <= x[0]! || at >= x[last]!) return [at, 0];
  let k = 0;
  while (at >= x[k + 1]!) k++;
  const [width, height] = [x[k + 1]! - x[k]!, y[k + 1]! - y[k]!];
  const s = height / width;
  const [d0, d1] = [slopes[k]!, slopes[k + 1]!];
  const xi = (at - x[k]!) / width;
  const mixed = xi * (1 - xi);
  const denominator = s + (d1 + d0 - 2 * s) * mixed;
  const value = y[k]! + (height * (s * xi ** 2 + d0 * mixed)) / denominator;
  const slope = (s ** 2 * (d1 * xi ** 2 + 2 * s * mixed + d0 * (1 - xi) ** 2)) / denominator ** 2;
  return [value, Math.log(slope)];
}

/** x with `splineForward(x) = y`, by bisection. */
export function splineInverse(knots: Knots, at: number): number {
  let [low, high] = [knots.x[0]!, knots.x[knots.x.length - 1]!];
  if (at <= low || at >= high) return at;
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2;
    if (splineForward(knots, middle)[0] < at) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
