import type { Distribution } from "../../core/distribution.ts";
import { parameterArguments, parameterSpecs } from "../../core/parameters.ts";
import type { Shape } from "../../core/shape.ts";
import {
  ArraySpec,
  EngineArray,
  hostArray,
  mapBatches,
  type NDArray,
  random,
  type Tree,
} from "../../engine/index.ts";
import type { Subject } from "../subject.ts";

/** Draws of a sample: in one and two dimensions they are tested against the density. */
const MANY = 16_384;
const FEW = 1024;

/** A distribution given one context, as numbers: its log-density and a sample. */
export interface LogDensity {
  readonly shape: Shape;
  /** `[count, ...shape] -> [count]`. */
  evaluate(points: Float32Array, count: number): Promise<Float32Array>;
  /** Draws in the sample. */
  readonly draws: number;
  /** `[draws, ...shape]`. */
  readonly samples: Float32Array;
  /** The log-probabilities that came with the samples. */
  readonly logProbs: Float32Array;
  /** `", given the context [0.2]"`, or nothing. */
  readonly describe: string;
}

/** A distribution as a function of its context. */
export type LogDensityFor = (context: Float32Array | null, seed?: number) => Promise<LogDensity>;

/** Compile a distribution's two methods, once for all contexts. */
export function logDensityOf(distribution: Distribution, subject: Subject): LogDensityFor {
  const { shape, condShape, layout, params, engine } = subject;
  const draws = subject.size <= 2 ? MANY : FEW;
  type Arguments = { tensors: Tree; cond?: NDArray };
  const specs = {
    tensors: parameterSpecs(layout),
    ...(condShape && { cond: new ArraySpec(condShape) }),
  };
  const density = engine.compile(
    ({ tensors, cond, x }: Arguments & { x: NDArray }) => distribution.logProb(tensors, x, cond),
    [{ ...specs, x: new ArraySpec(["n", ...shape]) }],
  );
  const sampler = engine.compileOnJax(
    ({ tensors, cond, key }: Arguments & { key: NDArray }) =>
      distribution.sampleAndLogProb(tensors, key, draws, cond) as NDArray[],
  );
  return async (context, seed = subject.seed) => {
    const given = {
      tensors: parameterArguments(layout, params),
      ...(context && condShape && { cond: hostArray(context, condShape) }),
    };
    const key = random.key(seed);
    const drawn = { ...given, key: new EngineArray(key.shape, key.dtype, key) };
    const [x, logProb] = await sampler.run(drawn as never);
    return {
      shape,
      draws,
      samples: (await x.data()) as Float32Array,
      logProbs: (await logProb.data()) as Float32Array,
      async evaluate(points, count) {
        const rows = [{ data: points, shape }];
        const [values] = await mapBatches(density, rows, count, async ([batch]) => [
          await density.run({ ...given, x: batch } as never),
        ]);
        return values;
      },
      describe: context ? `, given the context [${context.join(", ")}]` : "",
    };
  };
}
