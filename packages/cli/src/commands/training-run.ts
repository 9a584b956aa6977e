import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import {
  bitsPerDimension,
  type Distribution,
  type FitOptions,
  type FitProgress,
  fit,
  type Model,
  ModelFileError,
  NotFiniteError,
  type Rows,
} from "pushforward";
import { Interrupted } from "../exit-code.ts";
import { writeBlocks } from "../output/output-file.ts";
import type { Console } from "../terminal/console.ts";
import { openProgress } from "../terminal/progress.ts";
import type { ProgressState } from "../terminal/progress-line.ts";
import { withFlags } from "./with-flags.ts";

/** A run that came to its end. */
export interface TrainingRun {
  model: Model;
  /** Steps that were taken. */
  steps: number;
  bestStep: number;
  notices: string[];
}

/** What is to be trained, and how. */
export interface TrainingJob {
  flow: Distribution;
  rows: Rows;
  options: FitOptions;
  checkpoint: string | undefined;
  loss: LossScale;
}

/** How losses, in nats per row, are shown. */
export interface LossScale {
  name: string;
  of(loss: number): number;
}

export const natsPerRow: LossScale = { name: "loss", of: (loss) => loss };

/** For images of so many numbers. */
export function bitsPerDimensionOf(size: number): LossScale {
  return { name: "bits/dim", of: (loss) => bitsPerDimension(-loss, size) };
}

/**
 * Trains until the end or Ctrl-C, shows how it goes, and continues from the checkpoint if there is
 * one. Nothing but the checkpoint is written.
 *
 * @throws Interrupted on Ctrl-C.
 */
export async function trainWithProgress(
  { flow, rows, options, checkpoint, loss }: TrainingJob,
  console: Console,
): Promise<TrainingRun> {
  const resume = checkpoint && existsSync(checkpoint) ? await readFile(checkpoint) : null;
  if (resume) console.note(`Continuing from ${checkpoint}.`);
  const watch = watchTraining(console, loss);
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.once("SIGINT", interrupt);
  try {
    const model = await fit(flow, rows, {
      ...options,
      signal: interruption.signal,
      onProgress: watch.onProgress,
      ...(checkpoint && { onCheckpoint: (bytes) => writeBlocks(checkpoint, [bytes]) }),
      ...(resume && { resume }),
    });
    return { model, ...watch.seen() };
  } catch (error) {
    if (checkpoint && error instanceof ModelFileError) {
      throw new ModelFileError(error.message.replace(/^checkpoint/, `checkpoint ${checkpoint}`));
    }
    if (error instanceof NotFiniteError) throw new NotFiniteError(withFlags(error.message));
    if (!interruption.signal.aborted) throw error;
    const left =
      checkpoint && existsSync(checkpoint)
        ? `the same command continues from ${checkpoint}`
        : "no model was written";
    throw new Interrupted(`stopped at step ${watch.seen().steps}; ${left}`);
  } finally {
    watch.end();
    process.off("SIGINT", interrupt);
  }
}

/** Shows reports as they come and keeps what is wanted of them in the end. */
function watchTraining(console: Console, scale: LossScale) {
  const progress = openProgress(console);
  const notices: string[] = [];
  const state: ProgressState = {
    step: 0,
    steps: 0,
    lossName: scale.name,
    loss: 0,
    validation: null,
    stepsPerSecond: 0,
  };
  let bestStep = 0;
  return {
    onProgress(report: FitProgress) {
      if (report.type === "notice") {
        const message = withFlags(report.message);
        notices.push(message);
        progress.note(message);
        return;
      }
      if (report.type === "validation") {
        state.validation = scale.of(report.loss);
        bestStep = report.bestStep;
      } else {
        const { step, steps, loss, kind, stepsPerSecond } = report;
        const own =
          kind === "matching"
            ? { lossName: "velocity loss", loss }
            : { lossName: scale.name, loss: scale.of(loss) };
        Object.assign(state, { step, steps, ...own, stepsPerSecond });
      }
      if (state.steps > 0) progress.show(state);
    },
    seen: () => ({ steps: state.step, bestStep, notices }),
    end: () => progress.clear(),
  };
}
