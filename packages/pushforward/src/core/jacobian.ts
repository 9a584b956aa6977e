import { compile, jvp, type NDArray, np, type Tree, tree } from "../engine/index.ts";
import type { Bijector, Direction } from "./bijector.ts";
import { sizeOf } from "./shape.ts";

/**
 * The Jacobians of a bijector at each row, by forward-mode differentiation: one pass per dimension.
 * Nothing is consumed.
 *
 * @param x `[n, ...shape]`.
 * @returns `[n, d, d]` row-major on the host, `J[i][j] = d y_i / d x_j`.
 */
export async function jacobians(
  bijector: Bijector,
  params: Tree,
  x: NDArray,
  cond: NDArray | undefined,
  direction: Direction,
): Promise<Float64Array> {
  const count = x.shape[0] as number;
  const size = sizeOf(bijector.shape);
  const map = (input: NDArray) => {
    const [y, logDet] = bijector[`${direction}AndLogDet`](tree.ref(params), input, cond?.ref);
    logDet.dispose();
    return y;
  };
  const column = compile((input: NDArray, tangent: NDArray) => {
    const [y, derivative] = jvp(map as never, [input] as never, [tangent] as never) as NDArray[];
    y?.dispose();
    return derivative as NDArray;
  });
  const result = new Float64Array(count * size * size);
  for (let j = 0; j < size; j++) {
    const unit = np.array(Array.from({ length: size }, (_, k) => (k === j ? 1 : 0)));
    const tangent = np.broadcastTo(unit.reshape([...bijector.shape]), [...x.shape]);
    const derivative = await column(x.ref, tangent).data();
    for (let i = 0; i < count * size; i++) result[i * size + j] = derivative[i] as number;
  }
  return result;
}
