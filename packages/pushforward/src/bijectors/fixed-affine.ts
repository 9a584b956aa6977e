import { type Bijector, defineBijector, noParams } from "../core/bijector.ts";
import { DomainError, ShapeError } from "../core/errors.ts";
import { type NDArray, np } from "../engine/index.ts";

export interface FixedAffineOptions {
  /** One number per dimension. */
  shift: readonly number[];
  /** One number per dimension, finite and not 0. */
  scale: readonly number[];
}

/**
 * The elementwise map `y = x * scale + shift` with constants instead of parameters: the
 * standardisation that `fit` puts at the data end of a flow.
 *
 * @throws ShapeError when the lists differ in length; DomainError when a number is not finite or a
 * scale is 0.
 */
export function fixedAffine({ shift, scale }: FixedAffineOptions): Bijector<Record<string, never>> {
  if (shift.length !== scale.length) {
    throw new ShapeError(
      `fixedAffine: got ${shift.length} shifts and ${scale.length} scales, expected as many of each.`,
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
  const constant = (values: readonly number[]) => np.array([...values]);
  return defineBijector({
    kind: "fixedAffine",
    shape: [scale.length],
    options: { shift, scale },
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
