import { ShapeError } from "./errors.ts";

/** The shape of one event: `[]` a scalar, `[d]` a vector, `[channels, height, width]` an image. */
export type Shape = readonly number[];

/** Number of scalars in an event of this shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Whether two shapes are the same. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

/** Whether events of this shape are images, `[channels, height, width]`. */
export function isImage(shape: Shape): boolean {
  return shape.length === 3;
}

/** `[2, 3]`, for messages. */
export function showShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/**
 * Check an event shape given by a user.
 *
 * @throws ShapeError when a length is not a positive integer.
 */
export function checkShape(who: string, shape: Shape): Shape {
  if (!Array.isArray(shape) || shape.some((length) => !Number.isInteger(length) || length < 1)) {
    throw new ShapeError(
      `${who}: the event shape must be a list of positive integers such as [2], got ${JSON.stringify(shape)}.`,
    );
  }
  return Object.freeze([...shape]);
}

/** The one-dimensional event shape of a vector layer; `who` takes nothing else. */
export function checkVector(who: string, shape: Shape): number {
  checkShape(who, shape);
  if (shape.length !== 1) {
    throw new ShapeError(
      `${who}: works on vectors, shape [d]; got ${showShape(shape)}. Flatten the event first.`,
    );
  }
  return shape[0] as number;
}
