import type { Builder, Tensor } from "../builder.ts";

/** The entries `start`, `start + step`, ... of an axis, `count` of them. */
export interface Stride {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** A bound that reaches the end of any axis. */
const END = 2 ** 31 - 1;

/**
 * Every so many entries along the last axes of a tensor, one stride each.
 *
 * Ends are counted from the end of the axis, so that a stride to there may grow with the rows.
 */
export function takeStrides(builder: Builder, x: Tensor, strides: readonly Stride[]): Tensor {
  const from = x.shape.length - strides.length;
  const taken = strides.flatMap(({ start, step, count }, i) => {
    const axis = from + i;
    const beyond = start + (count - 1) * step + 1 - x.shape[axis];
    return start === 0 && beyond === 0 && step === 1 ? [] : [{ axis, start, step, beyond }];
  });
  if (taken.length === 0) return x;
  const shape = [...x.shape.slice(0, from), ...strides.map(({ count }) => count)];
  const operands = [
    taken.map(({ start }) => start),
    taken.map(({ beyond }) => (beyond === 0 ? END : beyond)),
    taken.map(({ axis }) => axis),
    taken.map(({ step }) => step),
  ];
  return builder.op("Slice", [x, ...operands.map(builder.integers)], shape, x.type);
}

/** Zeros before and after each of the last axes. */
export function padLast(
  builder: Builder,
  x: Tensor,
  widths: readonly (readonly [number, number])[],
): Tensor {
  if (widths.every(([before, after]) => before === 0 && after === 0)) return x;
  const others = x.shape.length - widths.length;
  const none = Array.from({ length: others }, () => [0, 0] as const);
  return builder.pad(x, [...none, ...widths]);
}

/** The last axes with zeros after each entry, so that entries are `steps` apart. */
export function spread(builder: Builder, x: Tensor, steps: readonly number[]): Tensor {
  if (steps.every((step) => step === 1)) return x;
  const kept = x.shape.slice(0, x.shape.length - steps.length);
  const extents = x.shape.slice(kept.length);
  const columns = builder.reshape(x, [...kept, ...extents.flatMap((extent) => [extent, 1])]);
  const widths = steps.flatMap((step) => [[0, 0] as const, [0, step - 1] as const]);
  const joined = extents.map((extent, i) => extent * steps[i]);
  return builder.reshape(padLast(builder, columns, widths), [...kept, ...joined]);
}
