/** The way out where continuous layers take too few equal steps; no option of the command sets them. */
export const MORE_STEPS = "in the library, build the flow with more solver.steps and fit again";
