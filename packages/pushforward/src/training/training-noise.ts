import type { Distribution } from "../core/distribution.ts";
import type { ParameterLayout } from "../core/parameters.ts";
import { keyOf } from "../core/seed.ts";
import { disposeEffects, duringTraining, type TrainingEffects } from "../core/training-mode.ts";
import {
  type EngineArray,
  type Extent,
  hostArray,
  type NDArray,
  noiseRequests,
  np,
  withNoise,
} from "../engine/index.ts";
import { hostRandom } from "../numerics/host-random.ts";

/** Random numbers that a training step of a flow takes; an extent `"n"` is the number of its rows. */
export interface TrainingNoise {
  readonly kind: "normal" | "uniform";
  readonly shape: readonly Extent[];
}

/** Number of rows while the noise is found out; no other extent is it. */
const PROBE = 7919;

/**
 * The random numbers that the loss of a training step asks for (dropout, orders), in its order. They
 * are made on the host: the same on every engine, and cheaper than a generator inside the program.
 */
export function trainingNoise(flow: Distribution, layout: ParameterLayout): TrainingNoise[] {
  const requests = noiseRequests(() => {
    const params = layout.toTree(layout.slots.map(({ shape }) => np.zeros([...shape])));
    const rows = np.zeros([PROBE, ...flow.shape]);
    const context = flow.condShape ? np.zeros([PROBE, ...flow.condShape]) : undefined;
    const [logProb, effects] = duringTraining(keyOf(0), () => flow.logProb(params, rows, context));
    disposeEffects(effects);
    return logProb;
  });
  return requests.map(({ kind, shape }) => ({
    kind,
    shape: shape.map((extent) => (extent === PROBE ? "n" : extent)),
  }));
}

/** The noise of one step, a pure function of seed and stream. */
export function drawNoise(
  noise: readonly TrainingNoise[],
  rows: number,
  seed: number,
  stream: number,
): EngineArray[] {
  const source = hostRandom(seed, stream);
  return noise.map(({ kind, shape }) => {
    const extents = shape.map((extent) => (extent === "n" ? rows : extent));
    const size = extents.reduce((product, extent) => product * extent, 1);
    const values = new Float32Array(size);
    for (let i = 0; i < size; i++) values[i] = source[kind]();
    return hostArray(values, extents);
  });
}

/** Call a function as a training step does, with the noise that it asks for; consumes the noise. */
export function withTrainingNoise<T>(
  noise: readonly NDArray[],
  call: () => T,
): [T, TrainingEffects] {
  const left = [...noise];
  try {
    return withNoise(
      () => left.shift() as NDArray,
      () => duringTraining(keyOf(0), call),
    );
  } finally {
    for (const unused of left) unused.dispose();
  }
}
