/**
 * A rectangle and the width of the cells that it is cut into.
 * @typedef {{ x: readonly [number, number], y: readonly [number, number], cell: number }} Grid
 */

/**
 * The sum of `f` over the cells' middles times their area: for a smooth density that has faded at the
 * edges, exact to many digits with cells no wider than the deviation of its bumps.
 * @param {Grid} grid @param {(x: number, y: number) => number} f
 */
export function integrate({ x: [left, right], y: [bottom, top], cell }, f) {
  const [columns, rows] = [Math.round((right - left) / cell), Math.round((top - bottom) / cell)];
  const [width, height] = [(right - left) / columns, (top - bottom) / rows];
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      sum += f(left + (column + 0.5) * width, bottom + (row + 0.5) * height);
    }
  }
  return sum * width * height;
}

/**
 * Mass `int p` and entropy `-int p log p` of a density.
 * @param {Grid} grid @param {(x: number, y: number) => number} logDensity
 */
export function massAndEntropy(grid, logDensity) {
  let entropy = 0;
  const mass = integrate(grid, (x, y) => {
    const logP = logDensity(x, y);
    const p = Math.exp(logP);
    if (p > 0) entropy -= p * logP;
    return p;
  });
  const cells = integrate(grid, () => 1) / cellCount(grid);
  return { mass, entropy: entropy * cells };
}

/** @param {Grid} grid */
function cellCount({ x, y, cell }) {
  return Math.round((x[1] - x[0]) / cell) * Math.round((y[1] - y[0]) / cell);
}

/**
 * Nodes and weights of the Gauss-Legendre rule on [-1, 1].
 * @param {number} count
 */
export function gaussLegendre(count) {
  return Array.from({ length: count }, (_, index) => {
    // Tricomi's estimate of the root, then Newton's steps, which from there double the digits.
    let node = Math.cos((Math.PI * (index + 0.75)) / (count + 0.5));
    for (let step = 0; step < 8; step++) {
      const { value, slope } = legendre(count, node);
      node -= value / slope;
    }
    const { slope } = legendre(count, node);
    return { node, weight: 2 / ((1 - node ** 2) * slope ** 2) };
  });
}

/** The Legendre polynomial and its derivative. @param {number} degree @param {number} x */
function legendre(degree, x) {
  let [before, value] = [1, x];
  for (let n = 2; n <= degree; n++) {
    [before, value] = [value, ((2 * n - 1) * x * value - (n - 1) * before) / n];
  }
  return { value, slope: (degree * (x * value - before)) / (x ** 2 - 1) };
}
