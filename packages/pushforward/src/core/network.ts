import type { NDArray, Tree } from "../engine/index.ts";
import { type Spec, specOf } from "./spec.ts";

/**
 * A function approximator used as a conditioner: columns in, columns out.
 *
 * Features come first and the batch last, `[inputs, n] -> [outputs, n]`: the slices that a flow
 * takes of the outputs are then contiguous. Sizes are known only where the network is put to use,
 * hence `init` takes them. The last layer starts at zero, so that a fresh network outputs zeros.
 */
// biome-ignore lint/suspicious/noExplicitAny: a part of unknown parameters takes and gives any tree.
export interface Network<P extends Tree = any> {
  readonly kind: string;
  readonly spec: Spec;
  init(key: NDArray, inputs: number, outputs: number): P;
  /** Consumes its arguments. */
  apply(params: P, x: NDArray): NDArray;
}

/** Freeze a network and derive its spec from the options of its factory. */
export function defineNetwork<P extends Tree>(
  definition: Omit<Network<P>, "spec"> & { options: object },
): Network<P> {
  const { options, ...rest } = definition;
  return Object.freeze({ ...rest, spec: specOf("network", definition.kind, options) });
}

/** Sizes of an autoregressive network, known where it is put to use. */
export interface AutoregressiveSizes {
  /** Number of dimensions d of an event. */
  readonly features: number;
  /** Number of numbers of the context; 0: there is none. */
  readonly context: number;
  /** Outputs for each dimension. */
  readonly parameters: number;
}

/** Which unit of an autoregressive network sees which, layer by layer: the dimensions, hidden units, outputs. */
export interface NetworkMasks {
  /** Degrees of the units of each layer; the layer of outputs has one unit for the group of each dimension. */
  readonly degrees: readonly (readonly number[])[];
  /** `[l][i][j]`: whether unit i of layer l + 1 sees unit j of layer l. */
  readonly connections: readonly (readonly (readonly boolean[])[])[];
}

/**
 * A conditioner with an output group for each dimension that sees only the dimensions before it, in an
 * order that is given with the call, and the whole context.
 */
// biome-ignore lint/suspicious/noExplicitAny: a part of unknown parameters takes and gives any tree.
export interface AutoregressiveNetwork<P extends Tree = any> {
  readonly kind: string;
  readonly spec: Spec;
  init(key: NDArray, sizes: AutoregressiveSizes): P;
  /**
   * All groups in one pass: `[d, n] -> [parameters, d, n]`. Consumes its arguments.
   *
   * @param context `[c, n]`.
   * @param ranks `[d]`: the place of each dimension in the order, from 0.
   */
  apply(
    params: P,
    sizes: AutoregressiveSizes,
    x: NDArray,
    context: NDArray | undefined,
    ranks: NDArray,
  ): NDArray;
  /**
   * One group after another, each unit computed once: what all calls do together costs one pass. The
   * function returned is called d times, with the dimension that came last in the order, `[1, n]` (first
   * `undefined`), and gives the group of the next, `[parameters, 1, n]`. Consumes its arguments.
   *
   * @param order the dimensions in their order.
   * @param rows number of rows n.
   */
  unfold(
    params: P,
    sizes: AutoregressiveSizes,
    context: NDArray | undefined,
    order: readonly number[],
    rows: number,
  ): (last: NDArray | undefined) => NDArray;
  /**
   * The masks that make the network autoregressive: an output depends on a dimension where a way leads from one to the
   * other, and on no other, whatever the weights are. Units are in the order of the weights, so that dimensions and
   * outputs are 0, 1, ... d - 1. What a residual network adds opens no other way: its layers have the same degrees.
   * The context, which all units of the first hidden layer see, is left out. Absent: the network has no masks.
   *
   * @param order the dimensions in their order.
   * @throws DomainError when that is not a permutation of 0 .. d - 1.
   */
  masks?(sizes: AutoregressiveSizes, order: readonly number[]): NetworkMasks;
}

/** Freeze an autoregressive network and derive its spec from the options of its factory. */
export function defineAutoregressiveNetwork<P extends Tree>(
  definition: Omit<AutoregressiveNetwork<P>, "spec"> & { options: object },
): AutoregressiveNetwork<P> {
  const { options, ...rest } = definition;
  return Object.freeze({ ...rest, spec: specOf("network", definition.kind, options) });
}

/**
 * A conditioner of images: feature maps in, feature maps out, `[n, inputs, h, w] -> [n, outputs, h, w]`. As
 * with {@link Network}, sizes are known only where it is put to use, and a fresh network outputs zeros.
 */
// biome-ignore lint/suspicious/noExplicitAny: a part of unknown parameters takes and gives any tree.
export interface ImageNetwork<P extends Tree = any> {
  readonly kind: string;
  readonly spec: Spec;
  /** `inputs` and `outputs` count channels. */
  init(key: NDArray, inputs: number, outputs: number): P;
  /** Consumes its arguments. */
  applyToImages(params: P, x: NDArray): NDArray;
}

/** Freeze a network of images and derive its spec from the options of its factory. */
export function defineImageNetwork<P extends Tree>(
  definition: Omit<ImageNetwork<P>, "spec"> & { options: object },
): ImageNetwork<P> {
  const { options, ...rest } = definition;
  return Object.freeze({ ...rest, spec: specOf("network", definition.kind, options) });
}
