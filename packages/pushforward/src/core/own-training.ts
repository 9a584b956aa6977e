import { type Bijector, layersOf } from "./bijector.ts";
import { DomainError } from "./errors.ts";

/**
 * For parts that a layer with a training of its own cannot be reached in: it would be trained by likelihood through
 * equal steps, without a word.
 *
 * @throws DomainError for flow matching, and for gradients that are not unrolled.
 */
export function refuseOwnTraining(who: string, bijector: Bijector): void {
  const layer = layersOf(bijector).find(
    ({ bijector: { field } }) => field && (field.matching || field.gradients !== "unrolled"),
  );
  if (!layer) return;
  const { matching, gradients } = layer.bijector.field as NonNullable<Bijector["field"]>;
  throw new DomainError(
    `${who}: ${layer.name} is trained by ${matching ? "flow matching" : `${gradients} gradients`}, which works in chains ` +
      `of vectors only. Take it out of ${who}, or leave that option out.`,
  );
}
