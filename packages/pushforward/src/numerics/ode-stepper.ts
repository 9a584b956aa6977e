import type { OdeProgress, OdeStepper } from "../core/velocity-field.ts";
import { np } from "../engine/index.ts";
import { adaptiveStep, EVALUATIONS, startAdaptive } from "./adaptive-step.ts";
import type { OdeSolver } from "./ode-solver.ts";
import { combined, slopesOf, type Tableau, tableaus } from "./runge-kutta.ts";

/** The steps that a solver takes where a host drives it: of its own choice by Dormand and Prince, equal ones else. */
export function odeStepper(solver: OdeSolver): OdeStepper {
  if (solver.method !== "dormandPrince") return equalSteps(tableaus[solver.method], solver.steps);
  return {
    start: (rates, z, interval) => startAdaptive(rates, z, interval, solver),
    step: (rates, progress, interval) => adaptiveStep(rates, progress, interval, solver),
    weights: tableaus.dormandPrince.weights,
    reusesSlopes: true,
    evaluations: EVALUATIONS,
    limit: Math.ceil((solver.maxEvaluations - EVALUATIONS.start) / EVALUATIONS.step),
  };
}

function equalSteps(tableau: Tableau, steps: number): OdeStepper {
  const { nodes, weights } = tableau;
  return {
    start(rates, z, [from]) {
      const rows = z.shape[1] as number;
      const slopes = rates(np.full([1, 1], from), z.ref);
      const integrals = slopes.slice(1).map(() => np.zeros([1, rows]));
      for (const array of slopes) array.dispose();
      const length = np.full([1, rows], 1 / steps);
      return { values: [z, ...integrals], slopes: [], left: np.ones([1, rows]), length };
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
      // Steps do not add up to 1 exactly.
      return {
        values: moved,
        slopes: [],
        left: np.where(np.less(rest.ref, 0.5 / steps), 0, rest),
        length,
      };
    },
    weights,
    reusesSlopes: false,
    evaluations: { start: 0, step: nodes.length },
    limit: steps,
  };
}
