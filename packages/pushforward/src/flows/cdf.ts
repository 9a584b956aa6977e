import { coupling } from "../bijectors/coupling.ts";
import { sigmoid } from "../bijectors/sigmoid.ts";
import type { Flow } from "../core/distribution.ts";
import { DomainError } from "../core/errors.ts";
import { beta } from "../distributions/beta.ts";
import { normal } from "../distributions/normal.ts";
import { uniform } from "../distributions/uniform.ts";
import { type MixtureCdfOptions, mixtureCdf } from "../transformers/mixture-cdf.ts";
import { type ConditionerOptions, conditionerNames, conditionerOf } from "./conditioner.ts";
import { type FlowOptions, flowFromData, shapesOf } from "./flow-options.ts";

export interface CdfFlowOptions extends Omit<FlowOptions, "layers" | "base">, ConditionerOptions {
  /** What the data are mapped to; default `"uniform"` on (0, 1); `"beta"` is Beta(5, 5). */
  onto?: "uniform" | "beta" | "normal" | undefined;
  /** Components of the mixture; default 8. */
  components?: number | undefined;
  /** What is mixed; default `"logistic"`. */
  kernel?: MixtureCdfOptions["kernel"] | undefined;
}

/**
 * A learned distribution function: each dimension by itself goes through the CDF of a mixture to a uniform
 * base, or on through the inverse CDF of another. On the line such flows reach every density, and their
 * sampling is inverse-CDF sampling (Chen and Gopinath 2000; Huang et al. 2018, arXiv:1804.00779, section 4).
 *
 * The density costs one pass, sampling one bracketed equation per dimension. With a context, a network gives
 * each row its own mixture. Dimensions are independent given the context.
 *
 * @throws DomainError for sizes that are not positive integers or another base.
 */
export function cdfFlow(options: CdfFlowOptions): Flow {
  const { features, onto = "uniform", components = 8, kernel = "logistic" } = options;
  const shapes = shapesOf("cdf", options, [...conditionerNames, "onto", "components", "kernel"]);
  const { shape } = shapes;
  const through = (target: MixtureCdfOptions["onto"]) =>
    coupling({
      ...shapes,
      transformer: mixtureCdf({ components, kernel, onto: target }),
      conditioner: conditionerOf("cdf", options),
      mask: new Array(features).fill(false),
    });
  switch (onto) {
    case "uniform":
      return flowFromData("cdf", { features, base: uniform({ shape }) }, [through("unit")]);
    case "beta":
      // Onto the logistic distribution, whose CDF is the sigmoid, with the affine map that comes with it.
      return flowFromData("cdf", { features, base: beta({ shape }) }, [
        through("logistic"),
        sigmoid({ shape }),
      ]);
    case "normal":
      return flowFromData("cdf", { features, base: normal({ shape }) }, [through("normal")]);
    default:
      throw new DomainError(`cdf: onto must be "uniform", "beta" or "normal", got "${onto}".`);
  }
}
