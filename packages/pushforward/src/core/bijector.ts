import { type NDArray, np, type Tree, tree } from "../engine/index.ts";
import { checkContext, checkEvent } from "./check-input.ts";
import type { Iteration } from "./iteration.ts";
import type { HostTree } from "./parameters.ts";
import { checkShape, type Shape } from "./shape.ts";
import { type Spec, specOf } from "./spec.ts";
import type { Interval, VelocityField } from "./velocity-field.ts";

/**
 * How a direction is computed: `"parallel"` in one pass, `"sequential"` in one pass per dimension,
 * `"numeric"` by a bracketed root search, a fixed-point iteration or the solution of a differential equation.
 */
export type Cost = "parallel" | "sequential" | "numeric";

/** The cost of parts one after the other. */
export function slowest(...costs: readonly Cost[]): Cost {
  return (
    costs.find((cost) => cost === "numeric") ??
    costs.find((cost) => cost === "sequential") ??
    "parallel"
  );
}

/** `forward` maps the base to the data (sampling), `inverse` the data to the base (density). */
export type Direction = "forward" | "inverse";

/** One elementary layer of a composed bijector. */
export interface Layer {
  /** Dotted path of its parameters in those of the whole; see {@link parametersAt}. */
  readonly path: string;
  /** Its kind, whatever it is wrapped in. */
  readonly name: string;
  readonly bijector: Bijector;
}

/** A part of a map over time. */
export interface Piece {
  /** When it starts and ends on the way forward. */
  readonly interval: Interval;
  readonly bijector: Bijector;
}

/** The interval in which an elementwise map bends, and the dimensions it applies to. */
export interface ActiveInterval {
  readonly low: number;
  readonly high: number;
  /** Indices into the flattened event. */
  readonly indices: readonly number[];
  /** Whether the map is one of the interval onto itself, a circle's: its data have to lie in it as they are. */
  readonly isDomain?: boolean;
}

/**
 * Whole numbers from `low` to `high`, such as the values of pixels: each stands for the cell of width 1
 * around it, over which it is spread before its density is taken.
 */
export interface IntegerRange {
  readonly low: number;
  readonly high: number;
}

/**
 * An invertible differentiable map `y = f(x)` with its log-determinant.
 *
 * `forward` maps base to data (sampling), `inverse` maps data to base (density); texts that write
 * the map from data to base as f have it the other way round. Both directions take
 * `[...batch, ...shape]` and return a log-determinant of `[...batch]`, and consume their array
 * arguments, parameters included, as jax-js does: pass `x.ref` to keep `x`.
 */
// biome-ignore lint/suspicious/noExplicitAny: a part of unknown parameters takes and gives any tree.
export interface Bijector<P extends Tree = any> {
  readonly kind: string;
  /** Event shape. */
  readonly shape: Shape;
  /** Shape of the context vector; `null`: unconditional. */
  readonly condShape: Shape | null;
  readonly cost: { readonly forward: Cost; readonly inverse: Cost };
  /** Enough to build the bijector again. */
  readonly spec: Spec;
  /** Fresh parameters; `key` is consumed. */
  init(key: NDArray): P;
  /** `[f(x), log|det df/dx|]`. */
  forwardAndLogDet(params: P, x: NDArray, cond?: NDArray): [NDArray, NDArray];
  /** `[f^-1(y), log|det df^-1/dy|]`. */
  inverseAndLogDet(params: P, y: NDArray, cond?: NDArray): [NDArray, NDArray];
  /**
   * Parameters set from a batch of data that reaches the bijector in the given direction.
   * Everything is consumed. Absent: nothing depends on the data.
   */
  initFromData?(params: P, x: NDArray, cond: NDArray | undefined, direction: Direction): P;
  /** Where a spline ends and its tails begin. Absent: the map is the same kind everywhere. */
  readonly interval?: ActiveInterval;
  /** The interval that `forward` maps onto. Absent: all numbers. */
  readonly support?: readonly [low: number, high: number];
  /** Whether it makes heavy tails light: where bends lie on its far side, the data do not show. */
  readonly changesTails?: boolean;
  /** The whole numbers that data are, where `forward` maps onto the cells around them. Absent: any numbers. */
  readonly integers?: IntegerRange;
  /**
   * Where scales are factored out: for each number of the event, row-major, the scale that its latent
   * belongs to, 0 the finest. Absent: all are of one scale.
   */
  readonly scales?: readonly number[];
  /** Directions that take as many steps as their rows need. Absent: the methods are all there is. */
  readonly iterations?: Iterations<P>;
  /** What `forward` integrates over time. Absent: it is no continuous flow. */
  readonly field?: VelocityField<P>;
  /**
   * The same map cut into so many parts over time, in forward order, all of the whole's parameters and in equal steps.
   * Absent: it has no time.
   */
  pieces?(count: number): readonly Piece[];
  /**
   * What is wrong with parameters of unknown origin, such as a file's, that no training leaves behind; the text goes
   * on from which layer. `undefined`: nothing. Absent: whatever the parameters are, the bijector is one.
   */
  checkParameters?(params: HostTree): string | undefined;
  /** Bring state that training steps follow after the weights up to them, in place. Absent: there is none. */
  settleParameters?(params: HostTree): void;
  /** The elementary layers in forward order. Absent: the bijector is elementary itself. */
  layers?(path: string): Layer[];
}

/** The directions of a bijector that a host can drive. */
// biome-ignore lint/suspicious/noExplicitAny: a part of unknown parameters takes and gives any tree.
export type Iterations<P extends Tree = any> = { readonly [D in Direction]?: Iteration<P> };

/** What a bijector's author writes: {@link defineBijector} adds the checks and batch handling. */
export interface BijectorDefinition<P extends Tree> {
  kind: string;
  shape: Shape;
  condShape?: Shape | null;
  cost?: { forward: Cost; inverse: Cost };
  /** The argument of the factory, defaults filled in: becomes the spec. */
  options: object;
  init(key: NDArray): P;
  /** As in {@link Bijector}, on exactly one batch dimension: `x` is `[n, ...shape]`. */
  forwardAndLogDet(params: P, x: NDArray, cond: NDArray | undefined): [NDArray, NDArray];
  inverseAndLogDet(params: P, y: NDArray, cond: NDArray | undefined): [NDArray, NDArray];
  initFromData?(params: P, x: NDArray, cond: NDArray | undefined, direction: Direction): P;
  interval?: ActiveInterval | undefined;
  support?: readonly [low: number, high: number];
  changesTails?: boolean | undefined;
  integers?: IntegerRange | undefined;
  scales?: readonly number[] | undefined;
  iterations?: Iterations<P> | undefined;
  field?: VelocityField<P> | undefined;
  pieces?: ((count: number) => readonly Piece[]) | undefined;
  checkParameters?: ((params: HostTree) => string | undefined) | undefined;
  settleParameters?: ((params: HostTree) => void) | undefined;
  layers?(path: string): Layer[];
}

/**
 * Make a bijector from maps on `[n, ...shape]`: adds any number of batch dimensions, the checks of
 * shape and context, and the spec.
 *
 * @throws ShapeError, ConditionError from the methods, before any argument is consumed.
 */
export function defineBijector<P extends Tree>(definition: BijectorDefinition<P>): Bijector<P> {
  const { kind, options, init, initFromData, interval, support, layers } = definition;
  const { changesTails, integers, scales, iterations, field } = definition;
  const shape = checkShape(kind, definition.shape);
  const condShape = definition.condShape ? checkShape(kind, definition.condShape) : null;
  const part = { kind, shape, condShape };

  function batched(
    map: BijectorDefinition<P>["forwardAndLogDet"],
  ): Bijector<P>["forwardAndLogDet"] {
    return (params, x, cond) => {
      const batch = checkEvent(part, x);
      const rowCond = checkContext(part, batch, cond);
      if (batch.length === 1) return map(params, x, rowCond);
      const [y, logDet] = map(params, x.reshape([-1, ...shape]), rowCond);
      return [y.reshape([...batch, ...shape]), logDet.reshape(batch)];
    };
  }

  return Object.freeze({
    kind,
    shape,
    condShape,
    cost: Object.freeze({ forward: "parallel", inverse: "parallel", ...definition.cost } as const),
    spec: specOf("bijector", kind, options),
    init,
    forwardAndLogDet: batched(definition.forwardAndLogDet),
    inverseAndLogDet: batched(definition.inverseAndLogDet),
    ...(initFromData && { initFromData }),
    ...(interval && { interval }),
    ...(support && { support }),
    ...(changesTails && { changesTails }),
    ...(integers && { integers }),
    ...(scales && { scales }),
    ...(iterations && { iterations: Object.freeze(iterations) }),
    ...(field && { field: Object.freeze(field) }),
    ...(definition.pieces && { pieces: definition.pieces }),
    ...(definition.checkParameters && { checkParameters: definition.checkParameters }),
    ...(definition.settleParameters && { settleParameters: definition.settleParameters }),
    ...(layers && { layers }),
  });
}

/** The elementary layers of a bijector in forward order. */
export function layersOf(bijector: Bijector, path = ""): Layer[] {
  return bijector.layers?.(path) ?? [{ path, name: bijector.kind, bijector }];
}

/** The parameters of a bijector that has none; the key is consumed. */
export function noParams(key: NDArray): Record<string, never> {
  key.dispose();
  return {};
}

/** A log-determinant of zero for every row of `x`; `x` is not consumed. */
export function zeroLogDet(x: NDArray): NDArray {
  return np.zeros([x.shape[0] as number]);
}

/** Free what a bijector does not use. */
export function discard(...unused: (Tree | undefined)[]): void {
  for (const arrays of unused) tree.dispose(arrays);
}
