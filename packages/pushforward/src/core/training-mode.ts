import { type NDArray, random } from "../engine/index.ts";
import { splitKey } from "./keys.ts";

/**
 * What a part asks for while the loss of a training step is built: some layers then do something else
 * (batch statistics, dropout, a random order), and some have state besides what gradients change.
 *
 * It is known by where the call happens, not by an argument: so it passes through every combinator,
 * and through users' own, without their help. Functions are built synchronously, so nothing else can
 * run in between.
 */
interface TrainingMode {
  key: NDArray;
  readonly updates: Map<NDArray, NDArray>;
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
  const current = demand(mode);
  const [next, key] = splitKey(current.key, 2) as [NDArray, NDArray];
  current.key = next;
  return random.uniform(key, shape);
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

/**
 * Call a function as a training step does.
 *
 * @param key consumed.
 * @returns what it returned, and the new values of parameter arrays that are state, by the old ones.
 */
export function duringTraining<T>(key: NDArray, call: () => T): [T, Map<NDArray, NDArray>] {
  const outer = mode;
  const own: TrainingMode = { key, updates: new Map() };
  mode = own;
  try {
    return [call(), own.updates];
  } catch (error) {
    for (const value of own.updates.values()) value.dispose();
    throw error;
  } finally {
    mode = outer;
    own.key.dispose();
  }
}

function demand(current: TrainingMode | undefined): TrainingMode {
  if (current) return current;
  throw new Error(
    "trainingUniform and updateState belong to training steps: ask isTraining() first.",
  );
}
