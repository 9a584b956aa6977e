import { type ContinuousOptions, continuous } from "../bijectors/continuous.ts";
import type { Flow } from "../core/distribution.ts";
import type { Dynamics } from "../core/dynamics.ts";
import { DomainError } from "../core/errors.ts";
import { type Activation, concat, concatSquash } from "../networks/index.ts";
import { type FlowOptions, flowFromBase, layerNames, repeat, shapesOf } from "./flow-options.ts";

/** The network of a continuous flow, and how it is solved and trained. */
export interface FfjordOptions
  extends FlowOptions,
    Pick<ContinuousOptions, "time" | "solver" | "trace" | "kineticEnergy" | "jacobianNorm"> {
  /** Widths of the hidden layers; default `[64, 64]`. */
  hidden?: readonly number[] | undefined;
  /** Default `"tanh"`. */
  activation?: Activation | undefined;
  /** How the time enters the network's layers; default `"concatSquash"`. */
  dynamics?: "concatSquash" | "concat" | undefined;
}

const own = ["hidden", "activation", "dynamics"] as const;
const passed = ["time", "solver", "trace", "kineticEnergy", "jacobianNorm"] as const;

/**
 * FFJORD: a continuous flow with a free-form network for its velocity (Grathwohl et al. 2019,
 * arXiv:1810.01367), and with `kineticEnergy` and `jacobianNorm` RNODE (Finlay et al. 2020, arXiv:2002.02798).
 *
 * Default: one block ("layer") of two hidden layers of 64 units. Density and sampling solve an ordinary differential
 * equation each.
 *
 * @throws DomainError for sizes that are not positive integers, or settings that {@link continuous} refuses.
 */
export function ffjord(options: FfjordOptions): Flow {
  const { hidden, activation = "tanh", dynamics = "concatSquash", layers = 1 } = options;
  const shapes = shapesOf("ffjord", options, [...layerNames, ...own, ...passed]);
  if (!["concatSquash", "concat"].includes(dynamics)) {
    throw new DomainError(
      `ffjord: dynamics must be "concatSquash" or "concat", got ${JSON.stringify(dynamics)}.`,
    );
  }
  const network: Dynamics = (dynamics === "concat" ? concat : concatSquash)({ hidden, activation });
  const settings = Object.fromEntries(passed.map((name) => [name, options[name]]));
  const blocks = repeat("ffjord", layers, () => [
    continuous({ ...shapes, dynamics: network, ...settings }),
  ]);
  return flowFromBase("ffjord", options, blocks);
}
