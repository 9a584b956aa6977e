import { type Bijector, layersOf } from "./bijector.ts";
import type { EqualSteps } from "./iteration.ts";

/** The equal steps of the layers that solve differential equations, the fewest of all; undefined: there are no such layers. */
export function equalStepsOf(bijector: Bijector): EqualSteps | undefined {
  const found = layersOf(bijector).flatMap(({ bijector: { iterations = {} } }) =>
    Object.values(iterations).flatMap(({ equalSteps }) => equalSteps ?? []),
  );
  if (found.length === 0) return undefined;
  return {
    count: Math.min(...found.map(({ count }) => count)),
    everywhere: found.every(({ everywhere }) => everywhere),
  };
}
