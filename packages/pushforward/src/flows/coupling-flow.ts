import { coupling } from "../bijectors/coupling.ts";
import type { Bijector } from "../core/bijector.ts";
import type { Flow } from "../core/distribution.ts";
import { DomainError } from "../core/errors.ts";
import type { Transformer } from "../core/transformer.ts";
import { hostRandom } from "../numerics/host-random.ts";
import { type ConditionerOptions, conditionerNames, conditionerOf } from "./conditioner.ts";
import { type FlowOptions, flowFromData, layerNames, repeat, shapesOf } from "./flow-options.ts";

/** What the builders of coupling flows have in common. */
export interface CouplingFlowOptions extends FlowOptions, ConditionerOptions {
  /**
   * How the dimensions are divided: first and second half in turn (`"halves"`, default), even and odd ones
   * in turn (`"alternating"`), or random halves, each followed by its complement (`"random"`).
   */
  partition?: Partition | undefined;
  /** Seed of random partitions; default 0. */
  seed?: number | undefined;
}

export type Partition = "halves" | "alternating" | "random";

/** The parts that differ between coupling flows. */
interface CouplingFlowParts {
  name: string;
  options: CouplingFlowOptions;
  /** Names of the options that are this flow's own. */
  own?: readonly string[];
  layers: number;
  transformer: Transformer;
  unconditional?: boolean;
  /** The bijectors of one step around its coupling layer, from data to base. */
  step(couplingLayer: Bijector): Bijector[];
  /** What comes after the last step, on the base side. */
  last?(): Bijector[];
}

/** Compose coupling layers into a flow that is trained in the direction in which they are cheap. */
export function couplingFlow(parts: CouplingFlowParts): Flow {
  const { name, options, own = [], layers, transformer, unconditional = false, step, last } = parts;
  const shapes = shapesOf(name, options, [
    ...layerNames,
    ...conditionerNames,
    "partition",
    "seed",
    ...own,
  ]);
  checkPartition(name, options.partition);
  const conditioner = conditionerOf(name, options);
  const steps = repeat(name, layers, (index) => {
    const mask = maskOf(options, index);
    return step(coupling({ ...shapes, transformer, conditioner, mask, unconditional }));
  });
  return flowFromData(name, options, [...steps, ...(last?.() ?? [])]);
}

function checkPartition(name: string, partition: Partition = "halves"): void {
  if (["halves", "alternating", "random"].includes(partition)) return;
  throw new DomainError(
    `${name}: partition must be "halves", "alternating" or "random", got "${partition}".`,
  );
}

/** Which dimensions a layer keeps: those that the layer before has changed. In one dimension, none. */
function maskOf({ features, partition = "halves", seed = 0 }: CouplingFlowOptions, index: number) {
  if (features === 1) return [false];
  const half = Math.floor(features / 2);
  const ranks =
    partition === "random"
      ? hostRandom(seed, index >> 1).shuffle(features)
      : Array.from({ length: features }, (_, i) => i);
  const isFirst = (rank: number) => (partition === "alternating" ? rank % 2 === 0 : rank < half);
  return Array.from(ranks, (rank) => isFirst(rank) === (index % 2 === 0));
}
