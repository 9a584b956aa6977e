import { type EngineArray, type NDArray, np } from "../engine/index.ts";

/** Parameters and Adam's two moments, each one flat vector. */
export type AdamState<A = EngineArray> = { parameters: A; mean: A; square: A };

export interface AdamOptions {
  /** `"adam"` adds the decay to the gradient (L2), `"adamw"` takes it from the weights. */
  optimizer: "adam" | "adamw";
  weightDecay: number;
  /** Gradients longer than this are shortened to it; `Infinity`: never. */
  clipNorm: number;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/**
 * One step of Adam (Kingma and Ba 2015, arXiv:1412.6980, algorithm 1, in the form that section 2 gives
 * for speed) or AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2) on flat vectors,
 * gradient clipped to a norm first.
 *
 * Everything is consumed. A gradient that is not finite ruins the new state: the caller sees it in
 * the norm and keeps the old one.
 *
 * @param rates of {@link adamRates}.
 * @returns the new state and the gradient's norm before clipping.
 */
export function adamStep(
  { parameters, mean, square }: AdamState<NDArray>,
  gradient: NDArray,
  [learningRate, stepSize, epsilon]: readonly [NDArray, NDArray, NDArray],
  { optimizer, weightDecay, clipNorm }: AdamOptions,
): [AdamState<NDArray>, NDArray] {
  const norm = np.sqrt(gradient.ref.mul(gradient.ref).sum());
  const factor = np.minimum(np.trueDivide(clipNorm, norm.ref.add(1e-12)), 1);
  const clipped = Number.isFinite(clipNorm) ? gradient.mul(factor) : gradient;
  const decayed =
    optimizer === "adam" && weightDecay > 0
      ? clipped.add(parameters.ref.mul(weightDecay))
      : clipped;
  const newMean = mean.mul(BETA1).add(decayed.ref.mul(1 - BETA1));
  const newSquare = square.mul(BETA2).add(decayed.ref.mul(decayed).mul(1 - BETA2));
  const step = newMean.ref.div(np.sqrt(newSquare.ref).add(epsilon)).mul(stepSize);
  const kept =
    optimizer === "adamw" && weightDecay > 0
      ? parameters.mul(np.subtract(1, learningRate.mul(weightDecay)))
      : parameters;
  return [{ parameters: kept.sub(step), mean: newMean, square: newSquare }, norm];
}

/**
 * The rates that {@link adamStep} takes at step t, counted from 1: the learning rate r, the step size
 * `r sqrt(1 - beta2^t) / (1 - beta1^t)`, and the epsilon that belongs to it, `1e-8 sqrt(1 - beta2^t)`.
 */
export function adamRates(learningRate: number, t: number): [number, number, number] {
  const correction = Math.sqrt(1 - BETA2 ** t);
  return [learningRate, (learningRate * correction) / (1 - BETA1 ** t), EPSILON * correction];
}
