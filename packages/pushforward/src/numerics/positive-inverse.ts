import { type NDArray, np } from "../engine/index.ts";

/**
 * Inverse and log-determinant of a symmetric positive definite matrix, `[d, d]`, by block elimination; consumes.
 *
 * With halves A, B, D and the Schur complement `S = D - B^T A^-1 B`: `log det = log det A + log det S`. Made of
 * matrix products, differentiable, and stable without pivots since the matrix is positive.
 */
export function positiveInverse(matrix: NDArray): [inverse: NDArray, logDet: NDArray] {
  const size = matrix.shape[0] as number;
  if (size === 1) return [np.reciprocal(matrix.ref), np.log(matrix).reshape([])];
  const half = size >> 1;
  const a = matrix.ref.slice([0, half], [0, half]);
  const b = matrix.ref.slice([0, half], [half, size]);
  const d = matrix.slice([half, size], [half, size]);
  const [aInverse, aLogDet] = positiveInverse(a);
  const k = np.dot(aInverse.ref, b.ref);
  const [s, sLogDet] = positiveInverse(d.sub(np.dot(b.transpose(), k.ref)));
  const ks = np.dot(k.ref, s.ref);
  const upper = np.concatenate([aInverse.add(np.dot(ks.ref, k.transpose())), ks.ref.neg()], 1);
  const lower = np.concatenate([ks.transpose().neg(), s], 1);
  return [np.concatenate([upper, lower], 0), aLogDet.add(sLogDet)];
}
