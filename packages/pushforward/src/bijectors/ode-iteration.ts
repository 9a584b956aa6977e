import type { Iteration, IterationState } from "../core/iteration.ts";
import type { Interval, OdeProgress, Rates } from "../core/velocity-field.ts";
import { type NDArray, np, type Tree, tree } from "../engine/index.ts";
import { adaptiveStep, EVALUATIONS, SHORTEST, startAdaptive } from "../numerics/adaptive-step.ts";
import type { OdeSolver } from "../numerics/ode-solver.ts";

/** An ordinary differential equation whose integrals after z are the log-determinant alone. */
export interface OdeProblem<P extends Tree> {
  /** What it is solved for, in messages: `"from the data to the base"`. */
  readonly way: string;
  readonly interval: Interval;
  readonly solver: OdeSolver;
  /** The velocity, followed by its trace where that is wanted; the arrays are lent. */
  rates(params: P, context: NDArray | undefined, withTrace: boolean): Rates;
}

/** The solution by Dormand and Prince's method with steps chosen for each row, as an iteration. */
export function odeIteration<P extends Tree>({
  way,
  interval,
  solver,
  rates,
}: OdeProblem<P>): Iteration<P> {
  const [from, to] = interval;
  const limit = Math.ceil((solver.maxEvaluations - EVALUATIONS.start) / EVALUATIONS.step);

  return {
    evaluations: EVALUATIONS,
    limit,
    start(params, x, cond, wantsLogDet) {
      const context = cond?.transpose();
      const progress = startAdaptive(
        rates(params, context, wantsLogDet),
        x.transpose(),
        interval,
        solver,
      );
      tree.dispose(context ? [params, context] : params);
      return toState(progress);
    },
    step(params, { status, ...state }, cond) {
      const context = cond?.transpose();
      const before = toProgress(state);
      const works = rates(params, context, before.values.length > 1);
      const progress = adaptiveStep(works, before, interval, solver);
      tree.dispose(context ? [params, context] : params);
      const isStuck = np.less(progress.length.ref, SHORTEST);
      const goesOn = np.greater(progress.left.ref, 0);
      const now = np.where(goesOn, np.where(isStuck, -1, 1), 0).reshape([-1]);
      const next = toState(progress);
      next.status.dispose();
      // One that failed stays failed, whatever its numbers do.
      return { ...next, status: np.minimum(now, status) };
    },
    finish(params, state, cond) {
      const { z, integral, ...rest } = state;
      tree.dispose([params, rest, ...(cond ? [cond] : [])] as Tree);
      return [z, integral ? integral.reshape([-1]) : np.zeros([z.shape[0]])];
    },
    explain({ left, length }, evaluations) {
      const time = from + (1 - left[0]) * (to - from);
      const share = Number((Math.abs(to - time) / Math.abs(to - from)).toPrecision(3));
      const reached =
        `its solution ${way} stopped at time ${Number(time.toPrecision(4))}, on its way from ${from} to ${to}, after ` +
        `${evaluations} evaluations of the dynamics`;
      if (length[0] < SHORTEST || Number.isNaN(share)) {
        return (
          `${reached}: no step is short enough for the tolerances there, so the dynamics blow up or are all but ` +
          "discontinuous. Raise solver.rtol and solver.atol, look for rows far from the data, or train with kineticEnergy " +
          "and jacobianNorm, or with a smaller learningRate."
        );
      }
      return (
        `${reached}, which is maxEvaluations: the dynamics are stiff. Raise solver.maxEvaluations, or solver.rtol and ` +
        "solver.atol, or train with kineticEnergy and jacobianNorm."
      );
    },
  };
}

/** Rows first, as an iteration's state has them. */
function toState({ values, slopes, left, length }: OdeProgress): IterationState {
  const [z, integral] = values;
  const [velocity, trace] = slopes;
  return {
    status: np.ones([left.shape[1]]),
    z: z.transpose(),
    velocity: velocity.transpose(),
    left: left.reshape([-1]),
    length: length.reshape([-1]),
    ...(integral && { integral: integral.reshape([-1]) }),
    ...(trace && { trace: trace.reshape([-1]) }),
  };
}

function toProgress({ z, velocity, left, length, integral, trace }: State): OdeProgress {
  const row = (array: NDArray) => array.reshape([1, -1]);
  return {
    values: [z.transpose(), ...(integral ? [row(integral)] : [])],
    slopes: [velocity.transpose(), ...(trace ? [row(trace)] : [])],
    left: row(left),
    length: row(length),
  };
}

type State = { [name: string]: NDArray };
