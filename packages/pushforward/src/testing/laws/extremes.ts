import { hostRandom } from "../../numerics/host-random.ts";
import { describeRow } from "../measurement.ts";
import type { Point } from "../method.ts";
import type { Probe, Subject } from "../subject.ts";

/** 1e-30 to 1e30 in steps of 100, both signs, and 0. */
const MAGNITUDES = [
  0,
  ...Array.from({ length: 31 }, (_, i) => 10 ** (2 * i - 30)).flatMap((size) => [size, -size]),
];

/** Gradients are looked at up to here. */
const LARGEST_WITH_GRADIENT = 1e3;

/**
 * No input from 1e-30 to 1e30, of either sign, and none of the `edges` (with their float32
 * neighbours), gives a NaN: neither in one dimension among usual ones nor in all at once, with
 * fresh parameters nor with perturbed ones. Infinities pass: exp(1e30) is one.
 */
export async function checkExtremeValues(
  subject: Subject,
  probe: Probe,
  edges: readonly number[],
): Promise<void> {
  for (const point of extremePoints(subject, probe.rows, edges)) {
    const outputs = await probe.method.run(point);
    const bad = rowsOf(subject, point).find((row) => !isOk(outputs, row, subject, Number.isNaN));
    if (bad !== undefined) fail(subject, probe, point, bad, "an output is NaN");
  }
}

/**
 * Nor does a gradient at such inputs within ±1e3 contain NaN, by the input or by any parameter,
 * wherever the outputs are finite.
 */
export async function checkExtremeGradients(
  subject: Subject,
  probe: Probe,
  edges: readonly number[],
): Promise<void> {
  for (const point of extremePoints(subject, probe.rows, edges)) {
    const outputs = await probe.method.run(point);
    const usable = rowsOf(subject, point).filter(
      (row) =>
        isOk(outputs, row, subject, (value) => !Number.isFinite(value)) &&
        rowOf(point.rows, row, subject.size).every((v) => Math.abs(v) <= LARGEST_WITH_GRADIENT),
    );
    if (usable.length === 0) continue;
    const kept = pickRows(subject, point, usable);
    const source = hostRandom(subject.seed, 5);
    const weights = outputs.map((values) => {
      const width = values.length / (point.rows.length / subject.size);
      return Float32Array.from({ length: usable.length * width }, () => source.normal());
    });
    const gradients = await probe.method.gradients(kept, weights);
    const bad = gradients.rows.findIndex(Number.isNaN);
    if (bad >= 0) {
      fail(
        subject,
        probe,
        kept,
        Math.floor(bad / subject.size),
        "the gradient by the input is NaN",
      );
    }
    const slot = subject.layout.slots.find(({ offset, size }) =>
      gradients.params.subarray(offset, offset + size).some(Number.isNaN),
    );
    if (slot)
      fail(
        subject,
        probe,
        kept,
        0,
        `the gradient by parameter ${slot.path} is NaN, over rows from`,
      );
  }
}

function fail(
  { size, condSize }: Subject,
  { method }: Probe,
  { rows, context }: Point,
  row: number,
  what: string,
): never {
  throw new Error(
    `${method.label}: ${what}, limit: none, at ${describeRow(row, rows, size, context, condSize)}.`,
  );
}

/** Rows with an extreme number in every dimension, or in one dimension of a usual row. */
function extremePoints(subject: Subject, usual: Float32Array, edges: readonly number[]): Point[] {
  const { size, fresh, params } = subject;
  const values = [...MAGNITUDES, ...edges.flatMap(withNeighbours)];
  const rows = Float32Array.from(
    values.flatMap((value, index) => {
      const everywhere = new Array<number>(size).fill(value);
      const usualRow = rowOf(usual, index % (usual.length / size), size);
      usualRow[index % size] = value;
      return [...everywhere, ...usualRow];
    }),
  );
  const count = rows.length / size;
  const context = subject.context && cycle(subject.context, count * subject.condSize);
  const points = [{ params, rows, context }];
  return subject.layout.size > 0 ? [...points, { params: fresh, rows, context }] : points;
}

/** A number and the float32 numbers next to it. */
function withNeighbours(value: number): number[] {
  const bits = new Int32Array(new Float32Array([value]).buffer);
  const next = (by: number) => new Float32Array(new Int32Array([bits[0] + by]).buffer)[0];
  return value === 0 ? [0] : [value, next(1), next(-1)];
}

function rowsOf({ size }: Subject, { rows }: Point): number[] {
  return Array.from({ length: rows.length / size }, (_, row) => row);
}

function rowOf(values: Float32Array, row: number, width: number): number[] {
  return [...values.subarray(row * width, (row + 1) * width)];
}

function isOk(
  outputs: readonly Float32Array[],
  row: number,
  { size }: Subject,
  isBad: (value: number) => boolean,
): boolean {
  return outputs.every((values, output) => {
    const width = output === 0 && outputs.length > 1 ? size : 1;
    return !rowOf(values, row, width).some(isBad);
  });
}

function pickRows({ size, condSize }: Subject, point: Point, rows: readonly number[]): Point {
  const pick = (values: Float32Array, width: number) =>
    Float32Array.from(rows.flatMap((row) => rowOf(values, row, width)));
  return {
    params: point.params,
    rows: pick(point.rows, size),
    context: point.context && pick(point.context, condSize),
  };
}

function cycle(values: Float32Array, length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => values[i % values.length]);
}
