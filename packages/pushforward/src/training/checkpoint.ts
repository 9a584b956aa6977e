import { ModelFileError } from "../core/errors.ts";
import { decodeSafetensors, encodeSafetensors } from "../io/safetensors.ts";
import type { HistoryEntry } from "./progress.ts";

/** All that a training run needs to go on exactly where it was. */
export interface Checkpoint {
  /** What the run was: flow, data, options. A run with another identity must not resume it. */
  identity: string;
  /** Number of steps done. */
  step: number;
  parameters: Float32Array;
  mean: Float32Array;
  square: Float32Array;
  bestParameters: Float32Array;
  /** Plain numbers of the run; see `RunState`. */
  state: RunState;
}

/** The numbers that a run carries from step to step. */
export interface RunState {
  /** Mean negative log-likelihood of the best validation; `null` before the first. */
  best: number | null;
  bestStep: number;
  validationsSinceBest: number;
  /** How often the plateau schedule lowered the rate. */
  drops: number;
  /** Factor on the learning rate from rollbacks. */
  damping: number;
  /** Rollbacks since the last good validation. */
  rollbacks: number;
  /** Sum and number of the training losses since the last validation. */
  lossSum: number;
  lossCount: number;
  history: HistoryEntry[];
}

const FORMAT = "pushforward-checkpoint";
const VERSION = "1";
const vectors = ["parameters", "mean", "square", "bestParameters"] as const;

/** A checkpoint as the bytes of a safetensors file. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const tensors = new Map(
    vectors.map((name) => {
      const data = checkpoint[name];
      return [name, { dtype: "F32" as const, shape: [data.length], data }];
    }),
  );
  const { identity, step, state } = checkpoint;
  return encodeSafetensors(tensors, {
    format: FORMAT,
    version: VERSION,
    identity,
    run: JSON.stringify({ step, state }),
  });
}

/**
 * Read a checkpoint back.
 *
 * @throws ModelFileError when the bytes are not one, or belong to another flow, data or options.
 */
export function decodeCheckpoint(bytes: Uint8Array, identity: string): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes, "checkpoint");
  if (metadata.format !== FORMAT || metadata.version !== VERSION) {
    throw new ModelFileError("checkpoint: these bytes are not a checkpoint of this version.");
  }
  if (metadata.identity !== identity) {
    throw new ModelFileError(
      "checkpoint: it belongs to another run: flow, data, seed or options differ. " +
        "Repeat them as they were, or start without the checkpoint.",
    );
  }
  const { step, state } = JSON.parse(metadata.run as string) as Pick<Checkpoint, "step" | "state">;
  const vector = (name: string) => tensors.get(name)?.data as Float32Array;
  const [parameters, mean, square, bestParameters] = vectors.map(vector) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  return { identity, step, state, parameters, mean, square, bestParameters };
}
