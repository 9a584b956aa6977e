import type { Distribution } from "../core/distribution.ts";
import { flattenParameters, type ParameterLayout, splitParameters } from "../core/parameters.ts";
import {
  ArraySpec,
  type Engine,
  type EngineArray,
  type NDArray,
  np,
  type Program,
  type SpecTree,
  tree,
  valueAndGrad,
} from "../engine/index.ts";
import { type AdamOptions, type AdamState, adamStep } from "./adam.ts";

/** A batch of rows; `cond` is there for conditional flows only. */
export type Batch<A = EngineArray> = { x: A; cond?: A };

/**
 * From state, rates and batch to `[new state, [loss, gradient norm]]`. The rates are those of
 * `adamRates` and then `1 / rows`.
 */
export type TrainStep = Program<
  [state: AdamState<NDArray>, rates: NDArray, batch: Batch<NDArray>],
  [AdamState<NDArray>, NDArray]
>;

/**
 * One maximum-likelihood step as one program: mean negative log-likelihood, its gradient, Adam.
 *
 * The gradient is taken with respect to the leaves and then joined: differentiating through the
 * split of one long vector would add up as many padded vectors as there are leaves. The mean is a sum
 * times a given `1 / rows`: one program serves every number of rows.
 */
export function compileTrainStep(
  engine: Engine,
  flow: Distribution,
  layout: ParameterLayout,
  options: AdamOptions,
): TrainStep {
  const step = (
    state: AdamState<NDArray>,
    rates: NDArray,
    { x, cond }: Batch<NDArray>,
  ): [AdamState<NDArray>, NDArray] => {
    const [learningRate, stepSize, epsilon, perRow] = np.unstack(rates, 0);
    const leaves = splitParameters(layout, state.parameters.ref);
    const loss = (pieces: NDArray[]) =>
      flow.logProb(layout.toTree(pieces), x.ref, cond?.ref).sum().mul(perRow.ref).neg();
    const [value, gradients] = valueAndGrad(loss)(leaves) as unknown as [NDArray, NDArray[]];
    tree.dispose([x, cond, perRow].filter((array) => array !== undefined));
    const gradient = flattenParameters(gradients);
    const [next, norm] = adamStep(state, gradient, [learningRate, stepSize, epsilon], options);
    return [next, np.stack([value, norm])];
  };
  const vector = new ArraySpec([layout.size]);
  const state = { parameters: vector, mean: vector, square: vector };
  return engine.compile(step, [state, new ArraySpec([4]), batchSpec(flow)]);
}

/** Shapes of a batch of any number of rows. */
function batchSpec({ shape, condShape }: Distribution): SpecTree {
  const x = new ArraySpec(["n", ...shape]);
  return condShape ? { x, cond: new ArraySpec(["n", ...condShape]) } : { x };
}
