import { ShapeError } from "../../core/errors.ts";
import { columnOf, toHostRows } from "../../core/rows.ts";
import { showShape } from "../../core/shape.ts";
import { hostNormalCdf } from "../../numerics/host-normal-cdf.ts";
import { regularizedGamma } from "../../numerics/incomplete-gamma.ts";
import type { NumberRows } from "./number-rows.ts";

/** Where rows lie in the distribution that a model says they come from; all uniform on [0, 1] if it is right. */
export interface ProbabilityIntegralTransform {
  /** For each latent, `Phi(z)` of every row. */
  readonly latents: readonly Float64Array[];
  /** For each row, the probability of latents nearer to the middle than its own. */
  readonly whole: Float64Array;
}

/**
 * The probability integral transform of rows under a flow whose base is standard normal: if the model is right, the
 * latents z of data rows are independent standard normal numbers. Then each `Phi(z_k)` is uniform on [0, 1], and so
 * is `P(d / 2, |z|^2 / 2)`, the chi-square distribution function with d degrees of freedom at the squared length of
 * the whole row's latents: a joint test.
 *
 * @param options.latents what `model.encode` gives for rows of the data, `[rows, d]`, or images' `[rows, ...event]`.
 * @throws ShapeError for latents without two axes; DataError for such as are not finite.
 *
 * Diebold, Gunther, Tay (1998), Evaluating density forecasts.
 */
export function probabilityIntegralTransform({
  latents,
}: {
  latents: NumberRows;
}): ProbabilityIntegralTransform {
  const who = "probabilityIntegralTransform";
  const { shape } = latents;
  if (!Array.isArray(shape) || shape.length < 2) {
    throw new ShapeError(
      `${who}: got latents of shape ${Array.isArray(shape) ? showShape(shape) : "none"}, expected [rows, latents].`,
    );
  }
  const rows = toHostRows(who, latents, shape.slice(1));
  const whole = Float64Array.from({ length: rows.count }, (_, row) => {
    const z = rows.data.subarray(row * rows.size, (row + 1) * rows.size) as Float64Array;
    const square = z.reduce((sum, value) => sum + value * value, 0);
    return regularizedGamma(rows.size / 2, square / 2).lower;
  });
  const columns = Array.from({ length: rows.size }, (_, k) => columnOf(rows, k).map(hostNormalCdf));
  return { latents: columns, whole };
}
