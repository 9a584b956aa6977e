import { SolverError } from "../core/errors.ts";
import { isImage, sizeOf } from "../core/shape.ts";
import { batchSizeWithin } from "./batch-size.ts";
import { createBreather } from "./breathe.ts";
import type { ArraysOf, Program } from "./engine.ts";
import { type EngineArray, hostArray } from "./engine-array.ts";
import type { NDArray } from "./jax.ts";

/** Rows on the host for {@link mapRows}: numbers of `shape` for each row, or one row for all. */
export interface RowInput {
  readonly data: Float32Array | Float64Array | Uint8Array;
  readonly shape: readonly number[];
}

/** Most numbers of images in a batch, and of the rows of other programs that need much room. */
const MOST_NUMBERS = 2 ** 16;

/** One for all calls: a loop of short calls must pause, too. */
const breathe = createBreather();

/**
 * Run a program over rows in batches and collect its outputs on the host.
 *
 * Where a program takes full batches only, the last one is filled up by repeating its last row, whose
 * results are dropped.
 *
 * @param program takes one batch `[n, ...shape]` of each input; each of its outputs is `[n, ...]`.
 * @param largest most rows in a batch; default: as many as images leave room for.
 */
export function mapRows<R extends NDArray[]>(
  program: Program<[NDArray[]], R>,
  inputs: readonly RowInput[],
  count: number,
  largest?: number,
): Promise<Float32Array[]> {
  const run = (batch: EngineArray[]) => program.run(batch as ArraysOf<NDArray[]>);
  return mapBatches(program, inputs, count, run as never, largest);
}

/**
 * As {@link mapRows}, for programs that take more than rows.
 *
 * @param largest most rows in a batch; default: as many as images leave room for.
 */
export async function mapBatches(
  program: Pick<Program<never, never>, "batchesFor">,
  inputs: readonly RowInput[],
  count: number,
  run: (batch: EngineArray[]) => Promise<readonly EngineArray[]>,
  largest = Math.min(...inputs.map(({ shape }) => roomFor(shape))),
): Promise<Float32Array[]> {
  const { size: most, exact } = await program.batchesFor(count);
  const size = Math.min(most, largest);
  const results: Float32Array[] = [];
  for (let from = 0; from < count; from += size) {
    await breathe();
    const length = Math.min(size, count - from);
    const batch = exact ? length : size;
    const outputs = await run(inputs.map((input) => take(input, from, length, batch))).catch(
      (error: unknown) => {
        throw error instanceof SolverError ? error.after(from) : error;
      },
    );
    for (const [index, output] of outputs.entries()) {
      const values = (await output.data()) as Float32Array;
      const width = values.length / batch;
      results[index] ??= new Float32Array(count * width);
      results[index].set(values.subarray(0, length * width), from * width);
      output.dispose();
    }
  }
  return results;
}

/** Most rows at once of events of a shape: the feature maps of a network of images fill the memory fast. */
function roomFor(shape: readonly number[]): number {
  return isImage(shape) ? rowsWithin(shape) : Infinity;
}

/** Rows of a shape in a batch of a program that needs much room for each number. */
export function rowsWithin(shape: readonly number[]): number {
  return batchSizeWithin(MOST_NUMBERS / sizeOf(shape));
}

function take({ data, shape }: RowInput, from: number, length: number, batch: number): EngineArray {
  const width = sizeOf(shape);
  const [start, rows] = data.length === width ? [0, 1] : [from, length];
  const values = new Float32Array(batch * width);
  values.set(data.subarray(start * width, (start + rows) * width));
  for (let row = rows; row < batch; row++) {
    values.copyWithin(row * width, (rows - 1) * width, rows * width);
  }
  return hostArray(values, [batch, ...shape]);
}
