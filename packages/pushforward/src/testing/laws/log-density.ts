import type { Distribution } from "../../core/distribution.ts";
import { uploadParameters } from "../../core/parameters.ts";
import type { Shape } from "../../core/shape.ts";
import { compile, mapRows, type NDArray, np, random, type Tree } from "../../engine/index.ts";
import type { Subject } from "../subject.ts";

/** Draws of a sample that the laws about samples look at. */
export const SAMPLES = 16_384;

/** A distribution given one context, as numbers: its log-density and a sample. */
export interface LogDensity {
  readonly shape: Shape;
  /** `[count, ...shape] -> [count]`. */
  evaluate(points: Float32Array, count: number): Promise<Float32Array>;
  /** `[SAMPLES, ...shape]`. */
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
  const { shape, condShape, layout, params } = subject;
  type Arguments = { tensors: Tree; cond?: NDArray };
  const density = compile(({ tensors, cond, x }: Arguments & { x: NDArray }) =>
    distribution.logProb(tensors, x, cond),
  );
  const sampler = compile(
    ({ tensors, cond, key }: Arguments & { key: NDArray }) =>
      distribution.sampleAndLogProb(tensors, key, SAMPLES, cond) as NDArray[],
  );
  return async (context, seed = subject.seed) => {
    const upload = (): Arguments => ({
      tensors: uploadParameters(layout, params),
      ...(context && condShape && { cond: np.array(context.slice(), { shape: [...condShape] }) }),
    });
    const [x, logProb] = sampler({ ...upload(), key: random.key(seed) }) as [NDArray, NDArray];
    return {
      shape,
      samples: (await x.data()) as Float32Array,
      logProbs: (await logProb.data()) as Float32Array,
      async evaluate(points, count) {
        const [values] = await mapRows([{ data: points, shape }], count, ([batch]) => [
          density({ ...upload(), x: batch as NDArray }),
        ]);
        return values as Float32Array;
      },
      describe: context ? `, given the context [${context.join(", ")}]` : "",
    };
  };
}
