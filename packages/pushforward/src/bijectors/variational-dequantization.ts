import { type Bijector, type Direction, defineBijector } from "../core/bijector.ts";
import { checkCount } from "../core/check-number.ts";
import { checkBijector } from "../core/check-part.ts";
import { ConditionError } from "../core/errors.ts";
import { bijectorFault } from "../core/parameter-faults.ts";
import { settleBijector } from "../core/settle-parameters.ts";
import { sameShape, showShape } from "../core/shape.ts";
import { type NDArray, np, stopGradient, type Tree } from "../engine/index.ts";
import { sigmoid } from "./sigmoid.ts";

export interface VariationalDequantizationOptions<P extends Tree> {
  /** A bijector of the logits of the noise, given the image: its context has the shape of its event. */
  noise: Bijector<P>;
  /** Number of values of a pixel: they are 0 to `values - 1`; default 256, 8 bits. */
  values?: number;
}

/** Noise this close to the ends of its cell counts as so far from them: its logit stays finite. */
const MARGIN = 1e-5;

/**
 * Variational dequantisation as a layer (Ho et al. 2019, arXiv:1902.00275, section 3.1): within the cell of each
 * whole number it moves the noise, `x + u` to `x + g(u; x)` with `g = sigmoid o noise o logit` an invertible map
 * that sees the whole image x.
 *
 * Data are spread over their cells with uniform noise u as always; the density of `x + u` under a flow that
 * ends with this layer is `p(x + v) / q(v | x)` for the noise `v = g(u; x)` of density q, so that its mean
 * logarithm is Flow++'s variational bound, and all else stays as it is. `forward` and `inverse` keep each
 * number in its cell; log-dets are those of g. Close to the ends of a cell float32 loses the noise's digits.
 *
 * @throws ConditionError unless the context of `noise` has the shape of its event.
 */
export function variationalDequantization<P extends Tree>(
  options: VariationalDequantizationOptions<P>,
): Bijector<P> {
  const { noise, values = 256 } = options;
  checkBijector("variationalDequantization", noise);
  checkCount("variationalDequantization", "values", values, 2);
  const { shape, condShape } = noise;
  if (!condShape || !sameShape(condShape, shape)) {
    throw new ConditionError(
      `variationalDequantization: the noise must take the image as its context, of shape ${showShape(shape)}; ` +
        `${noise.kind} takes ${condShape ? showShape(condShape) : "none"}.`,
    );
  }
  const squash = sigmoid({ shape });

  function move(direction: Direction, params: P, y: NDArray): [NDArray, NDArray] {
    const cell = stopGradient(np.clip(np.floor(y.ref.add(0.5)), 0, values - 1));
    const inCell = np.clip(y.sub(cell.ref).add(0.5), MARGIN, 1 - MARGIN);
    const image = cell.ref.mul(2 / values).sub(1);
    const [logits, logitDet] = squash.inverseAndLogDet({}, inCell);
    const [moved, movedDet] = noise[`${direction}AndLogDet`](params, logits, image);
    const [placed, placedDet] = squash.forwardAndLogDet({}, moved);
    return [placed.sub(0.5).add(cell), logitDet.add(movedDet).add(placedDet)];
  }

  return defineBijector<P>({
    kind: "variationalDequantization",
    shape,
    cost: noise.cost,
    options: { noise, values },
    init: noise.init,
    forwardAndLogDet: (params, x) => move("forward", params, x),
    inverseAndLogDet: (params, y) => move("inverse", params, y),
    checkParameters(params) {
      const fault = bijectorFault(noise, params, "");
      return fault && `its noise's ${fault}`;
    },
    settleParameters: (params) => settleBijector(noise, params),
    integers: { low: 0, high: values - 1 },
  });
}
