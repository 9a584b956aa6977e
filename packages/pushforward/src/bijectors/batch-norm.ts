import { type Bijector, defineBijector, discard } from "../core/bijector.ts";
import { DomainError } from "../core/errors.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import { isTraining, updateState } from "../core/training-mode.ts";
import { type NDArray, np, stopGradient } from "../engine/index.ts";

export interface BatchNormOptions {
  shape: Shape;
  /** Share rho of the old statistics in the new ones; default 0.9. At 0, those of the batch alone. */
  momentum?: number;
  /** Added to the variance; default 1e-5. */
  epsilon?: number;
}

/** State, which training sets and the optimiser leaves alone. */
export type BatchNormParams = { mean: NDArray; deviation: NDArray };

/**
 * Batch normalisation as a layer of a flow, in RealNVP's form (Dinh et al. 2017, arXiv:1605.08803,
 * section 3.7 and appendix E): `forward` is `y = (x - m) / sqrt(v + epsilon)`, log-det
 * `-1/2 sum log(v + epsilon)`, without a learned shift or scale.
 *
 * In a training step `forward` moves the running statistics first, `m <- rho m + (1 - rho) mean(x)`
 * and v alike, and normalises with what comes out; gradients go through the batch's part alone. The
 * map so is the one that the new state describes: its inverse, in training as later, is `inverse`. In
 * evaluation, and for `inverse` at any time, the statistics stand still.
 *
 * It normalises what `forward` is given: put it in the order from data to base and the whole in
 * `invert`, as the builders do. Parameters (state): `mean`, `deviation = sqrt(v)`, both of the event's
 * shape; they start as 0 and 1, or as those of the first batch. Both directions cost one pass.
 *
 * @throws DomainError unless 0 <= momentum < 1 and epsilon is positive.
 */
export function batchNorm(options: BatchNormOptions): Bijector<BatchNormParams> {
  const { shape, momentum = 0.9, epsilon = 1e-5 } = options;
  if (!(momentum >= 0 && momentum < 1) || !(epsilon > 0 && Number.isFinite(epsilon))) {
    throw new DomainError(
      `batchNorm: momentum must lie in [0, 1) and epsilon be positive; got ${momentum} and ${epsilon}.`,
    );
  }
  const size = sizeOf(shape);

  /** Mean and variance that a training step normalises with: the state after it. */
  function moveStatistics({ mean, deviation }: BatchNormParams, x: NDArray): [NDArray, NDArray] {
    const [batchMean, batchVariance] = moments(x);
    const move = (old: NDArray, fresh: NDArray) =>
      stopGradient(old)
        .mul(momentum)
        .add(fresh.mul(1 - momentum));
    const newMean = move(mean.ref, batchMean);
    const newVariance = move(deviation.ref.mul(deviation.ref), batchVariance);
    updateState(mean, newMean.ref);
    updateState(deviation, np.sqrt(newVariance.ref));
    discard(mean, deviation);
    return [newMean, newVariance];
  }

  return defineBijector<BatchNormParams>({
    kind: "batchNorm",
    shape,
    options: { shape, momentum, epsilon },
    init(key) {
      discard(key);
      return { mean: np.zeros([...shape]), deviation: np.ones([...shape]) };
    },
    forwardAndLogDet({ mean, deviation }, x) {
      const rows = x.shape[0] as number;
      const [shift, variance] = isTraining()
        ? moveStatistics({ mean, deviation }, x.ref)
        : [mean, deviation.ref.mul(deviation)];
      const logScale = np.log(variance.add(epsilon)).mul(0.5);
      const logDet = logScale.ref.reshape([size]).sum().neg();
      return [x.sub(shift).mul(np.exp(logScale.neg())), np.broadcastTo(logDet, [rows])];
    },
    inverseAndLogDet(params, y) {
      const rows = y.shape[0] as number;
      const { mean, deviation } = isTraining() ? keepStatistics(params) : params;
      const logScale = np.log(deviation.ref.mul(deviation).add(epsilon)).mul(0.5);
      const logDet = logScale.ref.reshape([size]).sum();
      return [y.mul(np.exp(logScale)).add(mean), np.broadcastTo(logDet, [rows])];
    },
    initFromData(params, x, cond, direction) {
      discard(params, cond);
      const [mean, variance] = moments(x);
      const deviation = np.sqrt(variance);
      if (direction === "forward") return { mean, deviation };
      const inverse = np.reciprocal(deviation.add(epsilon));
      return { mean: mean.mul(inverse.ref).neg(), deviation: inverse };
    },
  });
}

/** The state as it is, which no optimiser then moves. */
function keepStatistics({ mean, deviation }: BatchNormParams): BatchNormParams {
  updateState(mean, mean.ref);
  updateState(deviation, deviation.ref);
  return { mean: stopGradient(mean), deviation: stopGradient(deviation) };
}

/** Mean and variance of the rows; consumes. */
function moments(x: NDArray): [NDArray, NDArray] {
  const mean = x.ref.mean(0);
  const centred = x.sub(mean.ref);
  return [mean, centred.ref.mul(centred).mean(0)];
}
