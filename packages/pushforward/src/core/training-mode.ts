import { type NDArray, random, type TruncationLaw, truncationWeights } from "../engine/index.ts";
import { splitKey } from "./keys.ts";

/**
 * What a part asks for while the loss of a training step is built: some layers then do something else
 * (batch statistics, dropout, a random order), and some have state besides what gradients change.
 *
 * It is known by where the call happens, not by an argument: so it passes through every combinator,
 * and through users' own, without their help. Functions are built synchronously, so nothing else can
 * run in between.
 */
interface TrainingMode extends TrainingEffects {
  key: NDArray;
}

let mode: TrainingMode | undefined;

/** Whether this call belongs to the loss of a training step. */
export function isTraining(): boolean {
  return mode !== undefined;
}

/**
 * Uniform numbers in [0, 1), other ones for each call and each step.
 *
 * @throws Error outside of a training step: ask {@link isTraining} first.
 */
export function trainingUniform(shape: number[]): NDArray {
  return random.uniform(nextKey(), shape);
}

/**
 * Standard normal numbers, other ones for each call and each step.
 *
 * @throws Error outside of a training step: ask {@link isTraining} first.
 */
export function trainingNormal(shape: number[]): NDArray {
  return random.normal(nextKey(), shape);
}

/**
 * Weights of the terms of a series that is cut off at random, `[K]`, other ones for each call and each step; see
 * {@link truncationWeights}.
 *
 * @throws Error outside of a training step: ask {@link isTraining} first.
 */
export function trainingTruncation(law: TruncationLaw): NDArray {
  demand(mode);
  return truncationWeights(law);
}

function nextKey(): NDArray {
  const current = demand(mode);
  const [next, key] = splitKey(current.key, 2) as [NDArray, NDArray];
  current.key = next;
  return key;
}

/**
 * Add to the loss of this step, beside the negative log-likelihood: what keeps a layer regular.
 *
 * @param penalty one number for each row, `[n]`; consumed.
 * @throws Error outside of a training step: ask {@link isTraining} first.
 */
export function penalize(penalty: NDArray): void {
  demand(mode).penalties.push(penalty);
}

/**
 * Set what a parameter array holds after this step; the optimiser leaves it alone.
 *
 * @param state the array that the part was given among its parameters; not consumed.
 * @param value consumed.
 * @throws Error outside of a training step: ask {@link isTraining} first.
 */
export function updateState(state: NDArray, value: NDArray): void {
  const { updates } = demand(mode);
  updates.get(state)?.dispose();
  updates.set(state, value);
}

/** What layers said besides their results while a function was called as a training step does. */
export interface TrainingEffects {
  /** New values of parameter arrays that are state, by the old ones. */
  readonly updates: Map<NDArray, NDArray>;
  /** What the loss of each row has to be raised by, `[n]`, piece by piece. */
  readonly penalties: NDArray[];
}

/**
 * Call a function as a training step does.
 *
 * @param key consumed.
 */
export function duringTraining<T>(key: NDArray, call: () => T): [T, TrainingEffects] {
  const outer = mode;
  const own: TrainingMode = { key, updates: new Map(), penalties: [] };
  mode = own;
  try {
    return [call(), own];
  } catch (error) {
    disposeEffects(own);
    throw error;
  } finally {
    mode = outer;
    own.key.dispose();
  }
}

/** Free what nobody asks for. */
export function disposeEffects({ updates, penalties }: TrainingEffects): void {
  for (const value of [...updates.values(), ...penalties]) value.dispose();
}

function demand(current: TrainingMode | undefined): TrainingMode {
  if (current) return current;
  throw new Error(
    "trainingUniform, trainingNormal, trainingTruncation, penalize and updateState belong to training steps: ask " +
      "isTraining() first.",
  );
}
