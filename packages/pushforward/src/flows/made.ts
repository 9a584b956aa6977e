import { invert } from "../bijectors/invert.ts";
import { maskedAutoregressive } from "../bijectors/masked-autoregressive.ts";
import { checkCount } from "../core/check-number.ts";
import type { Distribution } from "../core/distribution.ts";
import { DomainError } from "../core/errors.ts";
import { normal } from "../distributions/normal.ts";
import { orderEnsemble } from "../distributions/order-ensemble.ts";
import { transformed } from "../distributions/transformed.ts";
import { uniform } from "../distributions/uniform.ts";
import { type Degrees, maskedMlp } from "../networks/index.ts";
import { affine } from "../transformers/affine.ts";
import { mixtureCdf } from "../transformers/mixture-cdf.ts";
import {
  autoregressiveConditionerOf,
  type ConditionerOptions,
  conditionerNames,
  plainOptions,
} from "./conditioner.ts";
import { type FlowOptions, shapesOf } from "./flow-options.ts";

export interface MadeOptions extends Omit<FlowOptions, "layers" | "base">, ConditionerOptions {
  /** Normal distributions in the mixture that each dimension has given those before; default 1. */
  components?: number | undefined;
  /**
   * Default 1: the order of the columns. More: a training step learns a random order, and the density is the
   * mean over so many fixed ones.
   */
  orders?: number | undefined;
  /** Degrees of the hidden units of plain layers: spread evenly (default), or drawn at random. */
  degrees?: Degrees | undefined;
  /** Seed of orders and random degrees; default 0. */
  seed?: number | undefined;
}

/**
 * MADE: one autoregressive layer, `p(x) = prod p(x_i | x_before i)`, each factor a normal distribution or a
 * mixture of them with parameters from a masked network (Germain et al. 2015, arXiv:1502.03509; the
 * Gaussian and mixture outputs of Papamakarios et al. 2017, arXiv:1705.07057).
 *
 * A mixture is a flow, too: each dimension goes through its conditional CDF to a uniform base. The density
 * costs one pass (`orders` passes), a draw d small steps.
 *
 * @throws DomainError for sizes that are not positive integers.
 */
export function made(options: MadeOptions): Distribution {
  const { components = 1, orders = 1, degrees, seed } = options;
  const { shape, condShape } = shapesOf("made", options, [
    ...conditionerNames,
    "components",
    "orders",
    "degrees",
    "seed",
  ]);
  checkCount("made", "components", components);
  checkCount("made", "orders", orders);
  const { residual } = options;
  if (residual && degrees === "random") {
    throw new DomainError("made: the units of residual networks have sequential degrees.");
  }
  const conditioner =
    residual || options.dropout
      ? autoregressiveConditionerOf("made", options)
      : maskedMlp({ ...plainOptions(options), degrees, seed });
  const output =
    components === 1
      ? { base: normal({ shape }), transformer: affine() }
      : {
          base: uniform({ shape }),
          transformer: mixtureCdf({ components, kernel: "normal", onto: "unit" }),
        };
  if (orders > 1) {
    return orderEnsemble({ shape, condShape, ...output, conditioner, orders, seed: seed ?? 0 });
  }
  const { base, transformer } = output;
  const layer = maskedAutoregressive({ shape, condShape, transformer, conditioner });
  return transformed({ base, bijector: invert({ bijector: layer }), name: "made" });
}
