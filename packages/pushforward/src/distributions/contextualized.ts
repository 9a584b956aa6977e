import { type ContextScaling, contextScaling } from "../core/context-scaling.ts";
import { type Distribution, defineDistribution } from "../core/distribution.ts";

export interface ContextualizedOptions extends ContextScaling {
  distribution: Distribution;
}

/**
 * The same distribution, told the context `(c - shift) / scale` instead of `c`: what the bijector
 * `affineContext` is for flows.
 *
 * @throws ConditionError when the distribution takes no context or one of another size; DomainError when a
 * number is not finite or a scale is 0.
 */
export function contextualized(options: ContextualizedOptions): Distribution {
  const { distribution, shift, scale } = options;
  const { shape, condShape, cost, support } = distribution;
  const standardize = contextScaling("contextualized", distribution, { shift, scale });
  return defineDistribution({
    kind: "contextualized",
    shape,
    condShape,
    cost,
    ...(support && { support }),
    options: { distribution, shift, scale },
    init: distribution.init,
    logProb: (params, x, cond) => distribution.logProb(params, x, standardize(cond)),
    sampleAndLogProb: (params, key, count, cond) =>
      distribution.sampleAndLogProb(params, key, count, standardize(cond)),
  });
}
