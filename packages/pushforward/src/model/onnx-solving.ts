import type { Distribution } from "../core/distribution.ts";
import { equalStepsOf } from "../core/equal-steps.ts";
import { SolverError } from "../core/errors.ts";
import { ArraySpec, type Engine, mapRows, type NDArray, type Tree, tree } from "../engine/index.ts";

/** How continuous layers are solved in a file, where the model chooses its steps by tolerances. */
export interface OnnxSolving {
  /** Equal steps of each layer, of that with the fewest: `solver.steps`. */
  readonly steps: number;
  /**
   * Log-densities in equal steps beside the model's own, of draws of the model with seed 0: their number, 64, and the
   * largest absolute difference, nats. Absent for conditional models, which need contexts to draw, and where the
   * model's solver does not come to its end for all draws.
   */
  readonly compared?: { readonly draws: number; readonly difference: number };
}

/** What is solved: a distribution at its parameters, which are lent, and the model's own functions. */
export interface SolvedSubject {
  readonly flow: Distribution;
  readonly params: Tree;
  startEngine(): Promise<Engine>;
  /** So many draws, row-major. */
  draw(count: number): Promise<Float32Array>;
  logProb(x: Float32Array, count: number): Promise<Float32Array>;
}

const DRAWS = 64;

/** How a file solves a flow, and how exactly; undefined where it takes the steps that the model takes. */
export async function onnxSolving(subject: SolvedSubject): Promise<OnnxSolving | undefined> {
  const { flow } = subject;
  const equalSteps = flow.flow && equalStepsOf(flow.flow.bijector);
  if (!equalSteps || equalSteps.everywhere) return undefined;
  const steps = equalSteps.count;
  if (flow.condShape) return { steps };
  try {
    return { steps, compared: { draws: DRAWS, difference: await differenceOf(subject) } };
  } catch (error) {
    // A file can be had of a model that cannot solve all of its draws, too.
    if (error instanceof SolverError) return { steps };
    throw error;
  }
}

async function differenceOf(subject: SolvedSubject): Promise<number> {
  const { flow, params, startEngine, draw, logProb } = subject;
  const x = await draw(DRAWS);
  const own = await logProb(x, DRAWS);
  const program = (await startEngine()).compile(
    ([rows]: NDArray[]) => [flow.logProb(tree.ref(params), rows)],
    [[new ArraySpec(["n", ...flow.shape])]],
  );
  const rows = { data: x, shape: flow.shape };
  const [inSteps] = await mapRows(program, [rows], DRAWS).finally(() => program.dispose());
  const differences = Array.from(own, (value, row) => Math.abs(value - (inSteps[row] as number)));
  return Math.max(...differences.map((each) => (Number.isNaN(each) ? Infinity : each)));
}
