import { openConsole } from "../../packages/cli/dist/terminal/console.js";
import { duration } from "../../packages/cli/dist/terminal/duration.js";
import { openProgress } from "../../packages/cli/dist/terminal/progress.js";

/** @typedef {import("../../packages/pushforward/dist/index.js").FitProgress} FitProgress */

/**
 * Shows how far a list of trainings is: the step within one, and after each what came out of it and
 * about how long the others will take.
 * @param {readonly { kind: string }[]} runs those to come; of one kind, they take equally long
 * @param {string} lossName what the loss is called
 */
export function showRuns(runs, lossName = "loss") {
  const line = openProgress(openConsole());
  /** @type {{ kind: string, seconds: number }[]} */
  const finished = [];
  let done = 0;

  return {
    /** A report of the training under way. @returns {(report: FitProgress) => void} */
    training() {
      /** @type {number | null} */
      let validation = null;
      return (report) => {
        if (report.type === "validation") validation = report.loss;
        if (report.type !== "step") return;
        const { step, steps, loss, stepsPerSecond } = report;
        line.show({ step, steps, lossName, loss, validation, stepsPerSecond });
      };
    },

    /** The next run is over. @param {number} seconds @param {string} text */
    finish(seconds, text) {
      finished.push({ kind: runs[done++].kind, seconds });
      const left = timeLeft(runs.slice(done), finished);
      const rest = left > 0 ? `; about ${duration(left)} left` : "";
      line.clear();
      console.log(`${done}/${runs.length}  ${text}${rest}`);
    },

    /** The next run is not needed. @param {string} text */
    skip(text) {
      console.log(`${++done}/${runs.length}  ${text}`);
    },

    clear: line.clear,
  };
}

/** @param {readonly { kind: string }[]} rest @param {readonly { kind: string, seconds: number }[]} finished */
function timeLeft(rest, finished) {
  return rest.reduce((sum, { kind }) => {
    const alike = finished.filter((run) => run.kind === kind);
    return sum + meanSeconds(alike.length > 0 ? alike : finished);
  }, 0);
}

/** @param {readonly { seconds: number }[]} runs */
function meanSeconds(runs) {
  return runs.reduce((sum, { seconds }) => sum + seconds / runs.length, 0);
}
