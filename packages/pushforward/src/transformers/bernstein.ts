import { checkCount, checkPositive } from "../core/check-number.ts";
import { checkOptionNames } from "../core/check-options.ts";
import { defineTransformer, type Transformer } from "../core/transformer.ts";
import { type NDArray, np } from "../engine/index.ts";
import { hostMatrix } from "../numerics/host-matrix.ts";
import { powers } from "../numerics/powers.ts";
import { softclip } from "../numerics/stable.ts";
import { withTangentTails } from "./tangent-tails.ts";

export interface BernsteinOptions {
  /** Degree M of the polynomial; default 16. */
  degree?: number;
  /** It is a polynomial on [-bound, bound], in the units of its input; default 5. */
  bound?: number;
}

/** Slopes lie in (1 / RANGE, RANGE). */
const RANGE = 1e3;

/** Binomial coefficients stay within float32, and differ from their neighbours by what it resolves. */
const LARGEST_DEGREE = 64;

/**
 * An increasing Bernstein polynomial (Sick et al. 2021, arXiv:2004.00464, eq. 5; Ramasinghe et al.
 * 2021, arXiv:2102.03509, eq. 4): with `u = (x + bound) / (2 bound)`,
 * `y = sum_k theta_k C(M, k) u^k (1-u)^(M-k)`, `theta_k` increasing. Beyond [-bound, bound] it goes on
 * along its tangents there.
 *
 * Parameters, M + 1: `c = y(0)`, then M logits v of `theta_k - theta_(k-1) = (2 bound / M) s_k`,
 * `s = exp(v / (1 + |v| / log 1000))`. The slope at x is a mean of the `s_k`, hence in
 * (1e-3, 1e3). Zeros are the identity, up to rounding.
 *
 * The inverse is numeric: about 30 evaluations. Float32 error: 1e-6 of bound, times the largest
 * slope where that exceeds 1, and over the local slope for the inverse.
 *
 * @throws DomainError when the degree is not a whole number from 1 to 64, or the bound is not positive.
 */
export function bernstein(options: BernsteinOptions = {}): Transformer {
  checkOptionNames("bernstein", options, ["degree", "bound"]);
  const { degree = 16, bound = 5 } = options;
  checkCount("bernstein", "degree", degree, 1, LARGEST_DEGREE);
  checkPositive("bernstein", "bound", bound);
  const step = (2 * bound) / degree;

  return defineTransformer({
    kind: "bernstein",
    parameterCount: degree + 1,
    options: { degree, bound },
    cost: { forward: "parallel", inverse: "numeric" },
    interval: [-bound, bound],
    ...withTangentTails({
      bound,
      unpack(theta) {
        const [centre, logits] = np.split(theta, [1], 0) as [NDArray, NDArray];
        const slopes = np.exp(softclip(logits, Math.log(RANGE)));
        const coefficients = np.dot(slopesToCoefficients(degree, step), slopes.ref).add(centre);
        return { slopes, coefficients };
      },
      // By the basis of degree M - 1, which the slope has, and b_(k,M) = u b_(k-1,M-1) + (1-u) b_(k,M-1).
      map({ slopes, coefficients }, x) {
        const u = x.add(bound).div(2 * bound);
        const up = powers(u.ref, degree, "ascending");
        const down = powers(np.subtract(1, u.ref), degree, "descending");
        const basis = up.mul(down).mul(binomials(degree - 1));
        const slope = slopes.mul(basis.ref).sum(0, { keepdims: true });
        const lower = coefficients.mul(basis).sum(0, { keepdims: true });
        return [lower.add(u.mul(step).mul(slope.ref)), slope];
      },
    }),
  });
}

/** `C(n, k)` for k = 0 .. n. */
function binomialsOf(n: number): number[] {
  const row = [1];
  for (let k = 1; k <= n; k++) row.push(((row[k - 1] as number) * (n - k + 1)) / k);
  return row;
}

function binomials(n: number): NDArray {
  const row = binomialsOf(n);
  return hostMatrix(n + 1, 1, (k) => row[k] as number);
}

/** From slopes to `theta_0 .. theta_(M-1)`, their sums, less the polynomial's value at x = 0. */
function slopesToCoefficients(degree: number, step: number): NDArray {
  const atMiddle = binomialsOf(degree).map((value) => value / 2 ** degree);
  const passed = atMiddle.map((_, j) => atMiddle.slice(j + 1).reduce((sum, v) => sum + v, 0));
  return hostMatrix(degree, degree, (k, j) => step * (Number(j < k) - (passed[j] as number)));
}
