import { type Distribution, defineDistribution } from "../core/distribution.ts";
import { ConditionError, DomainError } from "../core/errors.ts";
import { sizeOf } from "../core/shape.ts";
import { type NDArray, np } from "../engine/index.ts";

export interface ContextualizedOptions {
  distribution: Distribution;
  /** One number per number of the context. */
  shift: readonly number[];
  /** One number per number of the context, finite and not 0. */
  scale: readonly number[];
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
  const { shape, condShape } = distribution;
  if (!condShape || sizeOf(condShape) !== shift.length || shift.length !== scale.length) {
    throw new ConditionError(
      `contextualized: got ${shift.length} shifts and ${scale.length} scales for ${distribution.kind}, ` +
        `which takes a context of ${condShape ? sizeOf(condShape) : 0} numbers.`,
    );
  }
  if (!scale.every((value, i) => Number.isFinite((shift[i] as number) / value))) {
    throw new DomainError("contextualized: shifts and scales must be finite, and no scale 0.");
  }
  const constant = (values: readonly number[]) => np.array([...values], { shape: [...condShape] });
  const standardize = (cond: NDArray | undefined) =>
    cond?.sub(constant(shift)).mul(constant(scale.map((value) => 1 / value)));
  return defineDistribution({
    kind: "contextualized",
    shape,
    condShape,
    options: { distribution, shift, scale },
    init: distribution.init,
    logProb: (params, x, cond) => distribution.logProb(params, x, standardize(cond)),
    sampleAndLogProb: (params, key, count, cond) =>
      distribution.sampleAndLogProb(params, key, count, standardize(cond)),
  });
}
