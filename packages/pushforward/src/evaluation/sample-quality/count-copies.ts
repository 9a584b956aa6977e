import { columnOf, type HostRows } from "../../core/rows.ts";

/** Share of a column's values that are different from here on: equal ones are no accident. */
const RARELY_REPEATED = 0.5;

/**
 * How many rows of each kind equal a training row, to the precision of 32-bit floats, in all columns of which more
 * than half of the training values are different; where there is no such column, in all columns.
 */
export function countCopies<K extends string>(
  training: HostRows,
  others: Readonly<Record<K, HostRows>>,
): Record<K, number> {
  const all = Array.from({ length: training.size }, (_, column) => column);
  const telling = all.filter(
    (column) => countDistinct(columnOf(training, column)) > RARELY_REPEATED * training.count,
  );
  const isKnown = rowIndex(wordsOf(training, telling.length > 0 ? telling : all));
  const counts = Object.entries<HostRows>(others).map(([kind, rows]) => [
    kind,
    isKnown(wordsOf(rows, telling.length > 0 ? telling : all)),
  ]);
  return Object.fromEntries(counts) as Record<K, number>;
}

function countDistinct(values: Float64Array): number {
  values.sort();
  return values.reduce((count, value, i) => count + Number(i === 0 || value !== values[i - 1]), 0);
}

/** Chosen columns of rows, the bits of their 32-bit floats. */
interface Words {
  readonly bits: Uint32Array;
  readonly width: number;
}

function wordsOf({ data, count, size }: HostRows, columns: readonly number[]): Words {
  const width = columns.length;
  const floats = new Float32Array(count * width);
  for (let row = 0; row < count; row++) {
    columns.forEach((column, place) => {
      // The sum makes one zero of the two.
      floats[row * width + place] = data[row * size + column] + 0;
    });
  }
  return { bits: new Uint32Array(floats.buffer), width };
}

/** Counts how many of other rows are among the given ones. */
function rowIndex(known: Words): (others: Words) => number {
  const { width } = known;
  const byHash = new Map<number, number[]>();
  for (let from = 0; from < known.bits.length; from += width) {
    const hash = hashOf(known, from);
    const same = byHash.get(hash);
    if (!same) byHash.set(hash, [from]);
    else if (!same.some((other) => areEqual(known, other, known, from))) same.push(from);
  }
  return (others) => {
    let count = 0;
    for (let from = 0; from < others.bits.length; from += width) {
      const candidates = byHash.get(hashOf(others, from)) ?? [];
      if (candidates.some((other) => areEqual(known, other, others, from))) count++;
    }
    return count;
  };
}

function hashOf({ bits, width }: Words, from: number): number {
  let hash = 0;
  for (let at = from; at < from + width; at++) {
    hash = Math.imul(hash ^ bits[at], 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}

function areEqual(first: Words, from: number, second: Words, other: number): boolean {
  for (let k = 0; k < first.width; k++) {
    if (first.bits[from + k] !== second.bits[other + k]) return false;
  }
  return true;
}
