import type { Iteration, IterationState } from "../core/iteration.ts";
import type { Interval, OdeProgress, OdeStepper, Rates } from "../core/velocity-field.ts";
import { type NDArray, np, type Tree, tree } from "../engine/index.ts";
import { odeStatus } from "../numerics/ode-stepper.ts";

/** An ordinary differential equation whose integral after z is the log-determinant alone. */
export interface OdeProblem<P extends Tree> {
  readonly interval: Interval;
  readonly stepper: OdeStepper;
  /** The velocity, followed by its trace where that is wanted; the arrays are lent. */
  rates(params: P, context: NDArray | undefined, withTrace: boolean): Rates;
}

/** The solution step by step, as an iteration. */
export function odeIteration<P extends Tree>(problem: OdeProblem<P>): Iteration<P> {
  const { interval, stepper, rates } = problem;
  const { evaluations, limit } = stepper;

  return {
    evaluations,
    limit,
    start(params, x, cond, wantsLogDet) {
      const context = cond?.transpose();
      const works = rates(params, context, wantsLogDet);
      const progress = stepper.start(works, x.transpose(), interval, Number(wantsLogDet));
      tree.dispose(context ? [params, context] : params);
      return toState(progress);
    },
    step(params, { status, ...state }, cond) {
      const context = cond?.transpose();
      const before = toProgress(state);
      const works = rates(params, context, before.values.length > 1);
      const progress = stepper.step(works, before, interval);
      tree.dispose(context ? [params, context] : params);
      const next = toState(progress);
      // One that failed stays failed, whatever its numbers do.
      return { ...next, status: np.minimum(next.status, status) };
    },
    finish(params, state, cond) {
      const { z, integral, ...rest } = state;
      tree.dispose([params, rest, ...(cond ? [cond] : [])] as Tree);
      return [z, integral ? integral.reshape([-1]) : np.zeros([z.shape[0]])];
    },
    explain: (row, used) => stepper.explain(row, interval, used),
  };
}

/** Rows first, as an iteration's state has them. */
function toState(progress: OdeProgress): IterationState {
  const status = odeStatus(progress).reshape([-1]);
  const { values, slopes, left, length } = progress;
  const [z, integral] = values;
  const [velocity, trace] = slopes;
  return {
    status,
    z: z.transpose(),
    left: left.reshape([-1]),
    length: length.reshape([-1]),
    ...(integral && { integral: integral.reshape([-1]) }),
    ...(velocity && { velocity: velocity.transpose() }),
    ...(trace && { trace: trace.reshape([-1]) }),
  };
}

function toProgress({ z, velocity, left, length, integral, trace }: State): OdeProgress {
  const row = (array: NDArray) => array.reshape([1, -1]);
  return {
    values: [z.transpose(), ...(integral ? [row(integral)] : [])],
    slopes: [...(velocity ? [velocity.transpose()] : []), ...(trace ? [row(trace)] : [])],
    left: row(left),
    length: row(length),
  };
}

type State = { [name: string]: NDArray };
