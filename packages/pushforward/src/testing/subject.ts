import type { Bijector } from "../core/bijector.ts";
import type { Distribution } from "../core/distribution.ts";
import { downloadParameters, layoutOf, type ParameterLayout } from "../core/parameters.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import { type Engine, type NDArray, random, startEngine, type Tree } from "../engine/index.ts";
import { type HostRandom, hostRandom } from "../numerics/host-random.ts";
import { type Method, type MethodCall, methodOf } from "./method.ts";

/** Rows that most laws look at. */
const ROWS = 64;

/** Where the numbers of an event are drawn from. */
export type Support =
  | readonly [low: number, high: number]
  /** One event's numbers, row-major. */
  | ((random: HostRandom) => ArrayLike<number>);

/** How a subject is set up; all laws share it. */
export interface SubjectOptions {
  /** Seed of everything random; default 0. */
  seed?: number;
  /**
   * Standard deviation of the noise added to each parameter; default 0.3. Fresh parameters hide
   * errors: many layers start as the identity, and last layers of networks at zero.
   */
  noise?: number;
  /** Contexts are uniform on this interval; default [-2, 2]. */
  contexts?: readonly [low: number, high: number];
}

/** A part under examination, with parameters and contexts on the host. */
export interface Subject {
  readonly kind: string;
  readonly shape: Shape;
  readonly condShape: Shape | null;
  readonly size: number;
  readonly condSize: number;
  readonly seed: number;
  readonly layout: ParameterLayout;
  /** As `init` returns them, flat. */
  readonly fresh: Float32Array;
  /** With noise added. */
  readonly params: Float32Array;
  /** A context for each row, `[rows, ...condShape]`; `null` for an unconditional part. */
  readonly context: Float32Array | null;
  /** Consumes the key. */
  init(key: NDArray): Tree;
  /** Runs what the laws compile. */
  readonly engine: Engine;
}

/** A method, and rows in its domain, `[rows, ...shape]`. */
export interface Probe {
  readonly method: Method;
  readonly rows: Float32Array;
}

/** Set a part up. */
export async function subjectOf(
  part: Bijector | Distribution,
  { seed = 0, noise = 0.3, contexts = [-2, 2] }: SubjectOptions,
): Promise<Subject> {
  const engine = await startEngine();
  const { kind, shape, condShape } = part;
  const start = part.init(random.key(seed)) as Tree;
  const layout = layoutOf(start);
  const fresh = await downloadParameters(start);
  const parameterNoise = hostRandom(seed, 1);
  const contextNoise = hostRandom(seed, 2);
  return {
    kind,
    shape,
    condShape,
    size: sizeOf(shape),
    condSize: condShape ? sizeOf(condShape) : 0,
    seed,
    layout,
    fresh,
    params: fresh.map((value) => value + noise * parameterNoise.normal()),
    context: condShape && drawRows(contexts, sizeOf(condShape), contextNoise),
    init: part.init,
    engine,
  };
}

/** Draw rows of `size` numbers, `[rows, size]`. */
export function drawRows(
  support: Support,
  size: number,
  source: HostRandom,
  count = ROWS,
): Float32Array {
  const rows = new Float32Array(count * size);
  for (let row = 0; row < count; row++) {
    rows.set(typeof support === "function" ? support(source) : interval(support), row * size);
  }
  return rows;

  function interval([low, high]: readonly [number, number]): number[] {
    return Array.from({ length: size }, () => low + (high - low) * source.uniform());
  }
}

/** One of the subject's methods, named after both. */
export function methodOfSubject(subject: Subject, name: string, call: MethodCall): Method {
  const label = `${subject.kind}, ${name}`;
  return methodOf(label, subject, (...args) => {
    try {
      return call(...args);
    } catch (error) {
      // What jax-js says names a tracer that the author of a bijector has never seen.
      if (!(error instanceof ReferenceError)) throw error;
      throw new Error(
        `${label}: an array is used after it was given away, limit: one use, or ".ref" before the ` +
          `last (${error.message}).`,
        { cause: error },
      );
    }
  });
}
