import type { Tensor } from "../builder.ts";
import { broadcastShapes, type Node } from "../graph.ts";

/** One spatial axis of a convolution. */
export interface ConvolutionAxis {
  /** Extents. */
  readonly input: number;
  readonly kernel: number;
  readonly output: number;
  /** How far the kernel moves from one output to the next. */
  readonly stride: number;
  /** Distances of the entries, with zeros in between. */
  readonly inputStep: number;
  readonly kernelStep: number;
  /** Zeros put before and after the input; negative: entries taken off. */
  readonly before: number;
  readonly after: number;
}

/**
 * Input `[...lead, rows, channels, ...space]`, kernel `[...lead, features, channels, ...space]`, result
 * `[...lead, rows, features, ...space]`.
 *
 * An operand may have extent 1 along leading axes; it is then the same for all of the other's.
 */
export interface Convolution {
  readonly input: Tensor;
  readonly kernel: Tensor;
  readonly axes: readonly ConvolutionAxis[];
  readonly lead: readonly number[];
  readonly rows: number;
  readonly channels: number;
  readonly features: number;
}

/** What a node `conv` of jax-js says. */
export function convolutionOf(
  [input, kernel]: readonly Tensor[],
  { params, outputs }: Node,
): Convolution {
  const at = params.vmapDims as number;
  const strides = params.strides as number[];
  const inputSteps = params.lhsDilation as number[];
  const kernelSteps = params.rhsDilation as number[];
  const padding = params.padding as [number, number][];
  const axes = strides.map((stride, axis) => ({
    input: input.shape[at + 2 + axis],
    kernel: kernel.shape[at + 2 + axis],
    output: outputs[0].shape[at + 2 + axis],
    stride,
    inputStep: inputSteps[axis],
    kernelStep: kernelSteps[axis],
    before: padding[axis][0],
    after: padding[axis][1],
  }));
  const lead = broadcastShapes(input.shape.slice(0, at), kernel.shape.slice(0, at));
  const [rows, channels] = input.shape.slice(at);
  return { input, kernel, axes, lead, rows, channels, features: kernel.shape[at] };
}
