import { createBreather } from "./breathe.ts";
import { type NDArray, np } from "./jax.ts";

/** Rows on the host for {@link mapRows}: numbers of `shape` for each row, or one row for all. */
export interface RowInput {
  readonly data: Float32Array | Float64Array;
  readonly shape: readonly number[];
}

/** The largest batch that is sent through a program at once. */
const LARGEST_BATCH = 4096;

/** Batches are powers of two from 16 up, so that a program is traced for few sizes. */
export function batchSizeFor(count: number): number {
  return Math.min(LARGEST_BATCH, Math.max(16, 2 ** Math.ceil(Math.log2(count))));
}

/** One for all calls: a loop of short calls must pause, too. */
const breathe = createBreather();

/**
 * Run a program over rows in batches and collect its outputs on the host.
 *
 * The last batch is filled up by repeating its last row, whose results are dropped.
 *
 * @param run consumes one batch `[n, ...shape]` of each input; each output is `[n, ...]`.
 */
export async function mapRows(
  inputs: readonly RowInput[],
  count: number,
  run: (batch: NDArray[]) => NDArray[],
): Promise<Float32Array[]> {
  const batch = batchSizeFor(count);
  const results: Float32Array[] = [];
  for (let from = 0; from < count; from += batch) {
    await breathe();
    const length = Math.min(batch, count - from);
    const outputs = run(inputs.map((input) => upload(input, from, length, batch)));
    for (const [index, output] of outputs.entries()) {
      const width = output.size / batch;
      results[index] ??= new Float32Array(count * width);
      const values = (await output.data()) as Float32Array;
      results[index].set(values.subarray(0, length * width), from * width);
    }
  }
  return results;
}

function upload({ data, shape }: RowInput, from: number, length: number, batch: number): NDArray {
  const width = shape.reduce((product, extent) => product * extent, 1);
  const [start, rows] = data.length === width ? [0, 1] : [from, length];
  const values = new Float32Array(batch * width);
  values.set(data.subarray(start * width, (start + rows) * width));
  for (let row = rows; row < batch; row++) {
    values.copyWithin(row * width, (rows - 1) * width, rows * width);
  }
  return np.array(values, { shape: [batch, ...shape] });
}
