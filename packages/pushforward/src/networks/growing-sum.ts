import { discard } from "../core/bijector.ts";
import { type NDArray, np } from "../engine/index.ts";

/** The sums of a layer's units over inputs that come one after the other. */
export interface GrowingSum {
  /** The next inputs, `[k, n]`. */
  give(more: NDArray | undefined): void;
  /** Sum up all that was given for the units of these degrees. */
  startBlock(from: number, until: number): void;
  /** The sums of the units of one degree of the block, over all that was given by now. */
  at(degree: number): NDArray | undefined;
  dispose(): void;
}

/**
 * Sums of units that see what comes before them, one degree after the other; everything is consumed.
 *
 * @param weight `[units * each, inputs]`.
 * @param start what the sums start from, `[units * each, n or 1]`.
 * @param degrees of the units, ascending.
 * @param each rows of a unit.
 * @param rows the number n of columns.
 */
export function growingSum(
  weight: NDArray | undefined,
  start: NDArray,
  degrees: readonly number[],
  each: number,
  rows: number,
): GrowingSum {
  let [older, recent, base] = [undefined, undefined, undefined] as (NDArray | undefined)[];
  let first = 0;
  const join = (a: NDArray | undefined, b: NDArray | undefined) =>
    a && b ? np.concatenate([a, b], 0) : (a ?? b);
  const rowsFrom = (degree: number) => each * degrees.filter((own) => own < degree).length;
  const product = (range: [number, number], from: number, input: NDArray) => {
    const columns: [number, number] = [from, from + (input.shape[0] as number)];
    return np.dot((weight as NDArray).ref.slice(range, columns), input);
  };

  return {
    give(more) {
      recent = join(recent, more);
    },
    startBlock(from, until) {
      older = join(older, recent);
      recent = undefined;
      discard(base);
      base = undefined;
      first = rowsFrom(from);
      const range: [number, number] = [first, rowsFrom(until)];
      if (range[0] === range[1]) return;
      const offset = start.ref.slice(range);
      base = older
        ? product(range, 0, older.ref).add(offset)
        : np.broadcastTo(offset, [range[1] - range[0], rows]);
    },
    at(degree) {
      const range: [number, number] = [rowsFrom(degree), rowsFrom(degree + 1)];
      if (range[0] === range[1]) return undefined;
      const own = (base as NDArray).ref.slice([range[0] - first, range[1] - first]);
      if (!recent) return own;
      return product(range, older ? (older.shape[0] as number) : 0, recent.ref).add(own);
    },
    dispose() {
      discard(weight, start, older, recent, base);
    },
  };
}
