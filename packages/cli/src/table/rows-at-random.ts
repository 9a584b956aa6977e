import { splitMix32 } from "./split-mix.ts";

/** A random choice of rows that is made row by row; the same seed makes the same. */
export interface RowChoice {
  /** The rows chosen since the last call and before `end`, in order. */
  upTo(end: number): Generator<number>;
}

/**
 * Chooses `count` of `rows` rows, every set of them as likely as any other: a row is taken with the
 * probability that a row still wanted is it.
 *
 * Fan, Muller and Rezucha (1962), Development of sampling plans by using sequential (item by item)
 * selection techniques, JASA 57, method 1.
 */
export function rowsAtRandom(rows: number, count: number, seed: number): RowChoice {
  const random = splitMix32(seed);
  let row = 0;
  let wanted = count;
  return {
    *upTo(end) {
      for (; row < end; row++) {
        if (random() * (rows - row) >= wanted) continue;
        wanted--;
        yield row;
      }
    },
  };
}
