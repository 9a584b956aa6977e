import {
  ArraySpec,
  type Engine,
  jit,
  jvp,
  mapRows,
  type NDArray,
  np,
  type RowInput,
  type Tree,
  tree,
} from "../engine/index.ts";
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
  const column = jit(({ own, input, tangent, context }: Arguments) =>
    derivativeAlong(bijector, direction, { own, input, tangent, context }),
  );
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

/**
 * The Jacobian of a bijector at one row as {@link jacobians} has it, by a program of an engine that goes along many
 * dimensions at once: for large events. Nothing is consumed.
 *
 * @param x one row, row-major; `context` its context, where there is one.
 * @returns `[d, d]` row-major, transposed: `J[j][i] = d y_i / d x_j`.
 */
export async function transposedJacobian(
  engine: Engine,
  bijector: Bijector,
  params: Tree,
  x: Float32Array,
  context: Float32Array | undefined,
  direction: Direction,
): Promise<Float32Array> {
  const { shape, condShape } = bijector;
  const size = sizeOf(shape);
  const inputs: RowInput[] = [
    { data: x, shape },
    { data: unitVectors(size), shape },
    ...(context && condShape ? [{ data: context, shape: condShape }] : []),
  ];
  const program = engine.compile(
    ([input, tangent, cond]: NDArray[]): [NDArray] => {
      const derivative = derivativeAlong(bijector, direction, {
        own: tree.ref(params),
        input,
        tangent,
        context: cond,
      });
      return [derivative];
    },
    [inputs.map((input) => new ArraySpec(["n", ...input.shape]))],
  );
  const [columns] = await mapRows(program, inputs, size).finally(() => program.dispose());
  return columns;
}

function unitVectors(size: number): Float32Array {
  const vectors = new Float32Array(size * size);
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
  return vectors;
}

/** The derivative of each row along its tangent; consumes. */
function derivativeAlong(
  bijector: Bijector,
  direction: Direction,
  parts: { own: Tree; input: NDArray; tangent: NDArray; context: NDArray | undefined },
): NDArray {
  const { own, input, tangent, context } = parts;
  const map = (point: NDArray) => {
    const [y, logDet] = bijector[`${direction}AndLogDet`](tree.ref(own), point, context?.ref);
    logDet.dispose();
    return y;
  };
  const [y, derivative] = jvp(map as never, [input] as never, [tangent] as never) as NDArray[];
  y?.dispose();
  return derivative as NDArray;
}
