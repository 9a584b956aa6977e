/** The worst of many measurements, and where it was found. */
export interface Measurement {
  readonly value: number;
  readonly index: number;
}

/** The largest of `count` measurements; NaN counts as Infinity. */
export function largestOf(count: number, measure: (index: number) => number): Measurement {
  let worst: Measurement = { value: 0, index: 0 };
  for (let index = 0; index < count; index++) {
    const measured = measure(index);
    const value = Number.isNaN(measured) ? Infinity : Math.abs(measured);
    if (value > worst.value) worst = { value, index };
  }
  return worst;
}

/**
 * Hold a measurement to its limit.
 *
 * @param what names what was measured, of which part.
 * @param where describes the input at a measurement's index.
 * @throws Error with all of it.
 */
export function holdTo(
  what: string,
  limit: number,
  { value, index }: Measurement,
  where: (index: number) => string,
): void {
  if (value <= limit) return;
  throw new Error(`${what}: measured ${show(value)}, limit ${show(limit)}, at ${where(index)}.`);
}

/** `input [1.5, -2], context [0.3]` of a row, for messages. */
export function describeRow(
  row: number,
  rows: Float32Array,
  width: number,
  context: Float32Array | null,
  contextWidth: number,
): string {
  const input = `input ${showRow(rows, row, width)}`;
  return context ? `${input}, context ${showRow(context, row, contextWidth)}` : input;
}

function showRow(values: Float32Array, row: number, width: number): string {
  const entries = [...values.subarray(row * width, (row + 1) * width)].map(show);
  return `[${entries.slice(0, 8).join(", ")}${width > 8 ? ", ..." : ""}]`;
}

/** A number with four digits. */
export function show(value: number): string {
  return `${Number(value.toPrecision(4))}`;
}

/**
 * Difference of two numbers relative to their size where it exceeds `floor`; 0 for equal
 * infinities, Infinity where one of them is NaN.
 */
export function relativeDifference(a: number, b: number, floor: number): number {
  if (a === b) return 0;
  const difference = Math.abs(a - b) / Math.max(floor, Math.abs(a), Math.abs(b));
  return Number.isNaN(difference) || difference === Infinity ? Infinity : difference;
}
