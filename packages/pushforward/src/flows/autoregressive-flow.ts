import { batchNorm } from "../bijectors/batch-norm.ts";
import { luLinear } from "../bijectors/lu-linear.ts";
import { maskedAutoregressive } from "../bijectors/masked-autoregressive.ts";
import { randomPermutation, reverse } from "../bijectors/permute.ts";
import type { Bijector } from "../core/bijector.ts";
import type { Flow } from "../core/distribution.ts";
import { DomainError } from "../core/errors.ts";
import type { Transformer } from "../core/transformer.ts";
import {
  autoregressiveConditionerOf,
  type ConditionerOptions,
  conditionerNames,
} from "./conditioner.ts";
import {
  type FlowOptions,
  flowFromBase,
  flowFromData,
  layerNames,
  repeat,
  shapesOf,
} from "./flow-options.ts";

/** What the builders of autoregressive flows have in common. */
export interface AutoregressiveFlowOptions extends FlowOptions, ConditionerOptions {
  /**
   * What comes between two layers: the reverse order, a random permutation, or a learned LU linear map; each
   * builder has its own default.
   */
  between?: Between | undefined;
  /** Seed of random permutations; default 0. */
  seed?: number | undefined;
}

export type Between = "reverse" | "permutation" | "lu";

/** The parts that differ between autoregressive flows. */
interface AutoregressiveFlowParts {
  name: string;
  options: AutoregressiveFlowOptions;
  /** Names of the options that are this flow's own. */
  own?: readonly string[];
  layers: number;
  transformer: Transformer;
  /** What is fast, the density (default) or sampling. */
  fast?: "density" | "sampling";
  /** Batch normalisation after each layer; default false. */
  normalize?: boolean;
}

/** Compose autoregressive layers, with something that mixes the dimensions between them, into a flow. */
export function autoregressiveFlow(parts: AutoregressiveFlowParts): Flow {
  const { name, options, own = [], layers, transformer } = parts;
  const { fast = "density", normalize = false } = parts;
  const { shape, condShape } = shapesOf(name, options, [
    ...layerNames,
    ...conditionerNames,
    "between",
    "seed",
    ...own,
  ]);
  checkBetween(name, options.between);
  const conditioner = autoregressiveConditionerOf(name, options);
  const layer = () => maskedAutoregressive({ shape, condShape, transformer, conditioner });
  const steps = repeat(name, layers, (index) => [
    ...(index > 0 ? mixing(options, index) : []),
    layer(),
    ...(normalize ? [batchNorm({ shape })] : []),
  ]);
  return fast === "density"
    ? flowFromData(name, options, steps)
    : flowFromBase(name, options, steps);
}

function mixing(options: AutoregressiveFlowOptions, index: number): Bijector[] {
  const { features, between = "reverse", seed = 0 } = options;
  if (between === "lu") return [reverse({ features }), luLinear({ shape: [features] })];
  if (between === "reverse") return [reverse({ features })];
  return [randomPermutation({ features, seed: seed + index })];
}

function checkBetween(name: string, between: Between = "reverse"): void {
  if (["reverse", "permutation", "lu"].includes(between)) return;
  throw new DomainError(
    `${name}: between must be "reverse", "permutation" or "lu", got "${between}".`,
  );
}
