import { checkDistribution } from "../core/check-part.ts";
import type { Column } from "../core/column.ts";
import type { Distribution } from "../core/distribution.ts";
import { NotFiniteError, SolverError } from "../core/errors.ts";
import type { HistoryEntry } from "../core/history.ts";
import { hostParameters, type ParameterLayout, uploadParameters } from "../core/parameters.ts";
import type { Rows } from "../core/rows.ts";
import { settleFlow } from "../core/settle-parameters.ts";
import type { TableSchema } from "../core/table-schema.ts";
import {
  createBreather,
  type Engine,
  hostArray,
  type Notify,
  startEngine,
  type Tree,
  warn,
} from "../engine/index.ts";
import { type AdamState, adamRates } from "./adam.ts";
import { type Batches, batchOf, shuffledBatches } from "./batches.ts";
import { type Dataset, readDataset, select } from "./dataset.ts";
import { locateInTraining, locateInValidation } from "./non-finite.ts";
import { compileObjective, type Objective } from "./objective.ts";
import { type FitOptions, fittedKind, type ResolvedFitOptions, resolveOptions } from "./options.ts";
import { describeData, initialParameters, withPreprocessing } from "./prepare.ts";
import type { FitNotice, FitProgress } from "./progress.ts";
import { checkpointOf, disposeState, type Run, rollBack, startRun, takeSnapshot } from "./run.ts";
import { isPlateau, rateFactor } from "./schedule.ts";
import { compileValidation, type Validation } from "./validate.ts";

/** Rollbacks without a new best validation in between after which training gives up. */
const MOST_ROLLBACKS = 5;

/** Factor on the learning rate after a rollback. */
const DAMPING = 0.5;

/** A fitted flow with what is known about the fit. */
export interface TrainResult {
  /** The flow with its preprocessing at the data end. */
  readonly flow: Distribution;
  readonly params: Tree;
  readonly columns: readonly Column[];
  readonly history: readonly HistoryEntry[];
  readonly contextNames?: readonly string[] | undefined;
  readonly table?: TableSchema | undefined;
  /** The engine that trained it. */
  readonly engine: Engine;
}

/** A run under way, to look at between its steps; its history grows with it. */
export interface RunView extends Omit<TrainResult, "params"> {
  readonly layout: ParameterLayout;
  /** The weights after the last step that was done, or those of the best validation once the run has ended; a copy. */
  parameters(): Promise<Float32Array>;
}

/** What stays the same during a run. */
interface Setting {
  readonly flow: Distribution;
  readonly dataset: Dataset;
  readonly options: ResolvedFitOptions;
  readonly batches: Batches;
  readonly objective: Objective;
  readonly validation: Validation;
  /** What the engine has to say and has not said yet. */
  readonly heard: string[];
}

/**
 * Fit a flow to rows by maximum likelihood, `min_theta -1/n sum_i log p(x_i; theta)`: the loop
 * behind `fit`, as a generator of progress reports that returns the fitted flow.
 *
 * The weights returned are those of the best validation. A loss or gradient that is not finite
 * never reaches the weights: the run goes back to the best weights so far, halves the learning rate
 * and says so; after 5 such rollbacks without a new best validation it stops.
 *
 * @param onStart is given the run before its first step.
 * @throws ShapeError, ConditionError, DataError, DomainError before it starts; NotFiniteError when
 * it gives up, naming the layer; the signal's reason when aborted.
 */
export async function* train(
  flow: Distribution,
  rows: Rows,
  options: FitOptions = {},
  onStart: (view: RunView) => void = () => {},
): AsyncGenerator<FitProgress, TrainResult> {
  checkDistribution("fit: the flow", flow);
  const resolved = resolveOptions(options, fittedKind(flow));
  const dataset = readDataset(flow, rows, resolved);
  const heard: string[] = [];
  let hear: Notify = (message) => void heard.push(message);
  const engine = await startEngine(resolved.engine, (message) => hear(message));
  const prepared = resolved.standardize ? withPreprocessing(flow, dataset) : flow;
  for (const message of describeData(prepared, dataset, resolved))
    yield { type: "notice", message };
  const initial = await initialParameters(prepared, dataset, resolved, engine);
  const run = await startRun(prepared, initial, dataset, resolved);
  const objective = await compileObjective(engine, prepared, run.layout, resolved);
  const batches = shuffledBatches(prepared, dataset, resolved, objective.noise);
  const validation = compileValidation(engine, prepared, run.layout);
  const { contextNames, table } = resolved;
  const about = { flow: prepared, columns: dataset.columns, contextNames, table, engine };
  let ended = false;
  const settled = (weights: Float32Array) => {
    settleFlow(prepared, hostParameters(run.layout, weights));
    return weights;
  };
  onStart({
    ...about,
    history: run.state.history,
    layout: run.layout,
    async parameters() {
      const weights = ended ? run.best.parameters : await run.adam.parameters.data();
      return settled(weights.slice() as Float32Array);
    },
  });
  try {
    if (run.step > 0) yield { type: "notice", message: `Resumed after step ${run.step}.` };
    yield* iterate(run, {
      flow: prepared,
      dataset,
      options: resolved,
      batches,
      objective,
      validation,
      heard,
    });
    for (const message of heard.splice(0)) yield { type: "notice", message };
    // The model goes on with the engine, and nobody reads these reports any more.
    hear = warn;
    const params = uploadParameters(run.layout, settled(run.best.parameters.slice()));
    const { history } = run.state;
    return { ...about, params, history };
  } finally {
    ended = true;
    disposeState(run.adam);
    objective.trainStep.dispose();
    validation.dispose();
  }
}

/** Step until the budget is spent or validations stop improving. */
async function* iterate(run: Run, setting: Setting): AsyncGenerator<FitProgress, void> {
  const { options } = setting;
  const { steps, validateEvery, patience, checkpointEvery, onCheckpoint, signal } = options;
  const clock = { start: performance.now(), from: run.step };
  const breathe = createBreather();

  while (run.step < steps && run.state.validationsSinceBest < patience) {
    await breathe();
    if (signal?.aborted) {
      await onCheckpoint?.(await checkpointOf(run));
      signal.throwIfAborted();
    }
    const learningRate = currentRate(run, options);
    const { next, loss, gradNorm, failure } = await takeStep(run, learningRate, setting);
    for (const message of setting.heard.splice(0)) yield { type: "notice", message };
    if (!next || !Number.isFinite(loss) || !Number.isFinite(gradNorm)) {
      if (next) disposeState(next);
      yield recover(run, setting, failure);
      run.step++;
      continue;
    }
    disposeState(run.adam);
    run.adam = next;
    run.step++;
    run.state.lossSum += loss;
    run.state.lossCount++;
    const stepsPerSecond = ((run.step - clock.from) * 1000) / (performance.now() - clock.start);
    const kind = setting.objective.loss;
    const told = performance.now();
    yield {
      type: "step",
      step: run.step,
      steps,
      loss,
      kind,
      learningRate,
      gradNorm,
      stepsPerSecond,
    };
    // What is done with a report, a pause perhaps, is none of the run's time.
    clock.start += performance.now() - told;
    if (run.step % validateEvery === 0 || run.step === steps) {
      yield* validate(run, setting);
    }
    if (run.step % checkpointEvery === 0) await onCheckpoint?.(await checkpointOf(run));
  }
  if (run.state.bestLoss === null) {
    throw new NotFiniteError(
      `fit: no validation gave a finite loss. ${await explainValidation(run, setting)}`,
    );
  }
}

/** What came of a step: a state with its loss and the norm of its gradient, or why there is none. */
interface StepOutcome {
  readonly next?: AdamState;
  readonly loss: number;
  readonly gradNorm: number;
  readonly failure?: string;
}

async function takeStep(
  run: Run,
  learningRate: number,
  { objective, batches }: Setting,
): Promise<StepOutcome> {
  const batch = batches(run.step);
  const rates = Float32Array.of(...adamRates(learningRate, run.step + 1), 1 / batch.x.shape[0]);
  try {
    const [next, stats] = await objective.trainStep.run(run.adam, hostArray(rates, [4]), batch);
    const [loss, gradNorm] = await stats.data();
    stats.dispose();
    return { next, loss, gradNorm };
  } catch (error) {
    if (!(error instanceof SolverError)) throw error;
    return { loss: Number.NaN, gradNorm: Number.NaN, failure: error.reason };
  }
}

function currentRate({ step, state }: Run, options: ResolvedFitOptions): number {
  const { schedule, steps, learningRate } = options;
  return learningRate * state.damping * rateFactor(schedule, step, steps, state.drops);
}

/** Validate, and keep the weights if they are the best so far. */
async function* validate(run: Run, setting: Setting): AsyncGenerator<FitProgress, void> {
  const { state, step } = run;
  const { steps, schedule } = setting.options;
  const held = setting.dataset.validation;
  const { loss, evaluations } = await setting.validation.evaluate(run.adam.parameters, held);
  const finite = Number.isFinite(loss);
  const train = state.lossSum / Math.max(1, state.lossCount);
  const isComparable = setting.objective.loss === "likelihood";
  const counted = evaluations > 0 && { evaluations };
  state.history.push({
    step,
    train: isComparable ? train : Number.NaN,
    validation: finite ? loss : Number.NaN,
    ...counted,
  });
  state.lossSum = 0;
  state.lossCount = 0;
  if (finite && loss < (state.bestLoss ?? Infinity)) {
    run.best = await takeSnapshot(run);
    state.bestLoss = loss;
    state.validationsSinceBest = 0;
    state.rollbacks = 0;
  } else {
    state.validationsSinceBest++;
  }
  if (isPlateau(schedule, state.validationsSinceBest)) state.drops++;
  const best = state.bestLoss ?? loss;
  const bestStep = run.best.step;
  yield { type: "validation", step, steps, loss, best, bestStep, ...counted };
  if (!finite && state.history.length === 1) {
    const message = `The validation loss is not finite. ${await explainValidation(run, setting)}`;
    yield { type: "notice", message };
  }
}

/** Which validation row has no finite log-density, and where on its way to the base that arises. */
async function explainValidation(run: Run, setting: Setting): Promise<string> {
  const { flow, dataset } = setting;
  const held = dataset.validation;
  const { worstRow, worstLogProb, failure } = await setting.validation.evaluate(
    run.adam.parameters,
    held,
  );
  const values = held.rows.data.subarray(
    worstRow * held.rows.size,
    (worstRow + 1) * held.rows.size,
  );
  const shown = Array.from(values.subarray(0, 6), (value) => Number(value.toPrecision(6))).join(
    ", ",
  );
  const row = `The validation row (${shown}${values.length > 6 ? ", ..." : ""})`;
  if (failure) return `${row} has no log-density: ${failure}`;
  const batch = batchOf(flow, select(held, [worstRow]));
  const where = locateInValidation(flow, run.layout, run.adam.parameters, batch);
  return (
    `${row} has log-density ` +
    `${worstLogProb}, which arises in ${where}. Look for rows that the flow cannot reach, or lower ` +
    "learningRate."
  );
}

/**
 * Go back after a loss or gradient that is not finite, with a smaller learning rate.
 *
 * @throws NotFiniteError when that has not helped several times in a row.
 */
function recover(
  run: Run,
  { flow, options, batches }: Setting,
  failure: string | undefined,
): FitNotice {
  const { state, layout, step, best } = run;
  state.rollbacks++;
  if (state.rollbacks > MOST_ROLLBACKS) {
    const what = failure ? "a layer was not solved" : "the loss or its gradient is not finite";
    const where = failure
      ? `In the last one ${failure}`
      : `It arises in ${locateInTraining(flow, layout, run.adam.parameters, batches(step))}. ` +
        "Look for extreme rows there, or take a smaller learningRate or clipNorm.";
    const since = best.step === 0 ? "start" : "best validation";
    throw new NotFiniteError(
      `fit: ${what} at step ${step + 1}, for the ` +
        `${state.rollbacks}th time since the ${since}, although the learning rate went down ` +
        `to ${currentRate(run, options).toPrecision(2)}. ${where}`,
    );
  }
  rollBack(run);
  state.damping *= DAMPING;
  return {
    type: "notice",
    message:
      `${failure ? "A layer was not solved" : "Loss or gradient not finite"} at step ${step + 1}: went back to the weights of step ` +
      `${best.step}, learning rate now ${currentRate(run, options).toPrecision(2)}.`,
  };
}
