import { EngineError } from "../../../core/errors.ts";
import type { Builder, Tensor } from "../builder.ts";
import type { Lowering, LoweringTable } from "../lowering.ts";

/** How windows lie along an axis: `count` of them, `stride` apart, each of `size` entries. */
interface Windows {
  readonly extent: number;
  readonly count: number;
  readonly size: number;
  readonly stride: number;
}

/** `[...rest, ...space]` to `[...rest, ...counts, ...sizes]`: the windows of the last axes. */
const pool: Lowering = (builder, [x], { params }) => {
  const windows = describe(builder, x.shape, params);
  const from = x.shape.length - windows.length;
  const cut = windows.reduceRight((each, axis, i) => cutAxis(builder, each, from + i, axis), x);
  const at = (offset: 0 | 1) => windows.map((_, i) => from + 2 * i + offset);
  return builder.transpose(cut, [...x.shape.keys()].slice(0, from).concat(at(0), at(1)));
};

/** The transpose of {@link pool}: each entry of a window is added to where it came from. */
const poolTranspose: Lowering = (builder, [x], { params }) => {
  const shape = params.inShape as number[];
  const windows = describe(builder, shape, params);
  const from = shape.length - windows.length;
  const pairs = windows.flatMap((_, i) => [from + i, from + windows.length + i]);
  const cut = builder.transpose(x, [...shape.keys()].slice(0, from).concat(pairs));
  return windows.reduce((each, axis, i) => addAxis(builder, each, from + i, axis), cut);
};

function describe(
  builder: Builder,
  shape: readonly number[],
  params: Readonly<Record<string, unknown>>,
): Windows[] {
  const strides = params.strides as number[];
  const sizes = params.window as number[];
  return sizes.map((size, i) => {
    const extent = shape[shape.length - sizes.length + i];
    const [stride, count] = [strides[i], Math.ceil((extent - size + 1) / strides[i])];
    if (builder.isSymbolic(extent) && (count * stride !== extent || size > stride)) {
      throw new EngineError(
        "onnx: windows along the rows (`pool`) must neither overlap nor leave rows out: the " +
          "program has to fit any number of rows.",
      );
    }
    return { extent, count, size, stride };
  });
}

/** The axis as two: which window, and where in the window. */
function cutAxis(builder: Builder, x: Tensor, axis: number, windows: Windows): Tensor {
  const { count, size, stride } = windows;
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  if (size <= stride) {
    const whole = resize(builder, x, axis, count * stride);
    const parts = builder.reshape(whole, [...before, count, stride, ...after]);
    return resize(builder, parts, axis + 1, size);
  }
  const places = Array.from({ length: count * size }, (_, i) => {
    return Math.floor(i / size) * stride + (i % size);
  });
  const indices = builder.constant(places, [count, size], "int64");
  return builder.op("Gather", [x, indices], [...before, count, size, ...after], x.type, { axis });
}

/**
 * The two axes, window and place in it, as one. Windows are cut into pieces as long as the stride,
 * which do not overlap with those of other windows: pieces lie side by side, and their sums overlap.
 */
function addAxis(builder: Builder, x: Tensor, axis: number, windows: Windows): Tensor {
  const { extent, count, size, stride } = windows;
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 2)];
  const pieces = Math.ceil(size / stride);
  const filled = resize(builder, x, axis + 1, pieces * stride);
  const parts = builder.split(filled, axis + 1, Array<number>(pieces).fill(stride));
  const length = (count + pieces - 1) * stride;
  const terms = parts.map((part, i) => {
    const row = builder.reshape(part, [...before, count * stride, ...after]);
    return padAxis(builder, row, axis, i * stride, length - (count + i) * stride);
  });
  const sum = terms.reduce((a, b) => builder.op("Add", [a, b], a.shape, a.type));
  return resize(builder, sum, axis, extent);
}

/** Cut off the end of an axis, or put zeros there. */
function resize(builder: Builder, x: Tensor, axis: number, extent: number): Tensor {
  if (extent > x.shape[axis]) return padAxis(builder, x, axis, 0, extent - x.shape[axis]);
  return builder.slice(
    x,
    x.shape.map((own, i) => [0, i === axis ? extent : own]),
  );
}

function padAxis(builder: Builder, x: Tensor, axis: number, before: number, after: number): Tensor {
  if (before === 0 && after === 0) return x;
  return builder.pad(
    x,
    x.shape.map((_, i) => (i === axis ? [before, after] : [0, 0])),
  );
}

/** Windows of an array, as reductions over windows read them. */
export const pooling: LoweringTable = { pool, pool_transpose: poolTranspose };
