import type { Distribution } from "../core/distribution.ts";
import type { ParameterLayout } from "../core/parameters.ts";
import type { Engine } from "../engine/index.ts";
import type { AdamOptions } from "./adam.ts";
import { compileMatchingStep, matchedFlow } from "./matching-step.ts";
import type { LossKind } from "./progress.ts";
import { solvedFlow } from "./solved-flow.ts";
import { compileSolvedStep } from "./solved-step.ts";
import { compileTrainStep, type TrainStep } from "./train-step.ts";
import { type TrainingNoise, trainingNoise } from "./training-noise.ts";

/** What a training step lowers, and the noise that it takes. */
export interface Objective {
  readonly loss: LossKind;
  readonly trainStep: TrainStep;
  readonly noise: readonly TrainingNoise[];
}

/** The training step that a flow declares: flow matching, or else maximum likelihood. */
export function compileObjective(
  engine: Engine,
  flow: Distribution,
  layout: ParameterLayout,
  options: AdamOptions,
): Objective {
  const matched = matchedFlow(flow, layout);
  if (matched) {
    const trainStep = compileMatchingStep(engine, flow, matched, layout, options);
    return { loss: "matching", trainStep, noise: trainStep.noise };
  }
  const solved = solvedFlow(flow);
  if (solved) {
    const trainStep = compileSolvedStep(engine, flow, solved, layout, options);
    return { loss: "likelihood", trainStep, noise: trainStep.noise };
  }
  const noise = trainingNoise(flow, layout);
  const trainStep = compileTrainStep(engine, flow, layout, options, noise);
  return { loss: "likelihood", trainStep, noise };
}
