import { DataError, ShapeError } from "../../core/errors.ts";
import { type HostRows, toHostRows } from "../../core/rows.ts";
import { showShape } from "../../core/shape.ts";
import type { HostRandom } from "../../numerics/host-random.ts";

/** Rows of numbers, row-major; categories are encoded. `shape` is `[rows, columns]`. */
export interface NumberRows {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

/** What is compared: rows of the data, best such that no model has seen, and draws of a model. */
export interface DataAndSamples {
  readonly data: NumberRows;
  readonly samples: NumberRows;
}

/** With fewer rows than these on either side nothing can be told. */
export const FEWEST_ROWS = 20;

/**
 * Read row-major numbers, all of them of as many columns as the first.
 *
 * @throws ShapeError for shapes that are not `[rows, columns]` with equal columns; DataError for values that are
 * no numbers, and for fewer rows than `least`.
 */
export function readNumberRows<K extends string>(
  who: string,
  given: Readonly<Record<K, NumberRows>>,
  least = FEWEST_ROWS,
): Record<K, HostRows> {
  const parts = Object.entries(given) as [K, NumberRows][];
  const columns = parts[0]?.[1].shape?.[1] ?? 0;
  const read = parts.map(([name, rows]) => [
    name,
    readPart(`${who}: ${name}`, rows, columns, least),
  ]);
  return Object.fromEntries(read) as Record<K, HostRows>;
}

function readPart(who: string, rows: NumberRows, columns: number, least: number): HostRows {
  const { shape } = rows;
  if (!Array.isArray(shape) || shape.length !== 2 || shape[1] !== columns || columns < 1) {
    const expected = columns < 1 ? "rows, columns" : `rows, ${columns}`;
    throw new ShapeError(
      `${who}: got shape ${Array.isArray(shape) ? showShape(shape) : "none"}, expected [${expected}]. ` +
        "Data and samples need the same columns in the same order.",
    );
  }
  const host = toHostRows(who, rows, [columns]);
  if (host.count >= least) return host;
  throw new DataError(
    `${who}: got ${host.count} rows, expected ${least} at least: fewer tell nothing. Give more of them.`,
  );
}

/** At most so many of the rows, drawn without replacement, in random order. */
export function drawRows(rows: HostRows, most: number, random: HostRandom): HostRows {
  const { size, data } = rows;
  const chosen = random.shuffle(rows.count).subarray(0, most);
  const drawn = new Float64Array(chosen.length * size);
  chosen.forEach((row, place) => {
    drawn.set(data.subarray(row * size, (row + 1) * size), place * size);
  });
  return { data: drawn, count: chosen.length, size };
}
