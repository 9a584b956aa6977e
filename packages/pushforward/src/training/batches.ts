import type { Distribution } from "../core/distribution.ts";
import { hostArray } from "../engine/index.ts";
import { hostRandom } from "../numerics/host-random.ts";
import { streams } from "../numerics/streams.ts";
import { type Dataset, type Part, select } from "./dataset.ts";
import { dequantize } from "./dequantization.ts";
import { flipSome } from "./flips.ts";
import type { Batch } from "./train-step.ts";
import { drawNoise, type TrainingNoise } from "./training-noise.ts";

/** Gives the training batch of any step: a pure function of seed and step. */
export type Batches = (step: number) => Batch;

/**
 * Batches drawn without replacement: each epoch is a new shuffle, its incomplete last batch left
 * out. Columns on a grid get fresh noise every time, and so do
 * layers that ask for it; images are flipped where the options say so.
 */
export function shuffledBatches(
  flow: Distribution,
  { train, columns }: Dataset,
  { seed, batchSize, flips }: { seed: number; batchSize: number; flips: boolean },
  noise: readonly TrainingNoise[],
): Batches {
  const { count } = train.rows;
  const size = Math.min(batchSize, count);
  const perEpoch = Math.floor(count / size);
  let cached: { epoch: number; order: Uint32Array } = { epoch: -1, order: new Uint32Array() };
  return (step) => {
    const epoch = Math.floor(step / perEpoch);
    if (cached.epoch !== epoch) {
      cached = { epoch, order: hostRandom(seed, streams.epochs + epoch).shuffle(count) };
    }
    const from = (step % perEpoch) * size;
    const part = select(train, cached.order.subarray(from, from + size));
    if (flips) flipSome(part.rows, flow.shape, hostRandom(seed, streams.flips + step));
    const rows = dequantize(part.rows, columns, hostRandom(seed, streams.noise + step));
    const batch = batchOf(flow, { ...part, rows });
    if (noise.length === 0) return batch;
    return { ...batch, noise: drawNoise(noise, size, seed, streams.trainingNoise + step) };
  };
}

/** A part of the data as arguments of programs. */
export function batchOf(flow: Distribution, { rows, context }: Part): Batch {
  const x = hostArray(Float32Array.from(rows.data), [rows.count, ...flow.shape]);
  if (!context || !flow.condShape) return { x };
  const cond = hostArray(Float32Array.from(context.data), [rows.count, ...flow.condShape]);
  return { x, cond };
}
