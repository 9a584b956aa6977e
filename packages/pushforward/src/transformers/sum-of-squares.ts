import { checkCount, checkPositive } from "../core/check-number.ts";
import { checkOptionNames } from "../core/check-options.ts";
import { defineTransformer, type Transformer } from "../core/transformer.ts";
import { type NDArray, np } from "../engine/index.ts";
import { gaussLegendre } from "../numerics/gauss-legendre.ts";
import { hostMatrix } from "../numerics/host-matrix.ts";
import { powers } from "../numerics/powers.ts";
import { softclip } from "../numerics/stable.ts";
import { withTangentTails } from "./tangent-tails.ts";

export interface SumOfSquaresOptions {
  /** Degree r of the polynomials that are squared; default 4, y then has degree 9. */
  degree?: number;
  /** Number k of squares; default 3. */
  polynomials?: number;
  /** It is a polynomial on [-bound, bound], in the units of its input; default 5. */
  bound?: number;
}

/** The smallest slope. */
const FLOOR = 1e-3;

/** Coefficients lie in (-LARGEST, LARGEST). */
const LARGEST = 10;

/** How far the polynomials differ where all parameters are zero: alike, they would stay alike in training. */
const SPREAD = 0.1;

/**
 * The sum-of-squares polynomial flow (Jaini et al. 2019, arXiv:1905.02325, eq. 11):
 * `y = c + integral_0^x s(t) dt`, `s(t) = 1/1000 + 999/1000 · (1/k) sum_p q_p(t / bound)^2`,
 * `q_p(z) = sum_l a_pl z^l`. Beyond [-bound, bound] it goes on along its tangents there: a
 * polynomial would overflow.
 *
 * Parameters, 1 + k (r + 1): `c`, then `u` with `a = a_0 + u / (1 + |u| / 10)`, the coefficients
 * of `z^0 .. z^r` of the first polynomial, of the second, ... The constants
 * `a_0` make the polynomials 1 and slightly different, so zeros are nearly the identity: slopes are
 * within 1 and 1.01. Slopes lie between 1e-3 and `(1 + 10 (r + 1))^2`, about.
 *
 * Forward in closed form: the Gauss-Legendre rule with r + 1 nodes is exact, and a sum of positive terms.
 * The inverse is numeric: about 30 evaluations. Float32 error: 1e-6 of |y - c|, over the slope for
 * the inverse.
 *
 * @throws DomainError when degree or polynomials are not whole numbers from 1 on, or the bound is not
 * positive.
 */
export function sumOfSquares(options: SumOfSquaresOptions = {}): Transformer {
  checkOptionNames("sumOfSquares", options, ["degree", "polynomials", "bound"]);
  const { degree = 4, polynomials = 3, bound = 5 } = options;
  for (const [name, value] of Object.entries({ degree, polynomials })) {
    checkCount("sumOfSquares", name, value);
  }
  checkPositive("sumOfSquares", "bound", bound);
  const count = polynomials * (degree + 1);

  return defineTransformer({
    kind: "sumOfSquares",
    parameterCount: 1 + count,
    options: { degree, polynomials, bound },
    cost: { forward: "parallel", inverse: "numeric" },
    interval: [-bound, bound],
    ...withTangentTails({
      bound,
      unpack(theta) {
        const [shift, raw] = np.split(theta, [1], 0) as [NDArray, NDArray];
        const coefficients = softclip(raw, LARGEST).add(atZero(polynomials, degree));
        return { shift, coefficients: coefficients.reshape([polynomials, degree + 1, -1]) };
      },
      map({ shift, coefficients }, x) {
        const terms = coefficients.mul(powers(x.ref.div(bound), degree + 1, "ascending"));
        const atNodes = np.dot(termsToNodes(polynomials, degree), terms.reshape([count, -1]));
        const slopes = np.dot(squaresToSlopes(polynomials, degree), np.square(atNodes)).add(FLOOR);
        const [mean, slope] = np.split(slopes, 2, 0) as [NDArray, NDArray];
        return [x.mul(mean).add(shift), slope];
      },
    }),
  });
}

/**
 * Coefficients where all parameters are zero: `1 + SPREAD (cos(v) z + sin(v) z^2)` with directions v all
 * around, so that what they differ by cancels to first order in the sum of their squares.
 */
function atZero(polynomials: number, degree: number): NDArray {
  return hostMatrix(polynomials * (degree + 1), 1, (row) => {
    const power = row % (degree + 1);
    if (power === 0) return 1;
    if (power > 2 || polynomials === 1) return 0;
    const direction = (2 * Math.PI * Math.floor(row / (degree + 1))) / polynomials;
    return SPREAD * (power === 1 ? Math.cos(direction) : Math.sin(direction));
  });
}

/** From terms `a_pl z^l` to the values of all polynomials at `t z`, for the nodes t and for t = 1. */
function termsToNodes(polynomials: number, degree: number): NDArray {
  const nodes = [...gaussLegendre(degree + 1).nodes, 1];
  return hostMatrix(polynomials * nodes.length, polynomials * (degree + 1), (row, column) => {
    const sameOne = row % polynomials === Math.floor(column / (degree + 1));
    const node = nodes[Math.floor(row / polynomials)] as number;
    return sameOne ? node ** (column % (degree + 1)) : 0;
  });
}

/** From the squares of those values to the mean slope between 0 and z, and the slope at z, less the floor. */
function squaresToSlopes(polynomials: number, degree: number): NDArray {
  const { weights } = gaussLegendre(degree + 1);
  return hostMatrix(2, polynomials * (degree + 2), (row, column) => {
    const node = Math.floor(column / polynomials);
    const weight = row === 0 ? (weights[node] ?? 0) : Number(node === degree + 1);
    return ((1 - FLOOR) / polynomials) * weight;
  });
}
