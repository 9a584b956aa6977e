import type { NDArray, Tree } from "../engine/index.ts";
import type { Bijector, Cost } from "./bijector.ts";
import { checkContext, checkEvent } from "./check-input.ts";
import { checkCount } from "./check-number.ts";
import { ShapeError } from "./errors.ts";
import { checkShape, type Shape, sizeOf } from "./shape.ts";
import { type Spec, specOf } from "./spec.ts";

/**
 * A probability density that can be evaluated and sampled exactly.
 *
 * `logProb` takes `[...batch, ...shape]` and returns `[...batch]`, in nats. Array arguments are
 * consumed, as in {@link Bijector}.
 */
// biome-ignore lint/suspicious/noExplicitAny: a part of unknown parameters takes and gives any tree.
export interface Distribution<P extends Tree = any> {
  readonly kind: string;
  readonly shape: Shape;
  readonly condShape: Shape | null;
  readonly cost: { readonly density: Cost; readonly sampling: Cost };
  readonly spec: Spec;
  init(key: NDArray): P;
  logProb(params: P, x: NDArray, cond?: NDArray): NDArray;
  /** `count` independent draws `[count, ...shape]` and their log-probabilities `[count]`. */
  sampleAndLogProb(params: P, key: NDArray, count: number, cond?: NDArray): [NDArray, NDArray];
  /**
   * Where the density is not 0, if that is a box: an interval per number of the event, row-major. Ends
   * belong to it: of an open interval they are the float32 numbers next to its ends.
   */
  readonly support?: Box;
  /** Whether it is a standard density around 0, whose draws a temperature T multiplies by T. */
  readonly centred?: boolean;
  /** A base distribution pushed forward through a bijector declares its two halves: it is a flow. */
  readonly flow?: FlowParts;
}

/** Intervals, ends included. */
export type Box = readonly (readonly [low: number, high: number])[];

/** The two halves of a flow. */
export interface FlowParts {
  readonly name: string;
  readonly base: Distribution;
  readonly bijector: Bijector;
}

/** The parameters of a flow. */
export type FlowParams = { base: Tree; bijector: Tree };

/** A distribution made by `transformed(base, bijector)`. */
export type Flow = Distribution<FlowParams> & { readonly flow: FlowParts };

/** What a distribution's author writes: {@link defineDistribution} adds checks and batch handling. */
export interface DistributionDefinition<P extends Tree> {
  kind: string;
  shape: Shape;
  condShape?: Shape | null;
  /** Default: both parallel. */
  cost?: { density: Cost; sampling: Cost };
  support?: Box;
  centred?: boolean;
  options: object;
  init(key: NDArray): P;
  /** `x` is `[n, ...shape]`. */
  logProb(params: P, x: NDArray, cond: NDArray | undefined): NDArray;
  sampleAndLogProb(
    params: P,
    key: NDArray,
    count: number,
    cond: NDArray | undefined,
  ): [NDArray, NDArray];
}

/**
 * Make a distribution from maps on `[n, ...shape]`; see {@link defineBijector}.
 *
 * @throws ShapeError for a support of another size; ShapeError, ConditionError, and DomainError for a number of
 * draws that is no positive integer, from the methods, before any argument is consumed.
 */
export function defineDistribution<P extends Tree>(
  definition: DistributionDefinition<P>,
): Distribution<P> {
  const { kind, options, init, support, centred } = definition;
  const shape = checkShape(kind, definition.shape);
  const condShape = definition.condShape ? checkShape(kind, definition.condShape) : null;
  const part = { kind, shape, condShape };
  if (support && support.length !== sizeOf(shape)) {
    throw new ShapeError(
      `${kind}: the support must have an interval for each of the ${sizeOf(shape)} numbers of an event, got ` +
        `${support.length}.`,
    );
  }
  return Object.freeze({
    kind,
    shape,
    condShape,
    cost: Object.freeze({ density: "parallel", sampling: "parallel", ...definition.cost } as const),
    spec: specOf("distribution", kind, options),
    init,
    ...(support && { support }),
    ...(centred && { centred }),
    logProb(params, x, cond) {
      const batch = checkEvent(part, x);
      const rowCond = checkContext(part, batch, cond);
      if (batch.length === 1) return definition.logProb(params, x, rowCond);
      return definition.logProb(params, x.reshape([-1, ...shape]), rowCond).reshape(batch);
    },
    sampleAndLogProb(params, key, count, cond) {
      checkCount(kind, "the number of draws", count);
      return definition.sampleAndLogProb(params, key, count, checkContext(part, [count], cond));
    },
  } satisfies Distribution<P>);
}
