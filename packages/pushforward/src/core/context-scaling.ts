import { type NDArray, np } from "../engine/index.ts";
import { ConditionError, DomainError } from "./errors.ts";
import { type Shape, sizeOf } from "./shape.ts";

/** An affine map of contexts. */
export interface ContextScaling {
  /** One number per number of the context. */
  readonly shift: readonly number[];
  /** One number per number of the context, finite and not 0. */
  readonly scale: readonly number[];
}

/**
 * From a context `c` to `(c - shift) / scale`, for a part that takes one; the map consumes.
 *
 * @throws ConditionError when the part takes no context or one of another size; DomainError when a number is
 * not finite or a scale is 0.
 */
export function contextScaling(
  who: string,
  part: { readonly kind: string; readonly condShape: Shape | null },
  { shift, scale }: ContextScaling,
): (cond: NDArray | undefined) => NDArray | undefined {
  const { kind, condShape } = part;
  if (!condShape || sizeOf(condShape) !== shift.length || shift.length !== scale.length) {
    throw new ConditionError(
      `${who}: got ${shift.length} shifts and ${scale.length} scales for ${kind}, ` +
        `which takes a context of ${condShape ? sizeOf(condShape) : 0} numbers.`,
    );
  }
  if (![...shift, ...scale, ...scale.map((value) => 1 / value)].every(Number.isFinite)) {
    throw new DomainError(`${who}: shifts and scales must be finite, and no scale 0.`);
  }
  const constant = (values: readonly number[]) => np.array([...values], { shape: [...condShape] });
  return (cond) => cond?.sub(constant(shift)).mul(constant(scale.map((value) => 1 / value)));
}
