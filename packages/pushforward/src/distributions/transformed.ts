import { type Bijector, slowest } from "../core/bijector.ts";
import { checkBijector, checkDistribution } from "../core/check-part.ts";
import { type Distribution, defineDistribution, type Flow } from "../core/distribution.ts";
import { ConditionError, ShapeError } from "../core/errors.ts";
import { splitKey } from "../core/keys.ts";
import { sameShape, showShape } from "../core/shape.ts";
import type { NDArray } from "../engine/index.ts";

export interface TransformedOptions {
  base: Distribution;
  /** Maps the base (forward) to the data. */
  bijector: Bijector;
  /** What to call the flow in summaries; default `"flow"`. */
  name?: string;
}

/**
 * A normalizing flow: the distribution of `x = f(z)`, z from the base,
 * `log p(x) = log p_base(f^-1(x)) + log|det df^-1/dx|`.
 *
 * Texts that call the map from data to latent f write `f(x)` where we write `inverse`.
 *
 * @throws ShapeError or ConditionError when base and bijector do not fit together.
 */
export function transformed({ base, bijector, name = "flow" }: TransformedOptions): Flow {
  checkDistribution("transformed: base", base);
  checkBijector("transformed: bijector", bijector);
  if (!sameShape(base.shape, bijector.shape)) {
    throw new ShapeError(
      `transformed: the base has the event shape ${showShape(base.shape)}, the bijector ` +
        `${showShape(bijector.shape)}. They must be the same.`,
    );
  }
  const condShape = bijector.condShape ?? base.condShape;
  if (base.condShape && condShape && !sameShape(base.condShape, condShape)) {
    throw new ConditionError(
      `transformed: the base takes a context of shape ${showShape(base.condShape)}, the bijector ` +
        `one of ${showShape(condShape)}. They must be the same.`,
    );
  }
  const forBase = (cond: NDArray | undefined) => (base.condShape ? cond : undefined);
  const forBijector = (cond: NDArray | undefined) => (bijector.condShape ? cond : undefined);
  const shared = base.condShape !== null && bijector.condShape !== null;

  const distribution = defineDistribution({
    kind: "transformed",
    shape: base.shape,
    condShape,
    cost: {
      density: slowest(base.cost.density, bijector.cost.inverse),
      sampling: slowest(base.cost.sampling, bijector.cost.forward),
    },
    options: { base, bijector, name },
    init(key) {
      const [baseKey, bijectorKey] = splitKey(key, 2) as [NDArray, NDArray];
      return { base: base.init(baseKey), bijector: bijector.init(bijectorKey) };
    },
    logProb(params, x, cond) {
      const twice = shared ? cond?.ref : cond;
      const [z, logDet] = bijector.inverseAndLogDet(params.bijector, x, forBijector(twice));
      return base.logProb(params.base, z, forBase(cond)).add(logDet);
    },
    sampleAndLogProb(params, key, count, cond) {
      const twice = shared ? cond?.ref : cond;
      const [z, logProb] = base.sampleAndLogProb(params.base, key, count, forBase(twice));
      const [x, logDet] = bijector.forwardAndLogDet(params.bijector, z, forBijector(cond));
      return [x, logProb.sub(logDet)];
    },
  });
  return Object.freeze({ ...distribution, flow: Object.freeze({ name, base, bijector }) }) as Flow;
}
