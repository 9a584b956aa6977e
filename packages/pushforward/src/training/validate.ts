import type { Distribution } from "../core/distribution.ts";
import { SolverError } from "../core/errors.ts";
import { type ParameterLayout, splitParameters } from "../core/parameters.ts";
import { compileRowwise } from "../core/rowwise.ts";
import { ArraySpec, type Engine, type EngineArray, mapBatches } from "../engine/index.ts";
import type { Part } from "./dataset.ts";

/** How well a part of the data is predicted. */
export interface ValidationResult {
  /** Mean negative log-likelihood, nats per row. */
  loss: number;
  /** The row with the smallest log-density, or the first with none. */
  worstRow: number;
  worstLogProb: number;
  /** As of {@link RowwiseResult}, the most of all rows. */
  evaluations: number;
  /** Why the worst row has none, where a layer was not solved for it. */
  failure?: string;
}

/** Evaluates a flow on a part of the data. */
export interface Validation {
  evaluate(parameters: EngineArray, part: Part): Promise<ValidationResult>;
  dispose(): void;
}

/** Compile the evaluation of a flow at parameters given as one flat vector. */
export function compileValidation(
  engine: Engine,
  flow: Distribution,
  layout: ParameterLayout,
): Validation {
  const program = compileRowwise(engine, flow, "logProb", {
    specs: [new ArraySpec([layout.size])],
    of: ([parameters]) => layout.toTree(splitParameters(layout, parameters)),
  });

  async function evaluate(
    parameters: EngineArray,
    { rows, context }: Part,
  ): Promise<ValidationResult> {
    const inputs = [{ data: rows.data, shape: flow.shape }];
    if (context && flow.condShape) inputs.push({ data: context.data, shape: flow.condShape });
    let evaluations = 0;
    try {
      const [logProbs] = await mapBatches(program, inputs, rows.count, async (batch) => {
        const result = await program.run([parameters], batch);
        evaluations = Math.max(evaluations, result.evaluations);
        return [result.values];
      });
      return { ...summarize(logProbs), evaluations };
    } catch (error) {
      if (!(error instanceof SolverError)) throw error;
      const none = { loss: Number.NaN, worstLogProb: Number.NaN };
      return { ...none, worstRow: error.row, evaluations, failure: error.reason };
    }
  }

  return { evaluate, dispose: () => program.dispose() };
}

function summarize(logProbs: Float32Array): Omit<ValidationResult, "evaluations"> {
  let sum = 0;
  let worstRow = 0;
  for (let row = 0; row < logProbs.length; row++) {
    const value = logProbs[row] as number;
    sum += value;
    const worst = logProbs[worstRow] as number;
    if (Number.isNaN(value) ? !Number.isNaN(worst) : value < worst) worstRow = row;
  }
  return { loss: -sum / logProbs.length, worstRow, worstLogProb: logProbs[worstRow] as number };
}
