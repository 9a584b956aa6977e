import { discard } from "../core/bijector.ts";
import { type Distribution, defineDistribution } from "../core/distribution.ts";
import { DomainError } from "../core/errors.ts";
import { checkShape, checkVector, type Shape, sizeOf } from "../core/shape.ts";
import { type NDArray, np, random } from "../engine/index.ts";
import { solveTriangular } from "../numerics/triangular.ts";

export interface NormalOptions {
  shape: Shape;
  /** `"identity"`: the standard normal, no parameters. Default. */
  covariance?: "identity" | "diagonal" | "full";
}

export type NormalParams =
  | Record<string, never>
  | { mean: NDArray; logScale: NDArray }
  | { mean: NDArray; whitening: NDArray; logDiagonal: NDArray };

const LOG_TWO_PI = Math.log(2 * Math.PI);

/** `log N(z; 0, I)` summed over all axes but the batch; consumes. */
export function standardNormalLogProb(z: NDArray): NDArray {
  const count = z.shape[0] as number;
  const size = z.size / count;
  const flat = z.reshape([count, size]);
  return flat.ref
    .mul(flat)
    .sum(1)
    .mul(-0.5)
    .sub(0.5 * size * LOG_TWO_PI);
}

/**
 * The normal distribution: standard, with a learned diagonal, or with a learned full covariance.
 *
 * Parameters: `mean` and `logScale` of the event's shape; or, for `"full"` (vectors),
 * `mean` [d], `whitening` [d, d] (used strictly below the diagonal) and `logDiagonal` [d]:
 * `z = W (x - mean)` with W lower triangular and positive on the diagonal, so that the covariance
 * is `(W^T W)^-1` and the density is a product, not a solve.
 *
 * @throws DomainError for an unknown covariance; ShapeError for a full one on other than vectors.
 */
export function normal({ shape, covariance = "identity" }: NormalOptions): Distribution {
  const options = { shape, covariance };
  checkShape("normal", shape);
  if (covariance === "identity") return standardNormal(shape, options);
  if (covariance === "diagonal") return diagonalNormal(shape, options);
  if (covariance === "full") return fullNormal(shape, options);
  throw new DomainError(
    `normal: covariance must be "identity", "diagonal" or "full", got "${covariance}".`,
  );
}

function standardNormal(shape: Shape, options: NormalOptions) {
  return defineDistribution<Record<string, never>>({
    kind: "normal",
    shape,
    options,
    centred: true,
    init(key) {
      discard(key);
      return {};
    },
    logProb: (_, x) => standardNormalLogProb(x),
    sampleAndLogProb(_, key, count) {
      const z = random.normal(key, [count, ...shape]);
      return [z.ref, standardNormalLogProb(z)];
    },
  });
}

function diagonalNormal(shape: Shape, options: NormalOptions) {
  return defineDistribution<{ mean: NDArray; logScale: NDArray }>({
    kind: "normal",
    shape,
    options,
    init(key) {
      discard(key);
      return { mean: np.zeros([...shape]), logScale: np.zeros([...shape]) };
    },
    logProb({ mean, logScale }, x) {
      const z = x.sub(mean).mul(np.exp(logScale.ref.neg()));
      return standardNormalLogProb(z).sub(logScale.sum());
    },
    sampleAndLogProb({ mean, logScale }, key, count) {
      const z = random.normal(key, [count, ...shape]);
      const logProb = standardNormalLogProb(z.ref).sub(logScale.ref.sum());
      return [z.mul(np.exp(logScale)).add(mean), logProb];
    },
  });
}

function fullNormal(shape: Shape, options: NormalOptions) {
  const size = checkVector("normal", shape);
  return defineDistribution<{ mean: NDArray; whitening: NDArray; logDiagonal: NDArray }>({
    kind: "normal",
    shape,
    options,
    init(key) {
      discard(key);
      return {
        mean: np.zeros([size]),
        whitening: np.zeros([size, size]),
        logDiagonal: np.zeros([size]),
      };
    },
    logProb({ mean, whitening, logDiagonal }, x) {
      const matrix = whiteningMatrix(whitening, logDiagonal.ref);
      const z = np.dot(x.sub(mean), matrix.transpose());
      return standardNormalLogProb(z).add(logDiagonal.sum());
    },
    sampleAndLogProb({ mean, whitening, logDiagonal }, key, count) {
      const matrix = whiteningMatrix(whitening, logDiagonal.ref);
      const z = random.normal(key, [count, sizeOf(shape)]);
      const logProb = standardNormalLogProb(z.ref).add(logDiagonal.sum());
      const x = solveTriangular(matrix, z.transpose(), "lower");
      return [x.transpose().add(mean), logProb];
    },
  });
}

/** The lower triangular W of `z = W (x - mean)`, on the last two axes; consumes. */
export function whiteningMatrix(whitening: NDArray, logDiagonal: NDArray): NDArray {
  const size = whitening.shape.at(-1) as number;
  const diagonal = np.expandDims(np.exp(logDiagonal), -1).mul(np.eye(size));
  return whitening.mul(np.tri(size, size, -1)).add(diagonal);
}
