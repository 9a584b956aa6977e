import type { Distribution } from "../core/distribution.ts";
import { type ParameterLayout, splitParameters } from "../core/parameters.ts";
import { compile, mapRows, type NDArray, type Tree } from "../engine/index.ts";
import type { Part } from "./dataset.ts";

/** Mean negative log-likelihood of a part under flat parameters, which are not consumed. */
export type Validate = (parameters: NDArray, part: Part) => Promise<number>;

/** Compile the evaluation of a flow at parameters given as one flat vector. */
export function compileValidation(flow: Distribution, layout: ParameterLayout): Validate {
  const program = compile((parameters: NDArray, inputs: NDArray[]) => {
    const [x, cond] = inputs as [NDArray, NDArray | undefined];
    return flow.logProb(layout.toTree(splitParameters(layout, parameters)), x, cond);
  }) as (parameters: NDArray, inputs: NDArray[] & Tree) => NDArray;

  return async (parameters, { rows, context }) => {
    const inputs = [{ data: rows.data, shape: flow.shape }];
    if (context && flow.condShape) inputs.push({ data: context.data, shape: flow.condShape });
    const [logProbs] = await mapRows(inputs, rows.count, (batch) => [
      program(parameters.ref, batch),
    ]);
    return -(logProbs as Float32Array).reduce((sum, value) => sum + value / rows.count, 0);
  };
}
