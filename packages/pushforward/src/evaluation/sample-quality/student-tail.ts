import { hostNormalCdf } from "../../numerics/host-normal-cdf.ts";

/**
 * `P(|T| >= |t|)` of Student's distribution with `v` degrees of freedom, by that of the standard normal number
 * `(8 v + 1) / (8 v + 3) sqrt(v ln(1 + t^2 / v))`. It is too large, by 2 % at most
 * for 18 degrees or more and probabilities above 1e-5.
 *
 * Wallace (1959), Bounds on normal approximations to Student's and the chi-square distributions, section 3.
 */
export function studentTail(t: number, degrees: number): number {
  const normal = Math.sqrt(degrees * Math.log1p(t ** 2 / degrees));
  return 2 * hostNormalCdf(-normal * ((8 * degrees + 1) / (8 * degrees + 3)));
}
