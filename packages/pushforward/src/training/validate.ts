import type { Distribution } from "../core/distribution.ts";
import { type ParameterLayout, splitParameters } from "../core/parameters.ts";
import { compile, mapRows, type NDArray } from "../engine/index.ts";
import type { Part } from "./dataset.ts";

/** Evaluates the mean negative log-likelihood of a part of the data. */
export interface Validation {
  /** The flat parameters are not consumed. */
  loss(parameters: NDArray, part: Part): Promise<number>;
  dispose(): void;
}

/** Compile the evaluation of a flow at parameters given as one flat vector. */
export function compileValidation(flow: Distribution, layout: ParameterLayout): Validation {
  const program = compile((parameters: NDArray, inputs: NDArray[]) => {
    const [x, cond] = inputs as [NDArray, NDArray | undefined];
    return flow.logProb(layout.toTree(splitParameters(layout, parameters)), x, cond);
  });

  async function loss(parameters: NDArray, { rows, context }: Part): Promise<number> {
    const inputs = [{ data: rows.data, shape: flow.shape }];
    if (context && flow.condShape) inputs.push({ data: context.data, shape: flow.condShape });
    const [logProbs] = await mapRows(inputs, rows.count, (batch) => [
      program(parameters.ref, batch),
    ]);
    return -(logProbs as Float32Array).reduce((sum, value) => sum + value / rows.count, 0);
  }

  return { loss, dispose: () => program.dispose() };
}
