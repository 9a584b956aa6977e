import { noParams } from "../core/bijector.ts";
import type { Distribution } from "../core/distribution.ts";
import { DomainError } from "../core/errors.ts";
import { splitKey } from "../core/keys.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import { type NDArray, np, random } from "../engine/index.ts";
import { logGamma } from "../numerics/log-gamma.ts";
import { sigmoid } from "../numerics/stable.ts";
import { openUniform } from "./open-uniform.ts";
import { scalarDistribution } from "./scalar-density.ts";

export interface BetaOptions {
  shape: Shape;
  /** The exponents' parameters, positive; default 5 and 5. */
  alpha?: number;
  beta?: number;
}

/**
 * The beta distribution on [0, 1] in every dimension,
 * `log p = sum((alpha - 1) log x + (beta - 1) log(1 - x) - log B(alpha, beta))`, -Infinity outside. No
 * parameters. Drawn as `G_1 / (G_1 + G_2)` from two gamma variables (Marsaglia and Tsang 2000, with as many
 * proposals at once as leave none accepted in less than 1e-12 of the draws: 6 for a parameter of 5, at most
 * 10). Float32 error of the log-density 1.2e-5, that of the engine's logarithm, times alpha + beta.
 *
 * @throws DomainError unless both parameters are positive and finite.
 */
export function beta({
  shape,
  alpha = 5,
  beta: second = 5,
}: BetaOptions): Distribution<Record<string, never>> {
  if (![alpha, second].every((value) => value > 0 && Number.isFinite(value))) {
    throw new DomainError(
      `beta: alpha and beta must be positive and finite, got ${alpha} and ${second}.`,
    );
  }
  const logNormaliser = logGamma(alpha) + logGamma(second) - logGamma(alpha + second);
  return scalarDistribution({
    kind: "beta",
    shape,
    options: { shape, alpha, beta: second },
    support: Array.from({ length: sizeOf(shape) }, () => [SMALLEST, LARGEST] as const),
    init: noParams,
    logDensity(_, x) {
      const isOutside = np.logicalOr(np.less(x.ref, 0), np.greater(x.ref, 1));
      const inside = np.where(isOutside.ref, 0.5, x);
      const left = logPower(inside.ref, alpha - 1);
      const right = logPower(np.subtract(1, inside), second - 1);
      return np.where(isOutside, -Infinity, left.add(right).sub(logNormaliser));
    },
    draw(_, key, size) {
      const [firstKey, secondKey] = splitKey(key, 2) as [NDArray, NDArray];
      const logRatio = logGammaDraw(alpha, firstKey, size);
      const x = sigmoid(logRatio.sub(logGammaDraw(second, secondKey, size)));
      // With a parameter well below 1 draws crowd at the ends, where the density is infinite.
      return np.clip(x, SMALLEST, LARGEST);
    },
  });
}

/** The float32 numbers next to 0, without subnormal ones, and to 1. */
const SMALLEST = 1.2e-38;
const LARGEST = 1 - 2 ** -24;

/** `power log(x)`, where an exponent of 0 forgives x = 0; consumes. */
function logPower(x: NDArray, power: number): NDArray {
  return power === 0 ? x.mul(0) : np.log(x).mul(power);
}

/** Share of draws that may be left without an accepted proposal. */
const FAILURES = 1e-12;

/** The logarithm of gamma variables of the given parameter and scale 1; the key is consumed. */
function logGammaDraw(parameter: number, key: NDArray, shape: number[]): NDArray {
  const [normalKey, uniformKey, boostKey] = splitKey(key, 3) as [NDArray, NDArray, NDArray];
  // G(a) = G(a + 1) U^(1 / a): the method itself wants a parameter of 1 or more.
  const boosted = parameter < 1;
  const d = (boosted ? parameter + 1 : parameter) - 1 / 3;
  const proposals = proposalsFor(d);

  const z = random.normal(normalKey, [proposals, ...shape]);
  const root = z.ref.mul(1 / Math.sqrt(9 * d)).add(1);
  const isPositive = np.greater(root.ref, 0);
  const logV = np.log(np.where(isPositive.ref, root, 1)).mul(3);
  const excess = np.exp(logV.ref).sub(1).sub(logV.ref).mul(-d);
  const bound = z.ref.mul(z).mul(0.5).add(excess);
  const logU = np.log(openUniform(uniformKey, [proposals, ...shape]));
  const isAccepted = np.logicalAnd(isPositive, np.less(logU, bound));

  const values = np.unstack(logV, 0) as NDArray[];
  const accepted = np.unstack(isAccepted, 0) as NDArray[];
  const first = values.reduceRight((later, value, i) =>
    np.where(accepted[i] as NDArray, value, later),
  );
  (accepted.at(-1) as NDArray).dispose();
  const logDraw = first.add(Math.log(d));
  if (boosted) return logDraw.add(np.log(openUniform(boostKey, shape)).mul(1 / parameter));
  boostKey.dispose();
  return logDraw;
}

/** How many proposals are enough: one is accepted with probability `e^d d^(1/6 - d) Gamma(d + 1/3) / sqrt(2 pi)`. */
function proposalsFor(d: number): number {
  const logAccepted =
    d + (1 / 6 - d) * Math.log(d) + logGamma(d + 1 / 3) - 0.5 * Math.log(2 * Math.PI);
  // In the limit of a large parameter all are accepted, up to rounding.
  const rejected = Math.max(-Math.expm1(logAccepted), 1e-6);
  return Math.ceil(Math.log(FAILURES) / Math.log(rejected));
}
