import type { Console } from "./console.ts";
import { type ProgressState, progressBar, progressFacts } from "./progress-line.ts";

/** Shows how a training run goes: a line that renews itself on a terminal, else a line at times. */
export interface Progress {
  show(state: ProgressState): void;
  /** Says something between two states. */
  note(message: string): void;
  /** Removes the line. */
  clear(): void;
}

export function openProgress(console: Console): Progress {
  return process.stderr.isTTY ? renewedLine(console) : occasionalLines(console);
}

const CLEAR_LINE = "\r\x1b[K";
const RENEWALS_PER_SECOND = 10;
const SECONDS_BETWEEN_LINES = 10;

function renewedLine(console: Console): Progress {
  const due = every(1 / RENEWALS_PER_SECOND);
  const clear = () => {
    process.stderr.write(CLEAR_LINE);
  };
  return {
    show(state) {
      // The last column stays free: some terminals wrap a line that fills it.
      const width = (process.stderr.columns || console.width) - 1;
      if (due()) process.stderr.write(CLEAR_LINE + progressBar(state, width));
    },
    note(message) {
      clear();
      console.note(message);
    },
    clear,
  };
}

function occasionalLines(console: Console): Progress {
  const due = every(SECONDS_BETWEEN_LINES);
  due();
  return {
    show(state) {
      if (due()) process.stderr.write(`${progressFacts(state).join("  ")}\n`);
    },
    note: console.note,
    clear() {},
  };
}

/** A function that is true once, and again each time that so many seconds have passed. */
function every(seconds: number): () => boolean {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    const now = performance.now();
    if (now - last < seconds * 1000) return false;
    last = now;
    return true;
  };
}
