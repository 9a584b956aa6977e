import type { Builder, Tensor } from "../builder.ts";
import { entries } from "../graph.ts";
import type { Convolution, ConvolutionAxis } from "./convolution-geometry.ts";
import { padLast, takeStrides } from "./strides.ts";

/**
 * Write a convolution as ONNX' `Conv`, or as `ConvTranspose`, its gradient, where that does less work.
 *
 * @param bias `[features]`, where there are no leading axes.
 */
export function convolutionOperator(
  builder: Builder,
  convolution: Convolution,
  bias?: Tensor,
): Tensor {
  const { kernel, lead } = convolution;
  const shared = entries(kernel.shape.slice(0, lead.length)) === 1;
  return shared ? sharedKernel(builder, convolution, bias) : kernelGroups(builder, convolution);
}

/** One kernel for all leading axes: these are further rows. */
function sharedKernel(builder: Builder, convolution: Convolution, bias?: Tensor): Tensor {
  const { input, kernel, axes, lead, rows, channels, features } = convolution;
  const x = builder.reshape(input, [
    entries(lead) * rows,
    channels,
    ...axes.map((axis) => axis.input),
  ]);
  const w = builder.reshape(kernel, [features, channels, ...axes.map((axis) => axis.kernel)]);
  const operands = bias ? [x, w, bias] : [x, w];
  const result = apply(builder, operands, axes, 1);
  return builder.reshape(result, [...lead, rows, features, ...result.shape.slice(2)]);
}

/** A kernel for each leading index: these are groups of channels. */
function kernelGroups(builder: Builder, convolution: Convolution): Tensor {
  const { input, kernel, axes, lead, rows, channels, features } = convolution;
  const space = axes.map((axis) => axis.input);
  const count = entries(lead);
  const sharedInput = entries(input.shape.slice(0, lead.length)) === 1;
  const groups = sharedInput ? 1 : count;
  const repeated = sharedInput ? input : builder.expand(input, [...lead, rows, channels, ...space]);
  const grouped = swapFirst(builder, builder.reshape(repeated, [groups, rows, channels, ...space]));
  const x = builder.reshape(grouped, [rows, groups * channels, ...space]);
  const window = axes.map((axis) => axis.kernel);
  const kernels = builder.expand(kernel, [...lead, features, channels, ...window]);
  const w = builder.reshape(kernels, [count * features, channels, ...window]);
  const result = apply(builder, [x, w], axes, groups);
  const output = result.shape.slice(2);
  const separate = swapFirst(builder, builder.reshape(result, [rows, count, features, ...output]));
  return builder.reshape(separate, [...lead, rows, features, ...output]);
}

function swapFirst(builder: Builder, x: Tensor): Tensor {
  return builder.transpose(x, [1, 0, ...range(2, x.shape.length)]);
}

/** @param operands input, kernel and, where there is one, bias. */
function apply(
  builder: Builder,
  operands: readonly Tensor[],
  axes: readonly ConvolutionAxis[],
  groups: number,
): Tensor {
  const transpose = axes.some((axis) => axis.inputStep > 1) || narrows(operands[1], axes, groups);
  return (transpose ? transposed : direct)(builder, operands, axes, groups);
}

/**
 * `Conv` copies the channels of the input once per entry of the kernel, `ConvTranspose` the features
 * of the result: it is faster where these are far fewer.
 */
function narrows(w: Tensor, axes: readonly ConvolutionAxis[], groups: number): boolean {
  const [features, channels, ...window] = w.shape;
  const moves = axes.every((axis) => axis.stride === 1);
  return moves && entries(window) > 1 && (4 * features) / groups <= channels;
}

/** The kernel moves over the input. */
function direct(
  builder: Builder,
  [x, w, ...bias]: readonly Tensor[],
  axes: readonly ConvolutionAxis[],
  group: number,
): Tensor {
  const rests = axes.map(({ input, before, after }) => {
    return { start: kept(-before), step: 1, count: input - kept(-before) - kept(-after) };
  });
  const cropped = takeStrides(builder, x, rests);
  const shape = [x.shape[0], w.shape[0], ...axes.map((axis) => axis.output)];
  return builder.op("Conv", [cropped, w, ...bias], shape, x.type, {
    strides: axes.map((axis) => axis.stride),
    dilations: axes.map((axis) => axis.kernelStep),
    pads: sides(axes.map((axis) => [axis.before, axis.after])),
    group,
  });
}

/** Every entry of the input adds a multiple of the kernel to the result: zeros between them cost nothing. */
function transposed(
  builder: Builder,
  [x, w, ...bias]: readonly Tensor[],
  axes: readonly ConvolutionAxis[],
  group: number,
): Tensor {
  const trims = axes.map(trimsOf);
  // What the kernel reaches beyond the padding is cut off by the operator, unless there are zeros to
  // add on the other side: the rest could be empty, which it refuses.
  const pads = trims.map((trim) => (Math.min(...trim) < 0 ? ([0, 0] as const) : trim));
  const lengths = axes.map(({ input, inputStep, kernel, kernelStep }, i) => {
    const full = (input - 1) * inputStep + (kernel - 1) * kernelStep + 1;
    return full - pads[i][0] - pads[i][1];
  });
  const zeros = trims.map(([before, after]) => [kept(-before), kept(-after)] as const);
  // Zeros that are added have the bias, too.
  const within = zeros.flat().some((width) => width > 0) ? [] : bias;
  const operands = [x, turned(builder, w, group), ...within];
  const shape = [x.shape[0], w.shape[0], ...lengths];
  const result = builder.op("ConvTranspose", operands, shape, x.type, {
    strides: axes.map((axis) => axis.inputStep),
    dilations: axes.map((axis) => axis.kernelStep),
    pads: sides(pads),
    group,
  });
  const strides = axes.map(({ stride, output }, i) => {
    return { start: kept(trims[i][0]) - pads[i][0], step: stride, count: output };
  });
  const taken = takeStrides(builder, padLast(builder, result, zeros), strides);
  return within.length === bias.length ? taken : addToFeatures(builder, taken, bias[0]);
}

/** `[rows, features, ...space]` plus a number for each feature map. */
function addToFeatures(builder: Builder, x: Tensor, bias: Tensor): Tensor {
  const column = builder.reshape(bias, [bias.shape[0], ...x.shape.slice(2).map(() => 1)]);
  return builder.op("Add", [x, column], x.shape, x.type);
}

/** How far a kernel on the first and last entry reaches beyond the padding. */
function trimsOf({ kernel, kernelStep, before, after }: ConvolutionAxis): [number, number] {
  const reach = (kernel - 1) * kernelStep;
  return [reach - before, reach - after];
}

/** The kernel as `ConvTranspose` wants it: `[channels, features, ...]` in each group, and back to front. */
function turned(builder: Builder, w: Tensor, group: number): Tensor {
  const [features, channels, ...window] = w.shape;
  const grouped = builder.reshape(w, [group, features / group, channels, ...window]);
  const swapped = builder.transpose(grouped, [0, 2, 1, ...range(3, grouped.shape.length)]);
  const kernel = builder.reshape(swapped, [group * channels, features / group, ...window]);
  return builder.flip(
    kernel,
    range(2, kernel.shape.length).filter((axis) => kernel.shape[axis] > 1),
  );
}

const kept = (width: number) => Math.max(0, width);

/** Widths before all axes, then after all axes; none is negative in ONNX. */
function sides(widths: readonly (readonly [number, number])[]): number[] {
  return [0, 1].flatMap((side) => widths.map((width) => kept(width[side])));
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}
