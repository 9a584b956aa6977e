import { type NDArray, np } from "../engine/index.ts";

/** Of Stirling's series in 1 / x^2, times 1 / x. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360];

/** `log Gamma(x)` of a positive number, on the host, to about 1e-15 of the larger of 1 and itself. */
export function logGamma(x: number): number {
  // The series is exact to double precision from 10 on; below, Gamma(x) = Gamma(x + 1) / x.
  let shift = 0;
  let at = x;
  for (; at < 10; at++) shift += Math.log(at);
  const series = STIRLING.reduceRight((sum, term) => sum / (at * at) + term, 0) / at;
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

/** Of the series of `log Gamma(a + 1/2) - log Gamma(a) - log(a) / 2` in 1 / a^2, times 1 / a, highest first. */
const HALF_STEP = [-31 / 18432, 17 / 14336, -1 / 640, 1 / 192, -1 / 8];

/** Steps up to where the series is exact to float32. */
const STEPS = 3;

/**
 * `log Gamma(a + 1/2) - log Gamma(a) - log(a) / 2` for positive `a`, elementwise: what normalises
 * Student's t. It tends to 0 like `-1 / (8 a)`, where the difference of two log-gammas in float32 would
 * lose all its digits. Error 2e-7 for `a` from 0.05 on, beside that of the engine's logarithm; consumes.
 *
 * Tricomi and Erdelyi (1951), The asymptotic expansion of a ratio of gamma functions.
 */
export function logGammaHalfStep(a: NDArray): NDArray {
  const far = a.ref.add(STEPS);
  const inverse = np.reciprocal(far.ref);
  const square = inverse.ref.mul(inverse.ref);
  const [highest, second, ...others] = HALF_STEP as [number, number, ...number[]];
  const series = others
    .reduce((sum, term) => sum.mul(square.ref).add(term), square.ref.mul(highest).add(second))
    .mul(inverse);
  square.dispose();
  const steps = Array.from({ length: STEPS }, (_, j) => a.ref.add(j).div(a.ref.add(j + 0.5)));
  const product = steps.reduce((all, step) => all.mul(step));
  // sqrt(far / a) belongs to it as well: the series is that of `far`, not of `a`.
  const squared = product.ref.mul(product).mul(far).div(a);
  return np.log(squared).mul(0.5).add(series);
}
