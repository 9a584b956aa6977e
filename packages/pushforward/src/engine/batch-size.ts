/** The largest batch that is sent through a program at once. */
const LARGEST_BATCH = 4096;

/** Batches are powers of two from 16 up, so that a program is traced for few sizes. */
export function batchSizeFor(count: number): number {
  return Math.min(LARGEST_BATCH, Math.max(16, 2 ** Math.ceil(Math.log2(count))));
}
