import { type NDArray, np } from "../engine/index.ts";
import { ConditionError, ShapeError } from "./errors.ts";
import { type Shape, sameShape, showShape } from "./shape.ts";

/** What takes events, with a context or without: a bijector or a distribution. */
interface Conditional {
  readonly kind: string;
  readonly shape: Shape;
  readonly condShape: Shape | null;
}

/** Where a shape ends in the event shape, the dimensions before it: the batch. Else `null`. */
function batchOf(shape: readonly number[], event: Shape): number[] | null {
  const rank = shape.length - event.length;
  return rank >= 0 && sameShape(shape.slice(rank), event) ? shape.slice(0, rank) : null;
}

/**
 * The batch shape of `x`, which must be `[...batch, ...shape]`.
 *
 * @throws ShapeError when the trailing dimensions are not the event shape.
 */
export function checkEvent(part: Conditional, x: NDArray): number[] {
  const batch = batchOf(x.shape, part.shape);
  if (batch) return batch;
  throw new ShapeError(
    `${part.kind}: got an array of shape ${showShape(x.shape)}, expected [...batch, ${part.shape.join(", ")}]. ` +
      "Events come last, the batch first.",
  );
}

/**
 * Check that a context is there exactly when one is taken, and spread it over `count` rows.
 *
 * @param cond consumed; `[...condShape]` (one context for all rows) or `[...batch, ...condShape]`.
 * @returns `[count, ...condShape]`, or `undefined` for an unconditional part.
 * @throws ConditionError when it is missing, unwanted, or of another shape.
 */
export function checkContext(
  part: Conditional,
  batch: readonly number[],
  cond: NDArray | undefined,
): NDArray | undefined {
  const { kind, condShape } = part;
  if (condShape === null) {
    if (!cond) return undefined;
    throw new ConditionError(
      `${kind}: got a context of shape ${showShape(cond.shape)}, but it is unconditional. ` +
        "Leave the context out, or build it with a condShape.",
    );
  }
  if (!cond) {
    throw new ConditionError(
      `${kind}: got no context, expected one of shape [...batch, ${condShape.join(", ")}]. ` +
        "Pass it as the last argument.",
    );
  }
  const count = batch.reduce((product, length) => product * length, 1);
  const condBatch = batchOf(cond.shape, condShape);
  if (condBatch?.length === 0) return broadcastRows(cond, count, condShape);
  if (condBatch && sameShape(condBatch, batch)) return cond.reshape([count, ...condShape]);
  throw new ConditionError(
    `${kind}: got a context of shape ${showShape(cond.shape)}, expected ` +
      `${showShape([...batch, ...condShape])} (one per row) or ${showShape(condShape)} (one for all).`,
  );
}

function broadcastRows(cond: NDArray, count: number, condShape: Shape): NDArray {
  return np.broadcastTo(cond, [count, ...condShape]);
}
