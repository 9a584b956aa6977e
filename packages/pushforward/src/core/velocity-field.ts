import { type NDArray, np, type Tree } from "../engine/index.ts";
import type { RowState } from "./iteration.ts";

/** How a velocity is fitted to paths from draws of the base to rows of the data. */
export interface FlowMatching {
  /**
   * Which draw goes with which row: any (`"independent"`), or those that are nearest to each other in all, in groups
   * of a batch (`"optimalTransport"`), which makes paths straighter.
   */
  readonly coupling: "optimalTransport" | "independent";
  /** Standard deviation of normal noise around the paths, in units of the base. */
  readonly deviation: number;
}

/**
 * The right-hand side of an ordinary differential equation: `dz/dt` of `z` `[d, n]`, and after it any number of
 * integrands `[1, n]`, which depend on z and t as it does. Consumes its arguments; the time is `[1, 1]` or `[1, n]`.
 */
export type Rates = (time: NDArray, z: NDArray) => NDArray[];

/** The time from start to end of a solution. */
export type Interval = readonly [from: number, to: number];

/**
 * How the gradient of a training step comes about: through equal steps in one program (`"unrolled"`); through the
 * steps that the solver took, each computed again on the way back, so that memory holds one step and the states
 * between them (`"recomputed"`); or by another differential equation backwards in time (`"adjoint"`), with memory
 * for one state alone, and an error of its own (Chen et al. 2018, arXiv:1806.07366, section 2).
 */
export type OdeGradients = "unrolled" | "recomputed" | "adjoint";

/** The velocity `dz/dt = f(z, t)` of a bijector on vectors, which solves it from time 0 to another for its `forward`. */
// biome-ignore lint/suspicious/noExplicitAny: a part of unknown parameters takes and gives any tree.
export interface VelocityField<P extends Tree = any> {
  /** `[n, d]` of as much at times `[n]`; consumes its arguments. */
  at(params: P, time: NDArray, z: NDArray, cond: NDArray | undefined): NDArray;
  /** When the state is the data. */
  readonly end: number;
  /** How it is trained without being solved. Absent: by likelihood. */
  readonly matching?: FlowMatching | undefined;
  readonly gradients: OdeGradients;
  /** Noise `[n, d]` for the rates of a training step on as many rows, which are consumed; undefined: they take none. */
  probe(rows: NDArray): NDArray | undefined;
  /**
   * The rates of a training step: the velocity, the trace of its Jacobian, and what is penalised. For traced programs:
   * the arrays are lent.
   */
  rates(params: P, cond: NDArray | undefined, probe: NDArray | undefined): Rates;
  /** Weights in the loss of what is penalised, in the order of the rates. */
  readonly penalties: readonly number[];
  /** Takes steps as the solver's options say. */
  readonly stepper: OdeStepper;
}

/**
 * A solution on its way, every row with its own time and step size, so that rows of one batch do not see each other
 * (Lienen and Guennemann 2022, arXiv:2210.12375). Columns, as in {@link Rates}.
 */
export type OdeProgress = {
  /** z and the integrals. */
  values: NDArray[];
  /** Their rates there, if the method goes on from them. */
  slopes: NDArray[];
  /** Share of the interval that is left, `[1, n]`: 0 where the row is done. */
  left: NDArray;
  /** Share of the interval that the next step tries, `[1, n]`; 0 where none is short enough. */
  length: NDArray;
};

/** Takes the steps of a solution. Methods consume arrays. */
export interface OdeStepper {
  /** @param integrals number of integrands after the velocity. */
  start(rates: Rates, z: NDArray, interval: Interval, integrals: number): OdeProgress;
  step(rates: Rates, progress: OdeProgress, interval: Interval): OdeProgress;
  /** Weights of a step's slopes, from that at its start on. */
  readonly weights: readonly number[];
  /** Whether a step takes the slope at its start from the one before it. */
  readonly reusesSlopes: boolean;
  readonly evaluations: { readonly start: number; readonly step: number };
  /** Steps after which a solution is given up. */
  readonly limit: number;
  /** What happened to a row that failed: how far it came, and the way out. */
  explain(row: RowState, interval: Interval, evaluations: number): string;
}

/** The field of the same layer read the other way round: time runs backwards. */
export function reversedField<P extends Tree>(field: VelocityField<P>): VelocityField<P> {
  const { end, at, rates } = field;
  return {
    ...field,
    at: (params, time, z, cond) => at(params, np.subtract(end, time), z, cond).neg(),
    rates(params, cond, probe) {
      const forwards = rates(params, cond, probe);
      return (time, z) => {
        const [velocity, trace, ...penalized] = forwards(np.subtract(end, time), z);
        return [velocity.neg(), trace.neg(), ...penalized];
      };
    },
  };
}
