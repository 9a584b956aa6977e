import {
  ArraySpec,
  type Engine,
  jvp,
  mapRows,
  type NDArray,
  type RowInput,
  rowsWithin,
  type Tree,
  tree,
} from "../engine/index.ts";
import type { Bijector, Direction } from "./bijector.ts";
import { sizeOf } from "./shape.ts";

/**
 * The Jacobians of a bijector at each row, by forward-mode differentiation: a program that goes along every
 * dimension of every row, in batches. Parameters are not consumed.
 *
 * @param rows row-major, `[n, ...shape]`.
 * @param contexts `[n, ...condShape]`, where the bijector takes one.
 * @returns `[n, d, d]` row-major, `J[i][j] = d y_i / d x_j`.
 */
export async function jacobians(
  engine: Engine,
  bijector: Bijector,
  params: Tree,
  rows: Float32Array,
  contexts: Float32Array | undefined,
  direction: Direction,
): Promise<Float32Array> {
  const { shape, condShape } = bijector;
  const size = sizeOf(shape);
  const count = rows.length / size;
  const inputs: RowInput[] = [
    { data: repeated(rows, size, size), shape },
    { data: unitVectors(size, count), shape },
    ...(contexts && condShape
      ? [{ data: repeated(contexts, sizeOf(condShape), size), shape: condShape }]
      : []),
  ];
  const program = engine.compile(
    ([x, tangent, cond]: NDArray[]): [NDArray] => {
      const map = (point: NDArray) => {
        const method = bijector[`${direction}AndLogDet`];
        const [y, logDet] = method(tree.ref(params), point, cond);
        logDet.dispose();
        return y;
      };
      const [y, derivative] = jvp(map as never, [x] as never, [tangent] as never) as NDArray[];
      y?.dispose();
      return [derivative as NDArray];
    },
    [inputs.map((input) => new ArraySpec(["n", ...input.shape]))],
  );
  const columnsOf = mapRows(program, inputs, count * size, rowsWithin(shape));
  const [columns] = await columnsOf.finally(() => program.dispose());
  return transposed(columns, size);
}

/** Each of the rows so many times. */
function repeated(rows: Float32Array, width: number, times: number): Float32Array {
  const result = new Float32Array(rows.length * times);
  for (let begin = 0; begin < rows.length; begin += width) {
    const row = rows.subarray(begin, begin + width);
    for (let i = 0; i < times; i++) result.set(row, begin * times + i * width);
  }
  return result;
}

/** The unit vectors of so many dimensions, and all of them again for each row. */
function unitVectors(size: number, count: number): Float32Array {
  const vectors = new Float32Array(count * size * size);
  for (let i = 0; i < count * size; i++) vectors[i * size + (i % size)] = 1;
  return vectors;
}

function transposed(matrices: Float32Array, size: number): Float32Array {
  return matrices.map((_, index) => {
    const [row, column] = [Math.floor(index / size) % size, index % size];
    return matrices[index + (column - row) * (size - 1)] as number;
  });
}
