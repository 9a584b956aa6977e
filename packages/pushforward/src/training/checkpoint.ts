import { ModelFileError } from "../core/errors.ts";
import { type HistoryEntry, historyFromJson } from "../core/history.ts";
import { formats } from "../io/formats.ts";
import { decodeSafetensors, encodeSafetensors, type FileTensor } from "../io/safetensors.ts";

/** Weights and moments on the host, after a number of steps. */
export interface Snapshot {
  step: number;
  parameters: Float32Array;
  mean: Float32Array;
  square: Float32Array;
}

/** All that a training run needs to go on exactly where it was. */
export interface Checkpoint {
  /** What the run was: flow, data, options. A run with another identity must not resume it. */
  identity: string;
  now: Snapshot;
  /** At the best validation. */
  best: Snapshot;
  /** Plain numbers of the run; see `RunState`. */
  state: RunState;
}

/** The numbers that a run carries from step to step. */
export interface RunState {
  /** Mean negative log-likelihood of the best validation; `null` before the first. */
  bestLoss: number | null;
  validationsSinceBest: number;
  /** How often the plateau schedule lowered the rate. */
  drops: number;
  /** Factor on the learning rate from rollbacks. */
  damping: number;
  /** Rollbacks since the last new best. */
  rollbacks: number;
  /** Sum and number of the training losses since the last validation. */
  lossSum: number;
  lossCount: number;
  history: HistoryEntry[];
}

const VERSION = "2";
const vectors = ["parameters", "mean", "square"] as const;

/** A checkpoint as the bytes of a safetensors file. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const { identity, now, best, state } = checkpoint;
  const tensors = new Map<string, FileTensor>();
  const add = (name: string, data: Float32Array) =>
    tensors.set(name, { dtype: "F32", shape: [data.length], data });
  for (const name of vectors) {
    add(`now.${name}`, now[name]);
    add(`best.${name}`, best[name]);
  }
  return encodeSafetensors(tensors, {
    format: formats.checkpoint,
    version: VERSION,
    identity,
    run: JSON.stringify({ step: now.step, bestStep: best.step, state }),
  });
}

/**
 * Read a checkpoint back.
 *
 * @throws ModelFileError when the bytes are not one, or belong to another flow, data or options.
 */
export function decodeCheckpoint(bytes: Uint8Array, identity: string): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes, "checkpoint: it");
  if (metadata.format !== formats.checkpoint || metadata.version !== VERSION) {
    throw new ModelFileError(
      "checkpoint: not a checkpoint of this version. Give another, or start without it.",
    );
  }
  if (metadata.identity !== identity) {
    throw new ModelFileError(
      "checkpoint: it belongs to another run: flow, data, seed or options differ. " +
        "Repeat them as they were, or start without it.",
    );
  }
  const { step, bestStep, state } = JSON.parse(metadata.run as string) as {
    step: number;
    bestStep: number;
    state: RunState;
  };
  const vector = (name: string) => tensors.get(name)?.data as Float32Array;
  const snapshot = (name: string, at: number): Snapshot => ({
    step: at,
    parameters: vector(`${name}.parameters`),
    mean: vector(`${name}.mean`),
    square: vector(`${name}.square`),
  });
  return {
    identity,
    now: snapshot("now", step),
    best: snapshot("best", bestStep),
    state: { ...state, history: historyFromJson(state.history) },
  };
}
