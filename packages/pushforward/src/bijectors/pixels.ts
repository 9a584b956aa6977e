import {
  type Bijector,
  type BijectorDefinition,
  defineBijector,
  noParams,
} from "../core/bijector.ts";
import { checkCount } from "../core/check-number.ts";
import { DomainError } from "../core/errors.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import { np } from "../engine/index.ts";
import { sigmoid } from "./sigmoid.ts";

export interface PixelsOptions {
  shape: Shape;
  /** Number of values of a pixel: they are 0 to `values - 1`; default 256, 8 bits. */
  values?: number;
  /**
   * The share alpha of the logit's range on either side that is no pixel value; default 0.05. `null`: no logit,
   * pixels are scaled to [-1/2, 1/2].
   */
  alpha?: number | null;
}

/**
 * From the line to the values of pixels, spread over cells of width 1: with p = (y + 1/2) / values in [0, 1],
 * `y = f(x)` is defined by `x = logit(alpha + (1 - 2 alpha) p)` (Papamakarios et al. 2017, arXiv:1705.07057; Dinh et
 * al. 2017, arXiv:1605.08803, section 4.1, leave out one end), or with `alpha: null` by `x = p - 1/2` (Kingma and
 * Dhariwal 2018). No parameters. It says that data are whole numbers, which `fit` and `evaluate` then spread over their cells: densities are those of pixel values, and
 * -log2 of them per number is bits per dimension.
 *
 * With a logit the density reaches `alpha values / (1 - 2 alpha)` beyond the outermost cells.
 *
 * @throws DomainError unless there are at least 2 values and 3e-7 <= alpha < 1/2.
 */
export function pixels(options: PixelsOptions): Bijector<Record<string, never>> {
  const { shape, values = 256, alpha = 0.05 } = options;
  checkCount("pixels", "values", values, 2);
  const map = alpha === null ? scaled(shape, values) : logit(shape, values, alpha);
  return defineBijector({
    kind: "pixels",
    shape,
    options: { shape, values, alpha },
    init: noParams,
    ...map,
    integers: { low: 0, high: values - 1 },
  });
}

/** A few float32 steps beyond the largest value: noise that is rounded onto the end of its cell stays inside. */
const LEAST_ALPHA = 3e-7;

function logit(shape: Shape, values: number, alpha: number): Maps {
  if (!(alpha >= LEAST_ALPHA && alpha < 0.5)) {
    throw new DomainError(
      `pixels: alpha must lie between ${LEAST_ALPHA} and 1/2, or be null; got ${alpha}.`,
    );
  }
  const beyond = (alpha * values) / (1 - 2 * alpha);
  const ends = { low: -0.5 - beyond, high: values - 0.5 + beyond };
  const { forwardAndLogDet, inverseAndLogDet } = sigmoid({ shape, ...ends });
  return { forwardAndLogDet, inverseAndLogDet, support: [ends.low, ends.high] };
}

/** The two maps on one batch dimension, and where they end. */
type Maps = Pick<
  BijectorDefinition<Record<string, never>>,
  "forwardAndLogDet" | "inverseAndLogDet" | "support"
>;

function scaled(shape: Shape, values: number): Maps {
  const logDet = sizeOf(shape) * Math.log(values);
  const middle = (values - 1) / 2;
  return {
    forwardAndLogDet: (_, x) => {
      const rows = x.shape[0] as number;
      return [x.mul(values).add(middle), np.full([rows], logDet)];
    },
    inverseAndLogDet: (_, y) => {
      const rows = y.shape[0] as number;
      return [y.sub(middle).mul(1 / values), np.full([rows], -logDet)];
    },
  };
}
