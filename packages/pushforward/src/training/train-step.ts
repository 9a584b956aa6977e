import type { Distribution } from "../core/distribution.ts";
import { flattenParameters, type ParameterLayout, splitParameters } from "../core/parameters.ts";
import {
  type Compiled,
  compile,
  type NDArray,
  np,
  type Tree,
  tree,
  valueAndGrad,
} from "../engine/index.ts";
import { type AdamOptions, type AdamState, adamStep } from "./adam.ts";

/** A batch on the device; `cond` is there for conditional flows only. */
export type Batch = { x: NDArray; cond?: NDArray };

/** `[new state, [loss, gradient norm]]`; consumes its arguments. */
export type TrainStep = Compiled<
  [state: AdamState, rates: NDArray, batch: Batch],
  [AdamState, NDArray]
>;

/**
 * One maximum-likelihood step as one program: mean negative log-likelihood, its gradient, Adam.
 *
 * The gradient is taken with respect to the leaves and then joined: differentiating through the
 * split of one long vector would add up as many padded vectors as there are leaves.
 */
export function compileTrainStep(
  flow: Distribution,
  layout: ParameterLayout,
  options: AdamOptions,
): TrainStep {
  return compile((state: AdamState, rates: NDArray, { x, cond }: Batch) => {
    const leaves = splitParameters(layout, state.parameters.ref);
    const loss = (pieces: NDArray[]) =>
      flow.logProb(layout.toTree(pieces), x.ref, cond?.ref).mean().neg();
    const [value, gradients] = valueAndGrad(loss)(leaves) as unknown as [NDArray, NDArray[]];
    tree.dispose([x, cond].filter((array) => array !== undefined));
    const gradient = flattenParameters(gradients);
    const [next, norm] = adamStep(state, value.ref, gradient, rates, options);
    return [next, np.stack([value, norm])] as [AdamState, NDArray] & Tree[];
  }) as unknown as TrainStep;
}
