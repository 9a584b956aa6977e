import { type Bijector, layersOf } from "./bijector.ts";
import type { EqualSteps } from "./iteration.ts";

/**
 * The equal steps of the layers that solve differential equations: the fewest of those whose steps are not taken
 * everywhere, or of all where there is none of these. Undefined: nothing is solved.
 */
export function equalStepsOf(bijector: Bijector): EqualSteps | undefined {
  const found = layersOf(bijector).flatMap(({ bijector: { iterations = {} } }) =>
    Object.values(iterations).flatMap(({ equalSteps }) => equalSteps ?? []),
  );
  if (found.length === 0) return undefined;
  const some = found.filter(({ everywhere }) => !everywhere);
  const everywhere = some.length === 0;
  return { count: Math.min(...(everywhere ? found : some).map(({ count }) => count)), everywhere };
}
