import type { Console } from "./console.ts";
import { type ProgressState, progressBar, progressFacts } from "./progress-line.ts";

/** Shows how a training run goes. */
export interface Progress {
  show(state: ProgressState): void;
  /** Says something between two states. */
  note(message: string): void;
  /** Removes the line. */
  clear(): void;
}

export function openProgress(console: Console): Progress {
  const line = openLine(console);
  return {
    show: (state) =>
      line.show((width) =>
        width === null ? progressFacts(state).join("  ") : progressBar(state, width),
      ),
    note(message) {
      line.clear();
      console.note(message);
    },
    clear: () => line.clear(),
  };
}

/** A line that says how far something is: it renews itself on a terminal, else it is one at times. */
export interface Line {
  /** @param text is asked for only where it is shown; `width` is null where the line stays. */
  show(text: (width: number | null) => string): void;
  clear(): void;
}

export function openLine(console: Console): Line {
  return process.stderr.isTTY ? renewedLine(console) : occasionalLines();
}

const CLEAR_LINE = "\r\x1b[K";
const RENEWALS_PER_SECOND = 10;
const SECONDS_BETWEEN_LINES = 10;

function renewedLine(console: Console): Line {
  const due = every(1 / RENEWALS_PER_SECOND);
  return {
    show(text) {
      // The last column stays free: some terminals wrap a line that fills it.
      const width = (process.stderr.columns || console.width) - 1;
      if (due()) process.stderr.write(CLEAR_LINE + text(width).slice(0, width));
    },
    clear() {
      process.stderr.write(CLEAR_LINE);
    },
  };
}

function occasionalLines(): Line {
  const due = every(SECONDS_BETWEEN_LINES);
  due();
  return {
    show(text) {
      if (due()) process.stderr.write(`${text(null)}\n`);
    },
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
