import { chain } from "../bijectors/chain.ts";
import { invert } from "../bijectors/invert.ts";
import type { Bijector } from "../core/bijector.ts";
import { checkCount } from "../core/check-number.ts";
import { checkOptionNames } from "../core/check-options.ts";
import type { Distribution, Flow } from "../core/distribution.ts";
import { ConditionError } from "../core/errors.ts";
import { normal } from "../distributions/normal.ts";
import { transformed } from "../distributions/transformed.ts";

/** What the builders of all flows take. */
export interface FlowOptions {
  /** Number of dimensions d of an event. */
  features: number;
  /** Number of dimensions of the context; default 0: unconditional. */
  context?: number | undefined;
  /** Number of layers; each builder has its own default. */
  layers?: number | undefined;
  /** The base distribution, on `[features]`; default the standard normal. */
  base?: Distribution | undefined;
}

/** The names of the {@link FlowOptions} that have to do with layers. */
export const layerNames = ["layers", "base"] as const;

/** Event and context shapes of a flow's layers. */
export interface LayerShapes {
  readonly shape: readonly [number];
  readonly condShape: readonly [number] | null;
}

/**
 * Check the sizes that all builders take, and the names of all options.
 *
 * @param others the names of the options besides features and context.
 * @throws DomainError for a size that is not a positive integer, or an option that there is not.
 */
export function shapesOf(
  name: string,
  options: Pick<FlowOptions, "features" | "context">,
  others: readonly string[],
): LayerShapes {
  const { features, context = 0 } = options;
  checkOptionNames(name, options, ["features", "context", ...others]);
  checkCount(name, "features", features);
  checkCount(name, "context", context, 0);
  return { shape: [features], condShape: context > 0 ? [context] : null };
}

/**
 * The results of `layer(0)`, `layer(1)`, ..., in one list.
 *
 * @param what the option that says how many.
 * @throws DomainError when that is not a positive integer.
 */
export function repeat<T>(
  name: string,
  layers: number,
  layer: (index: number) => T[],
  what = "layers",
): T[] {
  checkCount(name, what, layers);
  return Array.from({ length: layers }, (_, index) => layer(index)).flat();
}

/** A flow from layers in the order from data to base, each in the direction that it calls `forward`. */
export function flowFromData(name: string, options: FlowOptions, layers: Bijector[]): Flow {
  return flowOver(name, options, invert({ bijector: chain({ bijectors: layers }) }));
}

/** A flow from layers in the order from base to data: the fast direction is sampling. */
export function flowFromBase(name: string, options: FlowOptions, layers: Bijector[]): Flow {
  return flowOver(name, options, chain({ bijectors: layers }));
}

function flowOver(name: string, { features, base }: FlowOptions, bijector: Bijector): Flow {
  return transformed({ base: base ?? normal({ shape: [features] }), bijector, name });
}

/** @throws ConditionError for a context. */
export function checkUnconditional(
  name: string,
  { context = 0 }: { context?: number | undefined },
): void {
  if (context === 0) return;
  throw new ConditionError(
    `${name}: takes no context, got one of ${context} numbers. Take a flow with networks, such as nsf.`,
  );
}
