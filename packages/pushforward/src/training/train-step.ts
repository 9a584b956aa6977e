import type { Distribution } from "../core/distribution.ts";
import { DomainError } from "../core/errors.ts";
import { flattenParameters, type ParameterLayout, splitParameters } from "../core/parameters.ts";
import {
  ArraySpec,
  type Engine,
  type EngineArray,
  type NDArray,
  np,
  type Program,
  type SpecTree,
  stopGradient,
  tree,
  valueAndGrad,
} from "../engine/index.ts";
import { type AdamOptions, type AdamState, adamStep } from "./adam.ts";
import { type TrainingNoise, termsOf, trainingNoise, withTrainingNoise } from "./training-noise.ts";

/** A batch of rows; `cond` is there for conditional flows only, `noise` where the flow asks for it. */
export type Batch<A = EngineArray> = { x: A; cond?: A; noise?: A[] };

/**
 * From state, rates and batch to `[new state, [loss, gradient norm]]`. The rates are those of
 * `adamRates` and then `1 / rows`.
 */
export type TrainStep = Pick<StepProgram, "run" | "dispose">;

/** A training step that says which noise it takes. */
export interface NoisyTrainStep extends TrainStep {
  readonly noise: readonly TrainingNoise[];
}

type StepProgram = Program<
  [state: AdamState<NDArray>, rates: NDArray, batch: Batch<NDArray>],
  [AdamState<NDArray>, NDArray]
>;

/**
 * One maximum-likelihood step as one program: mean negative log-likelihood, its gradient, Adam, and
 * what layers set themselves.
 * The mean is a sum times a given `1 / rows`: one program serves every number of rows.
 */
export function compileTrainStep(
  engine: Engine,
  flow: Distribution,
  layout: ParameterLayout,
  options: AdamOptions,
  noise: readonly TrainingNoise[] = trainingNoise(flow, layout),
): TrainStep {
  const step = (
    state: AdamState<NDArray>,
    rates: NDArray,
    batch: Batch<NDArray>,
  ): [AdamState<NDArray>, NDArray] => {
    const [learningRate, stepSize, epsilon, perRow] = np.unstack(rates, 0);
    const leaves = splitParameters(layout, state.parameters.ref);
    const { loss, updates, gradients } = lossGradient(flow, layout, leaves, batch, perRow);
    const gradient = flattenParameters(gradients);
    const [next, norm] = adamStep(state, gradient, [learningRate, stepSize, epsilon], options);
    const parameters = setSlots(layout, next.parameters, updates);
    return [{ ...next, parameters }, np.stack([loss, norm])];
  };
  const vector = new ArraySpec([layout.size]);
  const state = { parameters: vector, mean: vector, square: vector };
  return forAnyTerms(noise, (terms) =>
    engine.compile(step, [state, new ArraySpec([4]), batchSpec(flow, noise, terms)]),
  );
}

/** A step of a program for each number of terms of the series that layers cut off at random, built when it comes. */
function forAnyTerms(
  noise: readonly TrainingNoise[],
  compile: (terms: number) => StepProgram,
): TrainStep {
  if (noise.every(({ kind }) => kind !== "truncation")) return compile(0);
  const programs = new Map<number, StepProgram>();
  return {
    run(state, rates, batch) {
      const terms = termsOf(noise, batch.noise?.map(({ shape }) => shape) ?? []);
      const program = programs.get(terms) ?? compile(terms);
      programs.set(terms, program);
      return program.run(state, rates, batch);
    },
    dispose() {
      for (const program of programs.values()) program.dispose();
    },
  };
}

/**
 * The loss of a training step, what layers set themselves, and the gradient with respect to the leaves, of the
 * loss with the penalties that layers add; consumes.
 *
 * To differentiate through the split of one long vector instead would add up as many padded vectors as
 * there are leaves.
 */
export function lossGradient(
  flow: Distribution,
  layout: ParameterLayout,
  leaves: NDArray[],
  { x, cond, noise = [] }: Batch<NDArray>,
  perRow: NDArray,
): { loss: NDArray; updates: StateUpdates; gradients: NDArray[] } {
  const lossOf = (pieces: NDArray[]): [NDArray, Aside] => {
    const [logProb, { updates, penalties }] = withTrainingNoise(noise, () =>
      flow.logProb(layout.toTree(pieces), x.ref, cond?.ref),
    );
    const loss = logProb.sum().mul(perRow.ref).neg();
    const penalized = penalties.reduce(
      (sum, each) => sum.add(each.sum().mul(perRow.ref)),
      loss.ref,
    );
    return [penalized, { loss: stopGradient(loss), updates: bySlot(pieces, updates) }];
  };
  const [[penalized, { loss, updates }], gradients] = differentiate(lossOf)(leaves);
  penalized.dispose();
  tree.dispose([x, cond, perRow].filter((array) => array !== undefined));
  return { loss, updates, gradients };
}

/** Shapes of a batch of any number of rows. */
function batchSpec(flow: Distribution, noise: readonly TrainingNoise[], terms: number): SpecTree {
  const shapeOf = (each: TrainingNoise) => (each.kind === "truncation" ? [terms] : each.shape);
  return {
    x: new ArraySpec(["n", ...flow.shape]),
    ...(flow.condShape && { cond: new ArraySpec(["n", ...flow.condShape]) }),
    ...(noise.length > 0 && { noise: noise.map((each) => new ArraySpec(shapeOf(each))) }),
  };
}

/** New values of parameter arrays that layers set themselves, by their number in the layout. */
type StateUpdates = { [slot: string]: NDArray };

/** What a loss returns beside the number that is differentiated: itself without penalties, for reports. */
type Aside = { loss: NDArray; updates: StateUpdates };

function bySlot(pieces: readonly NDArray[], updates: ReadonlyMap<NDArray, NDArray>): StateUpdates {
  const known = [...updates].map(([piece, value]) => [pieces.indexOf(piece), value] as const);
  if (known.some(([slot]) => slot < 0)) {
    throw new DomainError(
      "updateState: the first argument must be one of the layer's parameter arrays, as it was given, not " +
        "something made of it.",
    );
  }
  return Object.fromEntries(known.map(([slot, value]) => [`${slot}`, stopGradient(value)]));
}

/** A flat vector of parameters with the updates in their places; consumes. */
function setSlots(layout: ParameterLayout, flat: NDArray, updates: StateUpdates): NDArray {
  const slots = Object.keys(updates).map(Number);
  if (slots.length === 0) return flat;
  const pieces = splitParameters(layout, flat);
  for (const slot of slots) {
    pieces[slot].dispose();
    pieces[slot] = updates[slot];
  }
  return flattenParameters(pieces);
}

/** `valueAndGrad` of a loss that returns more than its value. */
function differentiate(loss: (pieces: NDArray[]) => [NDArray, Aside]) {
  return valueAndGrad(loss as never, { hasAux: true }) as unknown as (
    pieces: NDArray[],
  ) => [[NDArray, Aside], NDArray[]];
}
