import { type Bijector, defineBijector, noParams } from "../core/bijector.ts";
import { DomainError, ShapeError } from "../core/errors.ts";
import { type Shape, showShape, sizeOf } from "../core/shape.ts";
import { type NDArray, np } from "../engine/index.ts";

export interface FixedAffineOptions {
  /** One number per number of the event, row-major. */
  shift: readonly number[];
  /** One number per number of the event, finite and not 0. */
  scale: readonly number[];
  /** Event shape; default: a vector. */
  shape?: Shape;
}

/**
 * The elementwise map `y = x * scale + shift` with constants instead of parameters: the
 * standardisation that `fit` puts at the data end of a flow.
 *
 * @throws ShapeError when the lists differ in length; DomainError when a number is not finite or a
 * scale is 0.
 */
export function fixedAffine(options: FixedAffineOptions): Bijector<Record<string, never>> {
  const { shift, scale, shape = [scale.length] } = options;
  if (shift.length !== scale.length || sizeOf(shape) !== scale.length) {
    throw new ShapeError(
      `fixedAffine: got ${shift.length} shifts and ${scale.length} scales for an event of shape ` +
        `${showShape(shape)}, expected one of each per number.`,
    );
  }
  const bad = scale.findIndex((value, i) => !Number.isFinite(value / value + (shift[i] as number)));
  if (bad >= 0) {
    throw new DomainError(
      `fixedAffine: dimension ${bad} has scale ${scale[bad]} and shift ${shift[bad]}; ` +
        "both must be finite, and the scale not 0.",
    );
  }
  const logDet = scale.reduce((sum, value) => sum + Math.log(Math.abs(value)), 0);
  const constant = (values: readonly number[]) => np.array([...values], { shape: [...shape] });
  return defineBijector({
    kind: "fixedAffine",
    shape,
    options: { shift, scale, shape },
    init: noParams,
    forwardAndLogDet: (_, x) => {
      const rows = x.shape[0] as number;
      return [x.mul(constant(scale)).add(constant(shift)), np.full([rows], logDet)];
    },
    inverseAndLogDet: (_, y) => {
      const rows = y.shape[0] as number;
      const factor: NDArray = constant(scale.map((value) => 1 / value));
      return [y.sub(constant(shift)).mul(factor), np.full([rows], -logDet)];
    },
  });
}
