import type { NDArray, Tree } from "../engine/index.ts";

/**
 * What a direction of a bijector has come to between two steps: arrays `[n, ...]`, the rows first.
 *
 * `status` is `[n]`: 0 where a row is done, 1 where it goes on, -1 where it failed.
 */
export type IterationState = { [name: string]: NDArray } & { status: NDArray };

/** The numbers of one row of a state, for messages. */
export type RowState = Readonly<Record<string, Float32Array>>;

/** How a program that is compiled as a whole solves a differential equation, for it has no loops. */
export interface EqualSteps {
  readonly count: number;
  /** Whether whoever drives the iteration takes them, too, instead of steps of its own choice. */
  readonly everywhere: boolean;
}

/**
 * A direction of a bijector that takes as many steps as its rows need: an ODE solver that chooses its own
 * step size, or a fixed-point iteration. Traced programs have no loops, so a bijector declares this beside the
 * method of a fixed number of steps, and whoever can drives it: {@link Model} calls `step`, as a program, until
 * every row is done.
 *
 * All methods consume their arguments, and what a row gets depends on that row alone.
 */
// biome-ignore lint/suspicious/noExplicitAny: a part of unknown parameters takes and gives any tree.
export interface Iteration<P extends Tree = any> {
  /** @param wantsLogDet whether the log-determinant will be looked at; where not, it may be left out, as zeros. */
  start(params: P, x: NDArray, cond: NDArray | undefined, wantsLogDet: boolean): IterationState;
  /** One more step; rows that are not at work, of status 0 or -1, stay as they are. */
  step(params: P, state: IterationState, cond: NDArray | undefined): IterationState;
  /** The event and the log-determinant, as the bijector's method returns them. */
  finish(params: P, state: IterationState, cond: NDArray | undefined): [NDArray, NDArray];
  /** How often the network is evaluated at the start and in each step. */
  readonly evaluations: { readonly start: number; readonly step: number };
  /** Steps after which a row that is not done has failed. */
  readonly limit: number;
  /** What the bijector's method takes. Absent: nothing is solved over time. */
  readonly equalSteps?: EqualSteps;
  /** What happened to a row that failed, how far it came, and the way out; the text goes on from who and which row. */
  explain(row: RowState, evaluations: number): string;
}
