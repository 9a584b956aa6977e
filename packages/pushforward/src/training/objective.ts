import { layersOf } from "../core/bijector.ts";
import type { Distribution } from "../core/distribution.ts";
import type { ParameterLayout } from "../core/parameters.ts";
import type { Engine } from "../engine/index.ts";
import type { AdamOptions } from "./adam.ts";
import { matchedFlow } from "./matched-flow.ts";
import type { LossKind } from "./progress.ts";
import { compileTrainStep, type TrainStep } from "./train-step.ts";
import { type TrainingNoise, trainingNoise } from "./training-noise.ts";

/** What a training step lowers, and the noise that it takes. */
export interface Objective {
  readonly loss: LossKind;
  readonly trainStep: TrainStep;
  readonly noise: readonly TrainingNoise[];
}

/**
 * The training step that a flow declares: flow matching, or else maximum likelihood. Steps that few flows take are
 * loaded when one does.
 */
export async function compileObjective(
  engine: Engine,
  flow: Distribution,
  layout: ParameterLayout,
  options: AdamOptions,
): Promise<Objective> {
  const matched = matchedFlow(flow, layout);
  if (matched) {
    const { compileMatchingStep } = await import("./matching-step.ts");
    const trainStep = compileMatchingStep(engine, flow, matched, layout, options);
    return { loss: "matching", trainStep, noise: trainStep.noise };
  }
  if (isSolved(flow)) {
    const { compileSolvedStep } = await import("./solved-step.ts");
    const trainStep = compileSolvedStep(engine, flow, layout, options);
    return { loss: "likelihood", trainStep, noise: trainStep.noise };
  }
  const noise = trainingNoise(flow, layout);
  const trainStep = compileTrainStep(engine, flow, layout, options, noise);
  return { loss: "likelihood", trainStep, noise };
}

/** Whether a layer's gradient takes more than one program. */
function isSolved({ flow }: Distribution): boolean {
  const layers = flow ? layersOf(flow.bijector) : [];
  return layers.some(({ bijector: { field } }) => field && field.gradients !== "unrolled");
}
