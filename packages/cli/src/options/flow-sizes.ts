import { DomainError } from "pushforward";
import { given } from "./given.ts";
import { flagOf } from "./useless-options.ts";

/** Sizes of flows; each flow has a use for some of them. */
export interface FlowSizes {
  levels?: number;
  layers?: number;
  hidden?: number[];
  bins?: number;
}

/** The sizes among options, without those that were not given. */
export function sizesOf({ levels, layers, hidden, bins }: FlowSizes) {
  return given({ levels, layers, hidden, bins });
}

/** The first size that was given and that a flow with these defaults has no use for. */
export function uselessSize(options: FlowSizes, defaults: object): string | undefined {
  return Object.keys(sizesOf(options)).find((name) => !Object.hasOwn(defaults, name));
}

/**
 * Refuses sizes that a flow has no use for.
 *
 * @throws DomainError naming the first of them, and those that it takes.
 */
export function refuseUselessSizes(flow: string, options: FlowSizes, defaults: object): void {
  const useless = uselessSize(options, defaults);
  if (useless === undefined) return;
  const takes = Object.keys(defaults).map(flagOf).join(", ");
  throw new DomainError(
    `${flagOf(useless)}: the flow ${flow} has no use for it; ` +
      (takes ? `it takes ${takes}` : "it has no sizes to set"),
  );
}
