import type { RowState } from "../core/iteration.ts";
import type { Interval, OdeProgress, OdeStepper } from "../core/velocity-field.ts";
import { type NDArray, np } from "../engine/index.ts";
import { adaptiveStep, SHORTEST, startAdaptive } from "./adaptive-step.ts";
import { isAdaptive, type OdeSolver } from "./ode-solver.ts";
import { combined, slopesOf, type Tableau, tableaus } from "./runge-kutta.ts";

/** The steps that a solver takes where a host drives it: of its own choice by Dormand and Prince, equal ones else. */
export function odeStepper(solver: OdeSolver): OdeStepper {
  const tableau = tableaus[solver.method];
  return isAdaptive(solver.method)
    ? adaptiveSteps(tableau, solver)
    : equalSteps(tableau, solver.steps);
}

/** Of each row, `[1, n]`: 0 where it is done, 1 where it goes on, -1 where no step is short enough; lent. */
export function odeStatus({ left, length }: Pick<OdeProgress, "left" | "length">): NDArray {
  const stuck = np.less(length.ref, SHORTEST);
  return np.where(np.greater(left.ref, 0), np.where(stuck, -1, 1), 0);
}

function adaptiveSteps({ nodes, weights }: Tableau, solver: OdeSolver): OdeStepper {
  const evaluations = { start: 2, step: nodes.length };
  const { maxEvaluations } = solver;
  return {
    start: (rates, z, interval) => startAdaptive(rates, z, interval, solver),
    step: (rates, progress, interval) => adaptiveStep(rates, progress, interval, solver),
    weights,
    reusesSlopes: true,
    evaluations,
    limit: Math.max(1, Math.floor((maxEvaluations - evaluations.start) / evaluations.step)),
    explain(row, interval, used) {
      const reached = placeOf(row, interval, used);
      if (row.length[0] >= SHORTEST) {
        return (
          `${reached}, as many as maxEvaluations, ${maxEvaluations}, leaves room for: the dynamics are stiff, or there ` +
          "are too few. Raise solver.maxEvaluations, or solver.rtol and solver.atol, or train with kineticEnergy and " +
          "jacobianNorm."
        );
      }
      return (
        `${reached}: no step is short enough for the tolerances there, so the dynamics blow up or are all but ` +
        "discontinuous. Raise solver.rtol and solver.atol, look for rows far from the data, or train with kineticEnergy " +
        "and jacobianNorm, or with a smaller learningRate."
      );
    },
  };
}

function equalSteps(tableau: Tableau, steps: number): OdeStepper {
  const { nodes, weights } = tableau;
  return {
    start(_, z, __, integrals) {
      const rows = z.shape[1] as number;
      const zeros = Array.from({ length: integrals }, () => np.zeros([1, rows]));
      const length = np.full([1, rows], 1 / steps);
      return { values: [z, ...zeros], slopes: [], left: np.ones([1, rows]), length };
    },
    step(rates, { values, left, length }, [from, to]): OdeProgress {
      const step = {
        time: np
          .subtract(1, left.ref)
          .mul(to - from)
          .add(from),
        length: length.ref.mul(to - from),
      };
      const slopes = slopesOf(tableau, rates, step, values[0].ref);
      const moved = values.map((value, part) =>
        value.add(combined(slopes, weights, part).mul(step.length.ref)),
      );
      for (const array of [...slopes.flat(), step.time, step.length]) array.dispose();
      const rest = left.sub(length.ref);
      const sizes = moved.map((value) => np.absolute(value.ref).sum(0, { keepdims: true }));
      const fits = np.less(
        sizes.reduce((sum, each) => sum.add(each)),
        LARGEST,
      );
      return {
        values: moved,
        slopes: [],
        // Steps do not add up to 1 exactly; numbers that overflow are never done.
        left: np.where(np.less(rest.ref, 0.5 / steps), np.where(fits.ref, 0, 1), rest),
        length: np.where(fits, length, 0),
      };
    },
    weights,
    reusesSlopes: false,
    evaluations: { start: 0, step: nodes.length },
    limit: steps,
    explain: (row, interval, used) =>
      `${placeOf(row, interval, used)}, for its numbers overflow. Take more steps, or the method "dormandPrince", look ` +
      "for rows far from the data, or train with kineticEnergy and jacobianNorm.",
  };
}

/** Stands for a number that is not finite. */
const LARGEST = 1e37;

/** How far a row came. */
function placeOf({ left }: RowState, [from, to]: Interval, evaluations: number): string {
  const time = Number((from + (1 - left[0]) * (to - from)).toPrecision(4));
  return (
    `its solution stopped at time ${time}, on its way from ${from} to ${to}, after ${evaluations} evaluations of the ` +
    "dynamics"
  );
}
