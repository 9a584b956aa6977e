import { jit, jvp, type NDArray, np, type Tree, tree } from "../engine/index.ts";
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
  // Arrays that a compiled function closes over would stay with it; arguments do not.
  type Arguments = { own: Tree; input: NDArray; tangent: NDArray; context?: NDArray };
  const column = jit(({ own, input, tangent, context }: Arguments) => {
    const map = (point: NDArray) => {
      const [y, logDet] = bijector[`${direction}AndLogDet`](tree.ref(own), point, context?.ref);
      logDet.dispose();
      return y;
    };
    const [y, derivative] = jvp(map as never, [input] as never, [tangent] as never) as NDArray[];
    y?.dispose();
    return derivative as NDArray;
  });
  const result = new Float64Array(count * size * size);
  for (let j = 0; j < size; j++) {
    const unit = np.array(Array.from({ length: size }, (_, k) => (k === j ? 1 : 0)));
    const tangent = np.broadcastTo(unit.reshape([...bijector.shape]), [...x.shape]);
    const own = tree.ref(params);
    const context = cond && { context: cond.ref };
    const derivative = await column({ own, input: x.ref, tangent, ...context }).data();
    for (let i = 0; i < count * size; i++) result[i * size + j] = derivative[i] as number;
  }
  column.dispose();
  return result;
}
