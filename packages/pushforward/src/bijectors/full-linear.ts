import { type Bijector, defineBijector, discard } from "../core/bijector.ts";
import { checkVector, type Shape } from "../core/shape.ts";
import { type NDArray, np } from "../engine/index.ts";
import { identityMatrix } from "../numerics/host-matrix.ts";
import { positiveInverse } from "../numerics/positive-inverse.ts";
import { randomRotation } from "../numerics/random-rotation.ts";

export interface FullLinearOptions {
  shape: Shape;
  /** Seed of a random rotation to start as; default: the identity. */
  seed?: number | undefined;
}

export type FullLinearParams = { weight: NDArray; bias: NDArray };

/**
 * A learned linear map `y = W x + b` without any factors; log-det `log|det W| = 1/2 log det W W^T` (Kingma and
 * Dhariwal 2018, arXiv:1807.03039, section 3.2, the plain form). Each call takes the d^3 operations of a
 * determinant, where {@link luLinear} takes none.
 *
 * Parameters: `weight` [d, d], `bias` [d]. `inverse` is a product with `W^T (W W^T)^-1`. Float32 errors grow with
 * the square of the condition number of W, about 1e-7 at a rotation: keep it below some hundred.
 *
 * @throws ShapeError when the event is not a vector; DomainError when the seed is not an integer.
 */
export function fullLinear({ shape, seed }: FullLinearOptions): Bijector<FullLinearParams> {
  const size = checkVector("fullLinear", shape);
  const start = seed === undefined ? undefined : randomRotation(size, seed).matrix;

  return defineBijector<FullLinearParams>({
    kind: "fullLinear",
    shape,
    options: { shape, seed },
    init(key) {
      discard(key);
      const weight = start
        ? np.array(Float32Array.from(start), { shape: [size, size] })
        : identityMatrix(size);
      return { weight, bias: np.zeros([size]) };
    },
    forwardAndLogDet({ weight, bias }, x) {
      const rows = x.shape[0] as number;
      const [inverse, logDet] = positiveInverse(np.dot(weight.ref, weight.ref.transpose()));
      inverse.dispose();
      const y = np.dot(x, weight.transpose()).add(bias);
      return [y, np.broadcastTo(logDet.mul(0.5), [rows])];
    },
    inverseAndLogDet({ weight, bias }, y) {
      const rows = y.shape[0] as number;
      const [inverse, logDet] = positiveInverse(np.dot(weight.ref, weight.ref.transpose()));
      const x = np.dot(np.dot(y.sub(bias), inverse), weight);
      return [x, np.broadcastTo(logDet.mul(-0.5), [rows])];
    },
  });
}
