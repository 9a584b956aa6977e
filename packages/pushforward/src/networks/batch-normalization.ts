import { isTraining, updateState } from "../core/training-mode.ts";
import { type NDArray, np } from "../engine/index.ts";

/** Per channel [c]: learned `gain` and `offset`; `mean` and `deviation` are state. */
export type BatchNormalization = {
  gain: NDArray;
  offset: NDArray;
  mean: NDArray;
  deviation: NDArray;
};

/** Share of the old statistics in the new ones. */
const MOMENTUM = 0.9;

/** Added to the variance. */
const EPSILON = 1e-5;

/** No change at the start. */
export function initBatchNormalization(channels: number): BatchNormalization {
  return {
    gain: np.ones([channels]),
    offset: np.zeros([channels]),
    mean: np.zeros([channels]),
    deviation: np.ones([channels]),
  };
}

/**
 * Batch normalisation inside a network of images, per channel (Ioffe and Szegedy 2015, arXiv:1502.03167):
 * with the batch's own mean and variance in a training step, with running ones in evaluation. `x` is
 * `[n, c, h, w]`; consumes.
 */
export function batchNormalization(params: BatchNormalization, x: NDArray): NDArray {
  const { gain, offset } = params;
  const [mean, variance] = isTraining() ? batchMoments(params, x.ref) : runningMoments(params);
  const scale = gain.div(np.sqrt(variance.add(EPSILON)));
  const shift = offset.sub(mean.mul(scale.ref));
  return x.mul(scale.reshape([-1, 1, 1])).add(shift.reshape([-1, 1, 1]));
}

function runningMoments({ mean, deviation }: BatchNormalization): [NDArray, NDArray] {
  return [mean, deviation.ref.mul(deviation)];
}

/** Those of the batch, towards which the running ones move. */
function batchMoments({ mean, deviation }: BatchNormalization, x: NDArray): [NDArray, NDArray] {
  const batchMean = x.ref.mean([0, 2, 3]);
  const centred = x.sub(batchMean.ref.reshape([-1, 1, 1]));
  const batchVariance = centred.ref.mul(centred).mean([0, 2, 3]);
  const move = (old: NDArray, fresh: NDArray) => old.mul(MOMENTUM).add(fresh.mul(1 - MOMENTUM));
  const variance = move(deviation.ref.mul(deviation.ref), batchVariance.ref);
  updateState(mean, move(mean.ref, batchMean.ref));
  updateState(deviation, np.sqrt(variance));
  mean.dispose();
  deviation.dispose();
  return [batchMean, batchVariance];
}
