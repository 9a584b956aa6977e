import type { Distribution } from "../core/distribution.ts";
import { DomainError } from "../core/errors.ts";
import { downloadParameters, layoutOf, type ParameterLayout } from "../core/parameters.ts";
import { type EngineArray, hostArray, type Tree, tree } from "../engine/index.ts";
import type { AdamState } from "./adam.ts";
import { decodeCheckpoint, encodeCheckpoint, type RunState, type Snapshot } from "./checkpoint.ts";
import type { Dataset, Part } from "./dataset.ts";
import { fingerprint } from "./fingerprint.ts";
import type { ResolvedFitOptions } from "./options.ts";

/** A training run: what changes from step to step. */
export interface Run {
  readonly layout: ParameterLayout;
  readonly identity: string;
  /** Number of steps done. */
  step: number;
  adam: AdamState;
  state: RunState;
  /** Weights and moments of the best validation: the result, and where a rollback goes back to. */
  best: Snapshot;
}

const freshState: RunState = {
  bestLoss: null,
  validationsSinceBest: 0,
  drops: 0,
  damping: 1,
  rollbacks: 0,
  lossSum: 0,
  lossCount: 0,
  history: [],
};

/**
 * Start a run from initial parameters, which are consumed, or from the checkpoint in the options.
 *
 * @throws ModelFileError when the checkpoint belongs to another run; DomainError when there is
 * nothing to learn.
 */
export async function startRun(
  flow: Distribution,
  initial: Tree,
  dataset: Dataset,
  options: ResolvedFitOptions,
): Promise<Run> {
  const { columns, train, validation } = dataset;
  const data = [columns, identify(train), identify(validation)];
  const identity = JSON.stringify([flow.spec, deciding(options), data]);
  const layout = layoutOf(initial);
  if (layout.size === 0) {
    throw new DomainError(
      `fit: ${flow.flow?.name ?? flow.kind} has no parameters, so there is nothing to fit. ` +
        "Put a flow's layers on it, or take a distribution that learns.",
    );
  }
  if (options.resume) {
    tree.dispose(initial as never);
    const checkpoint = decodeCheckpoint(options.resume, identity);
    const { now, best, state } = checkpoint;
    return { layout, identity, step: now.step, state, adam: uploadAdam(now), best };
  }
  const parameters = await downloadParameters(initial);
  const zeros = new Float32Array(layout.size);
  const best = { step: 0, parameters, mean: zeros, square: zeros };
  const state = { ...freshState, history: [] };
  return { layout, identity, step: 0, state, adam: uploadAdam(best), best };
}

function identify({ rows, context }: Part): string {
  const hash = fingerprint(context ? [rows.data, context.data] : [rows.data]);
  return `${rows.count}x${rows.size}-${hash.toString(16)}`;
}

/** The options that decide what a run computes, whatever else it reports or saves. */
function deciding(options: ResolvedFitOptions) {
  const { seed, steps, batchSize, learningRate, optimizer, weightDecay } = options;
  const { schedule, clipNorm, validateEvery, flips } = options;
  return {
    ...(flips && { flips }),
    seed,
    steps,
    batchSize,
    learningRate,
    optimizer,
    weightDecay,
    schedule,
    clipNorm,
    validateEvery,
  };
}

/** Copy weights and moments to the host. */
export async function takeSnapshot({ step, adam }: Run): Promise<Snapshot> {
  // A copy: what is on the host already may be the run's own buffer.
  const download = async (vector: EngineArray) => (await vector.data()).slice() as Float32Array;
  return {
    step,
    parameters: await download(adam.parameters),
    mean: await download(adam.mean),
    square: await download(adam.square),
  };
}

/** Put the weights and moments of the best validation back. */
export function rollBack(run: Run): void {
  disposeState(run.adam);
  run.adam = uploadAdam(run.best);
  run.state.lossSum = 0;
  run.state.lossCount = 0;
}

function uploadAdam({ parameters, mean, square }: Snapshot): AdamState {
  const upload = (values: Float32Array) => hostArray(values, [values.length]);
  return { parameters: upload(parameters), mean: upload(mean), square: upload(square) };
}

/** Free a state that no step follows. */
export function disposeState(state: AdamState): void {
  for (const vector of Object.values(state)) vector.dispose();
}

/** The run as bytes to go on from. */
export async function checkpointOf(run: Run): Promise<Uint8Array> {
  const { identity, state, best } = run;
  return encodeCheckpoint({ identity, now: await takeSnapshot(run), best, state });
}
