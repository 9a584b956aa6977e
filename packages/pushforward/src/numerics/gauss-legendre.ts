/** Points in (0, 1), ascending, and what their values count in a mean over [0, 1]. */
export interface QuadratureRule {
  readonly nodes: readonly number[];
  readonly weights: readonly number[];
}

/**
 * The Gauss-Legendre rule on [0, 1], in double precision: exact for polynomials up to degree
 * `2 count - 1`.
 *
 * Nodes are the roots of the Legendre polynomial, by Newton's method from Tricomi's approximation
 * (Press et al. 2007, Numerical Recipes, 4.6.1).
 */
export function gaussLegendre(count: number): QuadratureRule {
  const rule = Array.from({ length: count }, (_, i) => {
    let t = -Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    for (let step = 0; step < 10; step++) {
      const [value, slope] = legendre(count, t);
      t -= value / slope;
    }
    const [, slope] = legendre(count, t);
    return { node: (1 + t) / 2, weight: 1 / ((1 - t * t) * slope * slope) };
  });
  return { nodes: rule.map(({ node }) => node), weights: rule.map(({ weight }) => weight) };
}

/** The Legendre polynomial of a degree from 1 on, and its derivative, inside (-1, 1). */
function legendre(degree: number, t: number): [value: number, slope: number] {
  let [before, value] = [1, t];
  for (let n = 2; n <= degree; n++) {
    [before, value] = [value, ((2 * n - 1) * t * value - (n - 1) * before) / n];
  }
  return [value, (degree * (t * value - before)) / (t * t - 1)];
}
