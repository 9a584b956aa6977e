import { type Bijector, defineBijector, discard } from "../core/bijector.ts";
import { checkCount } from "../core/check-number.ts";
import { DomainError } from "../core/errors.ts";
import { splitKey } from "../core/keys.ts";
import { checkVector, type Shape } from "../core/shape.ts";
import { type NDArray, np, random } from "../engine/index.ts";
import { identityMatrix } from "../numerics/host-matrix.ts";
import { householderProduct } from "../numerics/householder.ts";
import { orthonormalColumns } from "../numerics/orthonormal.ts";
import { type Gain, gainOf, logSlopeAt, solveTanhResidual } from "../numerics/tanh-residual.ts";
import { strictTriangle, triangularMatrix } from "../numerics/triangular-matrix.ts";

export interface SylvesterOptions {
  shape: Shape;
  /** Where the orthonormal columns Q come from; default `"householder"`. */
  variant?: "orthogonal" | "householder" | "triangular";
  /** Number of hidden units M, from 1 to d; default `min(d, 8)`, and for `"triangular"` always d. */
  units?: number;
}

export type SylvesterParams = {
  frame?: NDArray;
  inner: NDArray;
  outer: NDArray;
  logScale: NDArray;
  gain: NDArray;
  bias: NDArray;
};

/** The hidden layer, ready for use: `[M, M]` triangular matrices, and columns `[M, 1]`. */
interface Hidden extends Gain {
  readonly inner: NDArray;
  readonly outer: NDArray;
  readonly bias: NDArray;
}

/**
 * A Sylvester layer, `y = x + Q R tanh(R~ Q^T x + b)`: a planar layer with M hidden units, Q of M
 * orthonormal columns, R and R~ upper triangular; log-det `sum_i log(1 + r_ii r~_ii tanh'_i)`
 * (van den Berg et al. 2018, arXiv:1803.05649).
 *
 * `variant` says what Q is. `"householder"` (H-SNF): the first M columns of M reflections, orthonormal
 * within 2e-6. `"orthogonal"` (O-SNF): those nearest to a free matrix, by 14 steps of an iteration: within
 * 2e-6, as long as that matrix' condition number is below 1e5.
 * `"triangular"` (T-SNF): the identity; put a `reverse` between such layers, as the paper does.
 *
 * It is invertible for `r_ii r~_ii > -1` (theorem 2): here `r~_ii = exp(logScale_i)`, without loss of
 * generality positive, and `r_ii r~_ii = 2g / (2 + sqrt(g^2 + 4) - g)` with `g = gain_i`. Starts as the
 * identity, R = 0, with random Q and `b ~ N(0, I)`.
 *
 * Parameters: `frame` [M, d] (the vectors of the reflections) or [d, M] (the free matrix), absent for
 * `"triangular"`; `inner` and `outer` [M, M], R~ and R strictly above the diagonal; `logScale`, `gain` and
 * `bias` [M]. `forward` is parallel, `inverse` numeric: `R~ Q^T x + b` is found unit by unit from the
 * last, each the bracketed root of one scalar equation, which makes M searches one after the other; keep M
 * modest. Float32 round-trip error grows with the condition number of the Jacobian: within 2e-5 for
 * parameters of size 0.5.
 *
 * @throws ShapeError when the event is not a vector; DomainError for an unknown variant or a number of
 * units it cannot have.
 */
export function sylvester(options: SylvesterOptions): Bijector<SylvesterParams> {
  const { shape, variant = "householder" } = options;
  const size = checkVector("sylvester", shape);
  const units = checkUnits(variant, options.units, size);

  /** `[d, M]`; none: the identity. */
  function frameOf({ frame }: SylvesterParams): NDArray | undefined {
    if (!frame) return undefined;
    return variant === "householder" ? householderProduct(frame, units) : orthonormalColumns(frame);
  }

  function initFrame(key: NDArray): { frame?: NDArray } {
    if (variant === "triangular") {
      discard(key);
      return {};
    }
    const vectors = random.normal(key, [units, size]);
    return { frame: variant === "householder" ? vectors : householderProduct(vectors, units) };
  }

  return defineBijector<SylvesterParams>({
    kind: "sylvester",
    shape,
    cost: { forward: "parallel", inverse: "numeric" },
    options: { shape, variant, units },
    init(key) {
      const [frameKey, biasKey] = splitKey(key, 2) as [NDArray, NDArray];
      return {
        ...initFrame(frameKey),
        inner: np.zeros([units, units]),
        outer: np.zeros([units, units]),
        logScale: np.zeros([units]),
        gain: np.zeros([units]),
        bias: random.normal(biasKey, [units]),
      };
    },
    forwardAndLogDet(params, x) {
      const frame = frameOf(params);
      const { inner, outer, bias, gain, slope } = hiddenOf(params);
      discard(gain);
      const columns = x.transpose();
      const tanh = np.tanh(np.dot(inner, project(frame, columns.ref)).add(bias));
      const logDet = logSlopeAt(tanh.ref, slope).sum(0);
      return [columns.add(embed(frame, np.dot(outer, tanh))).transpose(), logDet];
    },
    inverseAndLogDet(params, y) {
      const frame = frameOf(params);
      const hidden = hiddenOf(params);
      const [outer, slope] = [hidden.outer.ref, hidden.slope.ref];
      const columns = y.transpose();
      const tanh = solveUnits(hidden, project(frame, columns.ref));
      const logDet = logSlopeAt(tanh.ref, slope).sum(0).neg();
      return [columns.sub(embed(frame, np.dot(outer, tanh))).transpose(), logDet];
    },
  });
}

function checkUnits(variant: string, units: number | undefined, size: number): number {
  if (!["orthogonal", "householder", "triangular"].includes(variant)) {
    throw new DomainError(
      `sylvester: variant must be "orthogonal", "householder" or "triangular", got "${variant}".`,
    );
  }
  const isTriangular = variant === "triangular";
  const count = units ?? (isTriangular ? size : Math.min(size, 8));
  if (isTriangular && count !== size) {
    throw new DomainError(
      `sylvester: the triangular variant has as many units as dimensions, ${size}; got ${count}. Leave units ` +
        "out, or take another variant.",
    );
  }
  checkCount("sylvester", "units", count, 1, size);
  return count;
}

/** `Q^T x`; does not consume the frame. */
function project(frame: NDArray | undefined, x: NDArray): NDArray {
  return frame ? np.dot(frame.ref.transpose(), x) : x;
}

/** `Q v`. */
function embed(frame: NDArray | undefined, v: NDArray): NDArray {
  return frame ? np.dot(frame, v) : v;
}

function hiddenOf({ inner, outer, logScale, gain: raw, bias }: SylvesterParams): Hidden {
  const units = logScale.size;
  const { gain, slope } = gainOf(raw.reshape([-1, 1]));
  const identity = identityMatrix(units);
  const diagonal = gain.ref.mul(np.exp(logScale.ref.neg()).reshape([-1, 1])).mul(identity);
  return {
    inner: triangularMatrix(inner, logScale, "upper"),
    outer: strictTriangle(outer, "upper").add(diagonal),
    bias: bias.reshape([-1, 1]),
    gain,
    slope,
  };
}

/**
 * `tanh(R~ v + b)` for the v that solves `v + R tanh(R~ v + b) = image`, `[M, n]`; consumes.
 *
 * Row i contains v_i and later ones only. With those known it reads
 * `a + r_ii r~_ii tanh(a) = r~_ii level + offset` for `a = r~_ii v_i + offset`.
 */
function solveUnits({ inner, outer, bias, gain, slope }: Hidden, image: NDArray): NDArray {
  const units = image.shape[0] as number;
  let known: { tanh: NDArray; v: NDArray } | undefined;
  for (let unit = units - 1; unit >= 0; unit--) {
    const here: [number, number] = [unit, unit + 1];
    const later: [number, number] = [unit + 1, units];
    let level = image.ref.slice(here);
    let offset = bias.ref.slice(here);
    if (known) {
      level = level.sub(np.dot(outer.ref.slice(here, later), known.tanh.ref));
      offset = offset.add(np.dot(inner.ref.slice(here, later), known.v.ref));
    }
    const target = level.ref.mul(inner.ref.slice(here, here)).add(offset);
    const own = { gain: gain.ref.slice(here), slope: slope.ref.slice(here) };
    const tanh = np.tanh(solveTanhResidual(own, target));
    const v = level.sub(outer.ref.slice(here, here).mul(tanh.ref));
    known = known
      ? { tanh: np.concatenate([tanh, known.tanh], 0), v: np.concatenate([v, known.v], 0) }
      : { tanh, v };
  }
  const { tanh, v } = known as { tanh: NDArray; v: NDArray };
  discard(inner, outer, bias, gain, slope, image, v);
  return tanh;
}
