/** How the learning rate moves during training. */
export type Schedule = "cosine" | "plateau" | "constant";

/** Validations without improvement after which the plateau schedule lowers the rate. */
const PLATEAU_PATIENCE = 4;

/** Factor by which the plateau schedule lowers the rate. */
const PLATEAU_FACTOR = 0.5;

/**
 * Factor on the learning rate at a step, a pure function of what has happened so far.
 *
 * `"cosine"`: `(1 + cos(pi step / steps)) / 2` (Loshchilov and Hutter 2017, arXiv:1608.03983, one
 * cycle to zero). `"plateau"`: halved after every 4 validations in a row without a new best.
 *
 * @param drops how many times {@link isPlateau} has been true.
 */
export function rateFactor(schedule: Schedule, step: number, steps: number, drops: number): number {
  if (schedule === "cosine") return (1 + Math.cos((Math.PI * step) / steps)) / 2;
  if (schedule === "plateau") return PLATEAU_FACTOR ** drops;
  return 1;
}

/** Whether the plateau schedule lowers the rate now. */
export function isPlateau(schedule: Schedule, validationsSinceBest: number): boolean {
  return (
    schedule === "plateau" &&
    validationsSinceBest > 0 &&
    validationsSinceBest % PLATEAU_PATIENCE === 0
  );
}
