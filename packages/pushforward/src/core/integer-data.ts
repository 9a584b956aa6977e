import type { IntegerRange } from "./bijector.ts";
import type { Column } from "./column.ts";
import type { Distribution } from "./distribution.ts";
import { DataError } from "./errors.ts";
import type { HostRows } from "./rows.ts";
import { sizeOf } from "./shape.ts";

/** The whole numbers that a flow's data are, if it says so: a flow of images, whose pixels have values. */
export function integersOf({ flow }: Pick<Distribution, "flow">): IntegerRange | undefined {
  return flow?.bijector.integers;
}

/** What such data are as columns: all on the grid of whole numbers. */
export function integerColumns({ shape }: Pick<Distribution, "shape">, range: IntegerRange) {
  const column: Column = Object.freeze({ step: 1, range: [range.low, range.high] as const });
  return new Array<Column>(sizeOf(shape)).fill(column);
}

/**
 * Check that all values are the whole numbers that a flow's data are, if it has such.
 *
 * @throws DataError with the image at fault, and the place in it.
 */
export function checkIntegers(who: string, flow: Described, rows: HostRows): void {
  const range = integersOf(flow);
  if (!range) return;
  const { low, high } = range;
  const isFine = (value: number) => Number.isInteger(value) && value >= low && value <= high;
  refuseFirst(who, flow, rows, high, isFine, `whole numbers from ${low} to ${high}`);
}

/**
 * Check that all values lie in the cells around the whole numbers that a flow's data are, if it has such.
 *
 * @throws DataError as {@link checkIntegers}.
 */
export function checkInCells(who: string, flow: Described, rows: HostRows): void {
  const range = integersOf(flow);
  if (!range) return;
  const { low, high } = range;
  const isFine = (value: number) => value >= low - 0.5 && value <= high + 0.5;
  refuseFirst(who, flow, rows, high, isFine, `numbers from ${low} to ${high}`);
}

type Described = Pick<Distribution, "flow" | "shape">;

function refuseFirst(
  who: string,
  { shape }: Described,
  { data, size }: HostRows,
  high: number,
  isFine: (value: number) => boolean,
  expected: string,
): void {
  const bad = data.findIndex((value) => !isFine(value));
  if (bad < 0) return;
  const value = data[bad] as number;
  throw new DataError(
    `${who}: image ${Math.floor(bad / size)} has the value ${value} at ${placeOf(bad % size, shape)}; this flow ` +
      `takes pixels that are ${expected}. ${wayOut(value, high)}`,
  );
}

/** `channel 0, row 3, column 4`, or the number of an entry of another event than an image. */
function placeOf(index: number, shape: readonly number[]): string {
  const [, height, width] = shape;
  if (shape.length !== 3 || height === undefined || width === undefined) return `place ${index}`;
  const pixel = index % (height * width);
  const channel = Math.floor(index / (height * width));
  return `channel ${channel}, row ${Math.floor(pixel / width)}, column ${pixel % width}`;
}

function wayOut(value: number, high: number): string {
  if (!Number.isInteger(value)) {
    return `Scale the values to 0 to ${high} and round them.`;
  }
  const bits = Math.log2(high + 1);
  if (value > high && value < 256 && Number.isInteger(bits)) {
    return `Build it with bits: 8, or reduce the images to ${bits} bits: floor(value / ${256 / (high + 1)}).`;
  }
  return `Bring the values into the range from 0 to ${high}.`;
}
