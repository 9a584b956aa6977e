import { continuous } from "../bijectors/continuous.ts";
import type { ContinuousOptions } from "../bijectors/continuous-options.ts";
import type { Flow } from "../core/distribution.ts";
import type { Dynamics } from "../core/dynamics.ts";
import { DomainError } from "../core/errors.ts";
import { type Activation, concat, concatSquash, type DynamicsOptions } from "../networks/index.ts";
import { type FlowOptions, flowFromBase, repeat, shapesOf } from "./flow-options.ts";

/** What the builders of continuous flows take: the network of the velocity, and how it is solved. */
export interface ContinuousFlowOptions
  extends FlowOptions,
    Pick<ContinuousOptions, "time" | "solver">,
    Omit<DynamicsOptions, "activation"> {
  /** Default `"silu"`. */
  activation?: Activation | undefined;
  /** How the time enters the network's layers; default `"concat"`, with which fewer steps learn more. */
  dynamics?: "concatSquash" | "concat" | undefined;
}

/** How it is trained. */
type Training = Pick<
  ContinuousOptions,
  "trace" | "kineticEnergy" | "jacobianNorm" | "gradients" | "matching"
>;

const own = ["base", "hidden", "activation", "frequencies", "dynamics", "time", "solver"] as const;

/**
 * A flow of continuous layers, from the base to the data.
 *
 * @param names the names of the options besides {@link ContinuousFlowOptions}, and `layers` where there may be several.
 */
export function continuousFlow(
  name: string,
  options: ContinuousFlowOptions,
  training: Training,
  names: readonly string[],
): Flow {
  const { hidden, activation = "silu", frequencies, dynamics = "concat", layers = 1 } = options;
  const shapes = shapesOf(name, options, [...own, ...names]);
  if (!["concatSquash", "concat"].includes(dynamics)) {
    throw new DomainError(
      `${name}: dynamics must be "concatSquash" or "concat", got ${
        typeof dynamics === "string" ? `"${dynamics}"` : typeof dynamics
      }. For dynamics of your own take continuous of pushforward/bijectors.`,
    );
  }
  const build = dynamics === "concat" ? concat : concatSquash;
  const network: Dynamics = build({ hidden, activation, frequencies });
  const { time, solver } = options;
  const steps = repeat(name, layers, () => [
    continuous({ ...shapes, dynamics: network, time, solver, ...training }),
  ]);
  return flowFromBase(name, options, steps);
}
