/** The largest batch that is sent through a program at once. */
const LARGEST_BATCH = 4096;

/** The smallest. */
const SMALLEST_BATCH = 16;

/** Batches are powers of two from 16 up, so that a program is traced for few sizes. */
export function batchSizeFor(count: number): number {
  return Math.min(LARGEST_BATCH, Math.max(SMALLEST_BATCH, 2 ** Math.ceil(Math.log2(count))));
}

/** The largest of these sizes that is not above a number, or the smallest. */
export function batchSizeWithin(most: number): number {
  return Math.max(SMALLEST_BATCH, 2 ** Math.floor(Math.log2(most)));
}
