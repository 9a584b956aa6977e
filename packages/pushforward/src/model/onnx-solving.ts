import type { Distribution } from "../core/distribution.ts";
import { equalStepsOf } from "../core/equal-steps.ts";
import { ArraySpec, type Engine, mapRows, type NDArray, type Tree, tree } from "../engine/index.ts";
import type { OnnxFunction } from "./export-onnx.ts";

/** How continuous layers are solved in a file, where the model chooses its steps by tolerances. */
export interface OnnxSolving {
  /** `solver.steps`, the fewest of a layer that the model solves to tolerance. */
  readonly steps: number;
  /**
   * Log-densities in equal steps beside the model's own, of draws of the model with seed 0: their number, 64, and the
   * largest absolute difference, nats; absent where some log-density is not finite. Nothing is compared for files that
   * give neither densities nor latents, for conditional models, which need contexts to draw, and where the model fails
   * to draw or to score.
   */
  readonly compared?: { readonly draws: number; readonly difference?: number };
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

/**
 * How files solve a flow, and how exactly; undefined where they take the steps that the model takes.
 *
 * @param functions of the files.
 */
export async function onnxSolving(
  subject: SolvedSubject,
  functions: readonly OnnxFunction[],
): Promise<OnnxSolving | undefined> {
  const { flow } = subject;
  const equalSteps = flow.flow && equalStepsOf(flow.flow.bijector);
  if (!equalSteps || equalSteps.everywhere) return undefined;
  const steps = equalSteps.count;
  const hasDensities = functions.includes("logProb") || functions.includes("encode");
  if (flow.condShape || !hasDensities) return { steps };
  try {
    const difference = await differenceOf(subject);
    const compared = { draws: DRAWS, ...(Number.isFinite(difference) && { difference }) };
    return { steps, compared };
  } catch {
    // Whatever the model cannot do, the files are there.
    return { steps };
  }
}

/** Not finite where a log-density is not. */
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
  return Math.max(...Array.from(own, (value, row) => Math.abs(value - (inSteps[row] as number))));
}
