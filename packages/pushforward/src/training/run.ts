import type { Distribution } from "../core/distribution.ts";
import { downloadParameters, layoutOf, type ParameterLayout } from "../core/parameters.ts";
import { type NDArray, np, type Tree, tree } from "../engine/index.ts";
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
  bestParameters: Float32Array;
  /** The last weights that validated well. */
  lastGood: Snapshot;
}

const freshState: RunState = {
  best: null,
  bestStep: 0,
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
 * @throws ModelFileError when the checkpoint belongs to another run.
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
  if (options.resume) {
    tree.dispose(initial as never);
    const checkpoint = decodeCheckpoint(options.resume, identity);
    const { now, lastGood, state, bestParameters } = checkpoint;
    const adam = uploadAdam(now);
    return { layout, identity, step: now.step, state, bestParameters, adam, lastGood };
  }
  const parameters = await downloadParameters(initial);
  const zeros = new Float32Array(layout.size);
  const lastGood = { step: 0, parameters, mean: zeros, square: zeros };
  const state = { ...freshState, history: [] };
  const adam = uploadAdam(lastGood);
  return { layout, identity, step: 0, state, bestParameters: parameters, adam, lastGood };
}

function identify({ rows, context }: Part): string {
  const hash = fingerprint(context ? [rows.data, context.data] : [rows.data]);
  return `${rows.count}x${rows.size}-${hash.toString(16)}`;
}

/** The options that decide what a run computes, whatever else it reports or saves. */
function deciding(options: ResolvedFitOptions) {
  const { seed, steps, batchSize, learningRate, optimizer, weightDecay } = options;
  const { schedule, clipNorm, validateEvery } = options;
  return {
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
  const download = async (vector: NDArray) => (await vector.ref.data()) as Float32Array;
  return {
    step,
    parameters: await download(adam.parameters),
    mean: await download(adam.mean),
    square: await download(adam.square),
  };
}

/** Put the last good weights and moments back. */
export function rollBack(run: Run): void {
  tree.dispose(run.adam);
  run.adam = uploadAdam(run.lastGood);
}

function uploadAdam({ parameters, mean, square }: Snapshot): AdamState {
  // A copy: the device may keep the buffer that it is given.
  const upload = (values: Float32Array) => np.array(values.slice());
  return { parameters: upload(parameters), mean: upload(mean), square: upload(square) };
}

/** The run as bytes to go on from. */
export async function checkpointOf(run: Run): Promise<Uint8Array> {
  const { identity, state, bestParameters, lastGood } = run;
  const now = await takeSnapshot(run);
  return encodeCheckpoint({ identity, now, lastGood, bestParameters, state });
}
