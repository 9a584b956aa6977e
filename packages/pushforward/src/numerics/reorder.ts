import { type NDArray, np } from "../engine/index.ts";

/** The order that undoes `order`: `inverse[order[i]] = i`; entries that no i reaches are -1. */
export function inverseOrder(order: readonly number[]): number[] {
  const inverse = new Array<number>(order.length).fill(-1);
  order.forEach((from, to) => {
    inverse[from] = to;
  });
  return inverse;
}

/**
 * Take rows of `x` (its first axis) in the given order; consumes.
 *
 * Neighbours stay together: the result is a concatenation of slices, whose gradient is one of
 * pads. jax-js 0.1.25 cannot compile the scatter that the gradient of a gather needs.
 */
export function takeRows(x: NDArray, indices: readonly number[]): NDArray {
  const regular = everySecond(x, indices) ?? interleaved(x, indices);
  if (regular) return regular;
  const runs = contiguousRuns(indices);
  const [only] = runs;
  if (runs.length === 1 && only?.[0] === 0 && only[1] === x.shape[0]) return x;
  const slices = runs.map((run) => x.ref.slice(run));
  x.dispose();
  return slices.length === 1 ? (slices[0] as NDArray) : np.concatenate(slices, 0);
}

/** All even or all odd rows, which slices one by one would be many of; consumes where it is that. */
function everySecond(x: NDArray, indices: readonly number[]): NDArray | undefined {
  const [rows, ...rest] = x.shape as [number, ...number[]];
  const [first] = indices;
  const half = rows / 2;
  if (half < 2 || indices.length !== half || (first !== 0 && first !== 1)) return undefined;
  if (!indices.every((index, i) => index === 2 * i + first)) return undefined;
  return x
    .reshape([half, 2, ...rest])
    .slice([], [first, first + 1])
    .reshape([half, ...rest]);
}

/** The rows of both halves in turn, which undoes {@link everySecond}; consumes where it is that. */
function interleaved(x: NDArray, indices: readonly number[]): NDArray | undefined {
  const [rows, ...rest] = x.shape as [number, ...number[]];
  const half = rows / 2;
  const isSecondFirst = indices[0] === half;
  const expected = (i: number) => (i >> 1) + ((i % 2 === 1) !== isSecondFirst ? half : 0);
  const isRegular = half >= 2 && indices.length === rows && Number.isInteger(half);
  if (!isRegular || !indices.every((index, i) => index === expected(i))) return undefined;
  const halves = x.reshape([2, half, ...rest]);
  const ordered = isSecondFirst
    ? np.concatenate([halves.ref.slice([1, 2]), halves.slice([0, 1])], 0)
    : halves;
  return np.moveaxis(ordered, 0, 1).reshape([rows, ...rest]);
}

/** `[3, 4, 5, 0]` as half-open intervals: `[[3, 6], [0, 1]]`; nothing is the empty `[[0, 0]]`. */
function contiguousRuns(indices: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const index of indices) {
    const last = runs.at(-1);
    if (last?.[1] === index) last[1]++;
    else runs.push([index, index + 1]);
  }
  return runs.length ? runs : [[0, 0]];
}
