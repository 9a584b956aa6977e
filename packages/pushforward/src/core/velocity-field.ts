import type { NDArray, Tree } from "../engine/index.ts";

/** How a velocity is fitted to paths from draws of the base to rows of the data. */
export interface FlowMatching {
  /**
   * Which draw goes with which row: any (`"independent"`), or those of a batch that are nearest to each other in all
   * (`"optimalTransport"`), which makes paths straighter.
   */
  readonly coupling: "optimalTransport" | "independent";
  /** Standard deviation of normal noise around the paths, in units of the base. */
  readonly deviation: number;
}

/** The velocity `dz/dt = f(z, t)` of a bijector that solves it from 0 to a time. */
// biome-ignore lint/suspicious/noExplicitAny: a part of unknown parameters takes and gives any tree.
export interface VelocityField<P extends Tree = any> {
  /** `[n, ...shape]` of as much at times `[n]`; consumes its arguments. */
  at(params: P, time: NDArray, z: NDArray, cond: NDArray | undefined): NDArray;
  /** When the state is the data. */
  readonly end: number;
  /** How it is trained without being solved. Absent: by likelihood. */
  readonly matching?: FlowMatching | undefined;
}
