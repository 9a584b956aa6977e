import { checkCount, checkPositive } from "../core/check-number.ts";
import { checkOptionNames, checkOptionsObject } from "../core/check-options.ts";
import { DomainError } from "../core/errors.ts";
import { type OdeMethod, tableaus } from "./runge-kutta.ts";

/** How an ordinary differential equation is solved. */
export interface OdeSolverOptions {
  /**
   * `"dormandPrince"` (default; order 5) chooses its steps by the tolerances wherever a model drives it, for each
   * row its own; `"euler"` (1), `"midpoint"` (2) and `"rk4"` (4) take equal steps everywhere.
   */
  method?: OdeMethod | undefined;
  /**
   * Number of equal steps, for `"dormandPrince"` in programs that are compiled as a whole: training, unless it
   * asks for another way, and export; default 8.
   */
  steps?: number | undefined;
  /** Relative tolerance of a step of `"dormandPrince"`; default 1e-5. */
  rtol?: number | undefined;
  /** Absolute tolerance of a step of `"dormandPrince"`, in the units of the state; default 1e-5. */
  atol?: number | undefined;
  /** Evaluations of the dynamics after which `"dormandPrince"` gives a solution up, at least 8; default 10,000. */
  maxEvaluations?: number | undefined;
}

export type OdeSolver = { [K in keyof OdeSolverOptions]-?: NonNullable<OdeSolverOptions[K]> };

const defaults: OdeSolver = {
  method: "dormandPrince",
  steps: 8,
  rtol: 1e-5,
  atol: 1e-5,
  maxEvaluations: 10_000,
};

/** Below this, float32 rounding is larger than what a step may be off by. */
const LEAST_TOLERANCE = 1e-7;

/** What it takes to choose the first step of Dormand and Prince's method, and that step. */
const LEAST_EVALUATIONS = 8;

/** Whether a method chooses its steps by the tolerances where a model drives it. */
export function isAdaptive(method: OdeMethod): boolean {
  return method === "dormandPrince";
}

/**
 * Fill in defaults.
 *
 * @throws DomainError for an unknown method, a number that is not positive, tolerances below float32's, fewer
 * evaluations than a step takes, or what a method of equal steps has no use for.
 */
export function resolveSolver(who: string, options: OdeSolverOptions = {}): OdeSolver {
  checkOptionsObject(who, "solver", options, '{ method: "rk4", steps: 20 }');
  checkOptionNames(`${who}: solver`, options, Object.keys(defaults));
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const solver: OdeSolver = { ...defaults, ...Object.fromEntries(given) };
  if (!Object.hasOwn(tableaus, solver.method)) {
    throw new DomainError(
      `${who}: there is no method "${solver.method}". Take one of ${Object.keys(tableaus).join(", ")}.`,
    );
  }
  checkCount(who, "solver.steps", solver.steps);
  if (!isAdaptive(solver.method)) {
    checkIdle(who, solver, Object.fromEntries(given));
    return solver;
  }
  checkCount(who, "solver.maxEvaluations", solver.maxEvaluations, LEAST_EVALUATIONS);
  for (const name of ["rtol", "atol"] as const) {
    checkPositive(who, `solver.${name}`, solver[name]);
    if (solver[name] < LEAST_TOLERANCE) {
      throw new DomainError(
        `${who}: solver.${name} must be at least ${LEAST_TOLERANCE}, the precision of 32-bit floats, got ${solver[name]}.`,
      );
    }
  }
  return solver;
}

/** The settings that count for a method: what a spec says of it. */
export function solverSettings(solver: OdeSolver): OdeSolverOptions {
  return isAdaptive(solver.method) ? solver : { method: solver.method, steps: solver.steps };
}

/** @throws DomainError for settings of chosen steps beside a method of equal ones. */
function checkIdle(who: string, { method, steps }: OdeSolver, given: OdeSolverOptions): void {
  const idle = (["rtol", "atol", "maxEvaluations"] as const).find((name) => name in given);
  if (!idle) return;
  throw new DomainError(
    `${who}: solver.${idle} is ${given[idle]}, but "${method}" takes ${steps} equal steps, whatever it is: leave it ` +
      'out, or take "dormandPrince".',
  );
}
