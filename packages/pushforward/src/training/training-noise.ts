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
  type TruncationLaw,
  withNoise,
} from "../engine/index.ts";
import { type HostRandom, hostRandom } from "../numerics/host-random.ts";
import { drawTruncation } from "./truncation.ts";

/** Random numbers that a training step of a flow takes. */
export type TrainingNoise = NumberNoise | TruncationNoise;

/** Numbers; an extent `"n"` is the number of the step's rows. */
interface NumberNoise {
  readonly kind: "normal" | "uniform";
  readonly shape: readonly Extent[];
}

/** Weights of as many terms as the step takes, the same number for all that ask. */
interface TruncationNoise {
  readonly kind: "truncation";
  readonly law: TruncationLaw;
}

/** Number of rows while the noise is found out; no other extent is it. */
const PROBE = 7919;

/**
 * The random numbers that the loss of a training step asks for (dropout, orders), in its order. They
 * are made on the host: the same on every engine, and cheaper than a generator inside the program.
 */
export function trainingNoise(flow: Distribution, layout: ParameterLayout): TrainingNoise[] {
  return noiseOf(flow, (rows, context) => {
    const params = layout.toTree(layout.slots.map(({ shape }) => np.zeros([...shape])));
    const [logProb, effects] = duringTraining(keyOf(0), () => flow.logProb(params, rows, context));
    disposeEffects(effects);
    return logProb;
  });
}

/** The random numbers that a function of rows, and of contexts where the flow takes them, asks for, in its order. */
export function noiseOf(
  { shape: event, condShape }: Distribution,
  call: (rows: NDArray, context: NDArray | undefined) => NDArray,
): TrainingNoise[] {
  const requests = noiseRequests(() =>
    call(np.zeros([PROBE, ...event]), condShape ? np.zeros([PROBE, ...condShape]) : undefined),
  );
  return requests.map((request) => {
    const { kind, shape } = request;
    if (kind === "truncation") return { kind, law: request.law };
    return { kind, shape: shape.map((extent) => (extent === PROBE ? "n" : extent)) };
  });
}

/** The noise of one step, a pure function of seed and stream. */
export function drawNoise(
  noise: readonly TrainingNoise[],
  rows: number,
  seed: number,
  stream: number,
): EngineArray[] {
  const source = hostRandom(seed, stream);
  const drawn = noise.map((each) =>
    each.kind === "truncation" ? drawTruncation(each.law, source) : drawNumbers(each, rows, source),
  );
  const terms = termsOf(
    noise,
    drawn.map(({ extents }) => extents),
  );
  return drawn.map(({ values, extents }, index) => {
    if (noise[index]?.kind !== "truncation") return hostArray(values, extents);
    const filled = new Float32Array(terms);
    filled.set(values);
    return hostArray(filled, [terms]);
  });
}

function drawNumbers({ kind, shape }: NumberNoise, rows: number, source: HostRandom) {
  const extents = shape.map((extent) => (extent === "n" ? rows : extent));
  const size = extents.reduce((product, extent) => product * extent, 1);
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) values[i] = source[kind]();
  return { values, extents };
}

/**
 * The number of terms of a step whose truncations need these: the least power of two that is enough, so that there
 * are few programs; 0 where none is asked for.
 */
export function termsOf(
  noise: readonly TrainingNoise[],
  shapes: readonly (readonly number[])[],
): number {
  const counts = noise.flatMap(({ kind }, i) => (kind === "truncation" ? [shapes[i][0]] : []));
  return counts.length === 0 ? 0 : 2 ** Math.ceil(Math.log2(Math.max(...counts)));
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
