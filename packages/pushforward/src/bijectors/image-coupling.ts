import { type Bijector, type Direction, defineBijector } from "../core/bijector.ts";
import { checkOptionNames } from "../core/check-options.ts";
import { checkScalarMap } from "../core/check-part.ts";
import { DomainError, ShapeError } from "../core/errors.ts";
import { checkImage, type ImageShape } from "../core/image.ts";
import type { ImageNetwork } from "../core/network.ts";
import { checkShape, type Shape, showShape } from "../core/shape.ts";
import type { Transformer } from "../core/transformer.ts";
import { type NDArray, np, type Tree } from "../engine/index.ts";

export interface ImageCouplingOptions {
  /** `[channels, height, width]`. */
  shape: Shape;
  /** The scalar map applied to the numbers that change. */
  transformer: Transformer;
  /** The network from the numbers that stay, and the context, to the map's parameters. */
  conditioner: ImageNetwork;
  /** What stays: every second pixel as on a checkerboard, or the first half of the channels, `floor(c / 2)`. */
  mask: "checkerboard" | "channels";
  /** Let the other half stay; default false. */
  flip?: boolean;
  /**
   * `[k]`: numbers that the network sees at every pixel; or `[k, height, width]`: an image of the same size.
   * Default null: no context.
   */
  condShape?: Shape | null;
}

/** The pixels or channels that stay, and those that change; how they are told apart and put together again. */
interface Halves {
  readonly inputs: number;
  readonly changed: number;
  /** What stays, for the network, and what changes; consumes. */
  divide(x: NDArray): [kept: NDArray, changed: NDArray];
  /** The image again, and the log-derivatives of what changes; consumes. */
  join(kept: NDArray, changed: NDArray, logDet: NDArray): [NDArray, NDArray];
}

/**
 * A coupling layer on images: half of the numbers stay, the others go through a scalar map whose parameters
 * a convolutional network makes of those that stay, `y_A = x_A`, `y_B = T(x_B; network(x_A, context))`;
 * log-det `sum log T'` (Dinh et al. 2017, arXiv:1605.08803, sections 3.4 and 3.5).
 *
 * The network's outputs are all first parameters of the numbers that change, channel by channel, then all
 * second ones, and so on. Both directions cost one pass of it. It starts at zero, hence the layer as the
 * identity.
 *
 * @throws ShapeError when the event is not an image, has one channel to be divided, or the context is no vector
 * and no image of its size; DomainError for an unknown mask.
 */
export function imageCoupling(options: ImageCouplingOptions): Bijector<Tree> {
  checkOptionNames("imageCoupling", options, [
    "shape",
    "transformer",
    "conditioner",
    "mask",
    "flip",
    "condShape",
  ]);
  const { transformer, conditioner, mask, flip = false, condShape = null } = options;
  const shape = checkImage("imageCoupling", options.shape);
  checkScalarMap("imageCoupling", transformer, conditioner, "applyToImages", "convNet()");
  const halves = halvesOf(mask, shape, flip);
  const [, height, width] = shape;
  const contextChannels = condShape === null ? 0 : channelsOf(condShape, shape);
  const { parameterCount } = transformer;

  /** The map's parameters for what changes, `[parameterCount, n, changed, h, w]`. */
  function parameters(params: Tree, kept: NDArray, cond: NDArray | undefined): NDArray {
    const rows = kept.shape[0] as number;
    const maps =
      cond && cond.shape.length === 2
        ? np.broadcastTo(cond.reshape([rows, -1, 1, 1]), [rows, contextChannels, height, width])
        : cond;
    const inputs = maps ? np.concatenate([kept, maps], 1) : kept;
    const outputs = conditioner.applyToImages(params, inputs);
    const grouped = outputs.reshape([rows, parameterCount, halves.changed, height, width]);
    return np.transpose(grouped, [1, 0, 2, 3, 4]);
  }

  function apply(
    direction: Direction,
    params: Tree,
    x: NDArray,
    cond: NDArray | undefined,
  ): [NDArray, NDArray] {
    const rows = x.shape[0] as number;
    const [kept, changed] = halves.divide(x);
    const theta = parameters(params, kept.ref, cond);
    const [y, logDet] = halves.join(kept, ...transformer[`${direction}AndLogDet`](theta, changed));
    return [y, logDet.reshape([rows, -1]).sum(1)];
  }

  return defineBijector<Tree>({
    kind: "imageCoupling",
    shape,
    condShape,
    cost: transformer.cost,
    options: { shape, transformer, conditioner, mask, flip, condShape },
    init: (key) =>
      conditioner.init(key, halves.inputs + contextChannels, parameterCount * halves.changed),
    forwardAndLogDet: (params, x, cond) => apply("forward", params, x, cond),
    inverseAndLogDet: (params, y, cond) => apply("inverse", params, y, cond),
    interval: transformer.interval && {
      low: transformer.interval[0],
      high: transformer.interval[1],
      indices: changedIndices(mask, shape, flip),
      ...(transformer.isCircular && { isDomain: true }),
    },
  });
}

/** Channels that a context adds to what the network sees. */
function channelsOf(condShape: Shape, [, height, width]: ImageShape): number {
  const [channels, ...space] = checkShape("imageCoupling", condShape);
  const isImage = space.length === 2 && space[0] === height && space[1] === width;
  if (channels !== undefined && (space.length === 0 || isImage)) return channels;
  throw new ShapeError(
    `imageCoupling: the context must be a vector, [k], or an image of the same size, [k, ${height}, ${width}]; ` +
      `got ${showShape(condShape)}.`,
  );
}

function halvesOf(mask: ImageCouplingOptions["mask"], shape: ImageShape, flip: boolean): Halves {
  if (mask === "channels") return channelHalves(shape, flip);
  if (mask === "checkerboard") return checkerboardHalves(shape, flip);
  throw new DomainError(
    `imageCoupling: the mask must be "checkerboard" or "channels", got ${JSON.stringify(mask)}.`,
  );
}

function channelHalves([channels]: ImageShape, flip: boolean): Halves {
  const first = Math.floor(channels / 2);
  if (first === 0) {
    throw new ShapeError(
      'imageCoupling: one channel cannot be divided. Squeeze the image first, or take the mask "checkerboard".',
    );
  }
  return {
    inputs: flip ? channels - first : first,
    changed: flip ? first : channels - first,
    divide(x) {
      const head = x.ref.slice([], [0, first]);
      const tail = x.slice([], [first, channels]);
      return flip ? [tail, head] : [head, tail];
    },
    join: (kept, changed, logDet) => [
      np.concatenate(flip ? [changed, kept] : [kept, changed], 1),
      logDet,
    ],
  };
}

/** All pixels go through the network and the map, and half of what comes out is taken. */
function checkerboardHalves([channels, height, width]: ImageShape, flip: boolean): Halves {
  const squares = (value: number) =>
    np.array(
      Float32Array.from({ length: height * width }, (_, i) =>
        isKept(Math.floor(i / width), i % width, flip) ? value : 1 - value,
      ),
      { shape: [height, width] },
    );
  return {
    inputs: channels,
    changed: channels,
    // What stays goes through the map as 0, whatever it is.
    divide: (x) => [x.ref.mul(squares(1)), x.mul(squares(0))],
    join: (kept, changed, logDet) => [kept.add(changed.mul(squares(0))), logDet.mul(squares(0))],
  };
}

function isKept(row: number, column: number, flip: boolean): boolean {
  return (row + column) % 2 === (flip ? 1 : 0);
}

/** Indices of the numbers that change in the flattened event. */
function changedIndices(
  mask: ImageCouplingOptions["mask"],
  [channels, height, width]: ImageShape,
  flip: boolean,
): number[] {
  const first = Math.floor(channels / 2);
  const indices = Array.from({ length: channels * height * width }, (_, index) => index);
  return indices.filter((index) => {
    const pixel = index % (height * width);
    if (mask === "checkerboard") {
      return !isKept(Math.floor(pixel / width), pixel % width, flip);
    }
    return index < first * height * width === flip;
  });
}
