import type { Builder, Tensor } from "../builder.ts";
import { entries } from "../graph.ts";
import type { Convolution, ConvolutionAxis } from "./convolution-geometry.ts";
import { padLast, spread, takeStrides } from "./strides.ts";

/**
 * For kernels about as large as the image, as gradients of kernels have them: each of the few
 * outputs is a matrix product over channels and space.
 */
export function productPerOutput(builder: Builder, convolution: Convolution): Tensor {
  const { input, kernel, axes, lead, rows, features } = spreadInput(
    builder,
    convolution,
    (axis) => axis.kernelStep > 1,
  );
  // Along each axis one operand stays whole and the other is cut to what it meets there.
  const cutKernel = axes.map(
    (axis) => axis.inputStep > 1 || (features < rows && axis.kernelStep === 1),
  );
  const counts = axes.map((axis) => axis.output);
  const inputs = axes.map((axis, i) => (cutKernel[i] ? all(axis.input) : inputUnderKernel(axis)));
  const kernels = axes.map((axis, i) => (cutKernel[i] ? kernelOverInput(axis) : all(axis.kernel)));
  const inputAt = createWindows(builder, input, inputs, counts);
  const kernelAt = createWindows(builder, kernel, kernels, counts);
  const products = positions(counts).map((position) => {
    const x = joinAxes(builder, inputAt(position), lead.length + 1);
    const w = swapLast(builder, joinAxes(builder, kernelAt(position), lead.length + 1));
    const product = builder.op("MatMul", [x, w], [...lead, rows, features], x.type);
    return builder.reshape(product, [...product.shape, 1]);
  });
  const stacked = builder.concat(products, lead.length + 2);
  return builder.reshape(stacked, [...lead, rows, features, ...counts]);
}

/**
 * The gradient of a small kernel of a layer of images, whose "channels" are the rows of a batch: for each of these a
 * product over space of the one operand with all windows of the other, and their sum. Done so where space
 * is wide, for what a batch of images holds row by row need not be reordered.
 */
export function productPerChannel(builder: Builder, convolution: Convolution): Tensor {
  const { input, kernel, axes, rows, channels, features } = convolution;
  const cutKernel = features < rows;
  const counts = axes.map((axis) => axis.output);
  const [cut, whole] = [input, kernel].map((x) => builder.transpose(x, [1, 0, 2, 3]));
  const windows = axes.map(cutKernel ? kernelOverInput : inputUnderKernel);
  const windowAt = createWindows(builder, cutKernel ? whole : cut, windows, counts);
  const patches = builder.concat(
    positions(counts).map((position) => joinAxes(builder, windowAt(position), 2)),
    1,
  );
  const other = swapLast(builder, joinAxes(builder, cutKernel ? cut : whole, 2));
  const [own, others] = cutKernel ? [features, rows] : [rows, features];
  const size = entries(counts);
  const products = builder.op(
    "MatMul",
    [patches, other],
    [channels, size * own, others],
    input.type,
  );
  const sum = sumFirst(builder, products);
  const apart = builder.reshape(sum, [size, own, others]);
  const ordered = builder.transpose(apart, cutKernel ? [2, 1, 0] : [1, 2, 0]);
  return builder.reshape(ordered, [rows, features, ...counts]);
}

/** The sum over the first axis. */
function sumFirst(builder: Builder, x: Tensor): Tensor {
  const [, ...shape] = x.shape;
  return builder.op("ReduceSum", [x, builder.integers([0])], shape, x.type, { keepdims: 0 });
}

/**
 * For integers, and for a kernel for each row: the patches of the input that lie under each entry of
 * the kernel, one below the other, are multiplied by the kernel as a matrix.
 */
export function productOfPatches(builder: Builder, convolution: Convolution): Tensor {
  const { input, kernel, axes, lead, rows, channels, features } = spreadInput(
    builder,
    convolution,
    () => true,
  );
  const counts = axes.map((axis) => axis.kernel);
  const inputAt = createWindows(builder, input, axes.map(inputUnderOutputs), counts);
  const patches = positions(counts).map((position) =>
    joinAxes(builder, inputAt(position), lead.length + 2),
  );
  const x = builder.concat(patches, lead.length + 1);
  const outer = [...kernel.shape.keys()].filter((axis) => axis !== lead.length + 1);
  const channelsLast = builder.transpose(kernel, [...outer, lead.length + 1]);
  const kernelLead = kernel.shape.slice(0, lead.length);
  const w = builder.reshape(channelsLast, [...kernelLead, 1, features, entries(counts) * channels]);
  const outputs = axes.map((axis) => axis.output);
  const shape = [...lead, rows, features, entries(outputs)];
  return builder.reshape(builder.op("MatMul", [w, x], shape, x.type), [
    ...shape.slice(0, -1),
    ...outputs,
  ]);
}

/** Write out the zeros between entries of the input along the axes that need it; those at its end do no harm. */
function spreadInput(
  builder: Builder,
  convolution: Convolution,
  needed: (axis: ConvolutionAxis) => boolean,
): Convolution {
  const steps = convolution.axes.map((axis) => (needed(axis) ? axis.inputStep : 1));
  const axes = convolution.axes.map((axis, i) =>
    steps[i] === 1 ? axis : { ...axis, input: axis.input * steps[i], inputStep: 1 },
  );
  return { ...convolution, input: spread(builder, convolution.input, steps), axes };
}

/**
 * What to take of an axis at each position: `count` entries that are `step` apart, the first at
 * `offset + slope position`, with zeros outside of the axis.
 */
interface Window {
  readonly offset: number;
  readonly slope: number;
  readonly step: number;
  readonly count: number;
}

const all = (extent: number): Window => ({ offset: 0, slope: 0, step: 1, count: extent });

/** Of the input, at an output: what lies under the entries of the kernel. */
function inputUnderKernel({ before, stride, kernelStep, kernel }: ConvolutionAxis): Window {
  return { offset: -before, slope: stride, step: kernelStep, count: kernel };
}

/** Of the kernel, at an output: what lies over the entries of the input. */
function kernelOverInput({ before, stride, inputStep, input }: ConvolutionAxis): Window {
  return { offset: before, slope: -stride, step: inputStep, count: input };
}

/** Of the input, at an entry of the kernel: what it meets for each output. */
function inputUnderOutputs({ before, stride, kernelStep, output }: ConvolutionAxis): Window {
  return { offset: -before, slope: kernelStep, step: stride, count: output };
}

/** Pads a tensor once such that the windows of its last axes at all positions lie inside. */
function createWindows(
  builder: Builder,
  x: Tensor,
  windows: readonly Window[],
  counts: readonly number[],
): (position: readonly number[]) => Tensor {
  const from = x.shape.length - windows.length;
  const widths = windows.map(({ offset, slope, step, count }, i) => {
    const ends = [offset, offset + slope * (counts[i] - 1)];
    const beyond = Math.max(...ends) + (count - 1) * step + 1 - x.shape[from + i];
    return [Math.max(0, -Math.min(...ends)), Math.max(0, beyond)] as const;
  });
  const padded = padLast(builder, x, widths);
  return (position) =>
    takeStrides(
      builder,
      padded,
      windows.map(({ offset, slope, step, count }, i) => {
        return { start: widths[i][0] + offset + slope * position[i], step, count };
      }),
    );
}

/** All positions of a grid, the last axis fastest. */
function positions(counts: readonly number[]): number[][] {
  return counts.reduce<number[][]>(
    (places, count) =>
      places.flatMap((place) => Array.from({ length: count }, (_, i) => [...place, i])),
    [[]],
  );
}

/** The axes from `start` on as one; those before may be of any extents, known or not. */
function joinAxes(builder: Builder, x: Tensor, start: number): Tensor {
  const kept = x.shape.slice(0, start);
  const target = builder.integers([...kept.map(() => 0), -1]);
  const shape = [...kept, entries(x.shape.slice(start))];
  return builder.op("Reshape", [x, target], shape, x.type);
}

function swapLast(builder: Builder, x: Tensor): Tensor {
  const last = x.shape.length - 1;
  const perm = [...x.shape.keys()];
  [perm[last - 1], perm[last]] = [last, last - 1];
  return builder.transpose(x, perm);
}
