import { discard } from "../core/bijector.ts";
import type { Distribution } from "../core/distribution.ts";
import { DomainError } from "../core/errors.ts";
import { splitKey } from "../core/keys.ts";
import { checkShape, type Shape } from "../core/shape.ts";
import { type NDArray, np } from "../engine/index.ts";
import { logGammaHalfStep } from "../numerics/log-gamma.ts";
import { softplus } from "../numerics/stable.ts";
import { openUniform } from "./open-uniform.ts";
import { scalarDistribution } from "./scalar-density.ts";

export interface StudentTOptions {
  shape: Shape;
  /** Degrees of freedom, at the start where they are learned; above 0.1, default 5. */
  degreesOfFreedom?: number;
  /** Whether each dimension learns its own degrees of freedom; default true. */
  learned?: boolean;
}

export type StudentTParams = Record<string, never> | { rawDegreesOfFreedom: NDArray };

/** Heavier tails would give draws that float32 cannot hold. */
const FEWEST = 0.1;
/** Draws end at exp(85) = 8e36. */
const LARGEST_LOG = 85;

/** How much further the degrees of freedom move than their parameter. */
const PACE = 4;

/**
 * Student's t in every dimension, location 0 and scale 1:
 * `log p = sum(log Gamma((nu + 1) / 2) - log Gamma(nu / 2) - log(pi nu) / 2
 * - (nu + 1) / 2 log(1 + x^2 / nu))`. As the base of a flow with Lipschitz layers it gives the flow the
 * tails of the data (Jaini et al. 2020, arXiv:1907.04481).
 *
 * Parameters: `rawDegreesOfFreedom` r of the event's shape, `nu = 0.1 + softplus(4 r)`: the 4 lets an
 * optimiser with steps of a thousandth get from 5 to 1 in time; none where `learned` is false. Sampled from two uniform numbers, `sqrt(nu (U^(-2/nu) - 1)) cos(2 pi V)` (Bailey 1994),
 * differentiably in nu; the tails beyond a probability of 6e-8 are cut off.
 *
 * @throws DomainError unless `degreesOfFreedom` exceeds 0.1 and is finite.
 */
export function studentT({
  shape,
  degreesOfFreedom = 5,
  learned = true,
}: StudentTOptions): Distribution<StudentTParams> {
  checkShape("studentT", shape);
  if (!(degreesOfFreedom > FEWEST && Number.isFinite(degreesOfFreedom))) {
    throw new DomainError(
      `studentT: degreesOfFreedom must be finite and above ${FEWEST}, got ${degreesOfFreedom}.`,
    );
  }
  const excess = degreesOfFreedom - FEWEST;
  // The inverse of softplus, in the form that does not overflow.
  const start = (excess + Math.log(-Math.expm1(-excess))) / PACE;
  const freedomOf = (params: StudentTParams): NDArray =>
    "rawDegreesOfFreedom" in params
      ? softplus((params.rawDegreesOfFreedom as NDArray).mul(PACE)).add(FEWEST)
      : np.full([...shape], degreesOfFreedom);
  return scalarDistribution<StudentTParams>({
    kind: "studentT",
    shape,
    options: { shape, degreesOfFreedom, learned },
    centred: true,
    init(key) {
      discard(key);
      const params: StudentTParams = {};
      return learned ? { rawDegreesOfFreedom: np.full([...shape], start) } : params;
    },
    logDensity: (params, x) => logDensity(freedomOf(params), x),
    draw: (params, key, size) => draw(freedomOf(params), key, size),
  });
}

function logDensity(freedom: NDArray, x: NDArray): NDArray {
  const constant = logGammaHalfStep(freedom.ref.mul(0.5)).sub(0.5 * Math.log(2 * Math.PI));
  const size = np.absolute(x).div(np.sqrt(freedom.ref));
  // log(1 + t^2), whose square would overflow: t = small large, one of the two being 1.
  const large = np.maximum(size.ref, 1);
  const small = np.minimum(size, 1).div(large.ref);
  const kernel = np.log1p(small.ref.mul(small)).add(np.log(large).mul(2));
  return constant.sub(kernel.mul(freedom.add(1).mul(0.5)));
}

function draw(freedom: NDArray, key: NDArray, shape: number[]): NDArray {
  const [radiusKey, angleKey] = splitKey(key, 2) as [NDArray, NDArray];
  const energy = np.log1p(openUniform(radiusKey, shape).neg()).neg();
  const growth = energy.mul(2).div(freedom.ref);
  // Half the log of nu (exp(growth) - 1), which itself would overflow.
  const logRadius = np
    .log(np.expm1(growth.ref.neg()).neg())
    .add(growth)
    .add(np.log(freedom))
    .mul(0.5);
  const angle = openUniform(angleKey, shape).mul(2 * Math.PI);
  return np.exp(np.minimum(logRadius, LARGEST_LOG)).mul(np.cos(angle));
}
