import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import {
  type Distribution,
  type FitOptions,
  type FitProgress,
  fit,
  type Model,
  ModelFileError,
} from "pushforward";
import { Interrupted } from "../exit-code.ts";
import { writeBlocks } from "../output/output-file.ts";
import type { RowBlock } from "../table/split-rows.ts";
import type { Console } from "../terminal/console.ts";
import { openProgress } from "../terminal/progress.ts";
import type { ProgressState } from "../terminal/progress-line.ts";

/** A run that came to its end. */
export interface TrainingRun {
  model: Model;
  /** Steps that were taken. */
  steps: number;
  bestStep: number;
  notices: string[];
}

/**
 * Trains until the end or Ctrl-C, shows how it goes, and continues from the checkpoint if there is
 * one. Nothing but the checkpoint is written.
 *
 * @throws Interrupted on Ctrl-C.
 */
export async function trainWithProgress(
  flow: Distribution,
  rows: RowBlock,
  options: FitOptions,
  checkpoint: string | undefined,
  console: Console,
): Promise<TrainingRun> {
  const resume = checkpoint && existsSync(checkpoint) ? await readFile(checkpoint) : null;
  if (resume) console.note(`Continuing from ${checkpoint}.`);
  const watch = watchTraining(console);
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
function watchTraining(console: Console) {
  const progress = openProgress(console);
  const notices: string[] = [];
  const state: ProgressState = {
    step: 0,
    steps: 0,
    loss: 0,
    validation: null,
    stepsPerSecond: 0,
  };
  let bestStep = 0;
  return {
    onProgress(report: FitProgress) {
      if (report.type === "notice") {
        notices.push(report.message);
        progress.note(report.message);
        return;
      }
      if (report.type === "validation") {
        state.validation = report.loss;
        bestStep = report.bestStep;
      } else {
        const { step, steps, loss, stepsPerSecond } = report;
        Object.assign(state, { step, steps, loss, stepsPerSecond });
      }
      if (state.steps > 0) progress.show(state);
    },
    seen: () => ({ steps: state.step, bestStep, notices }),
    end: () => progress.clear(),
  };
}
