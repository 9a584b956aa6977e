import { Notice } from "../../components/notice.tsx";
import { workerState } from "../../worker/client.ts";
import { settings } from "./settings.ts";
import {
  data,
  pause,
  reset,
  resume,
  start,
  stepOnce,
  type TrainingState,
  training,
} from "./training-state.ts";

/** Train, pause, step, reset; and how far it has come. */
export function Transport() {
  const state = training.value;
  const { status, problem, notices } = state;
  const { steps } = settings.value;
  const busy = status === "building" || status === "running";
  const worker = workerState.value;
  return (
    <div class="transport panel">
      <div class="row">
        <MainButton state={state} />
        <button type="button" disabled={status !== "paused"} onClick={() => stepOnce()}>
          Step
        </button>
        <button type="button" disabled={status === "empty"} onClick={() => reset()}>
          Reset
        </button>
        <p class="standing">
          {worker.type === "opening" ? "Loading the engine…" : standing(state, steps)}
        </p>
        <p class="unseen" aria-live="polite">
          {announcement(state)}
        </p>
      </div>
      <progress
        aria-label="Steps done"
        max={steps}
        value={status === "empty" || status === "loaded" ? 0 : state.step}
      />
      <p class="speed hint">
        {busy || state.stepsPerSecond > 0
          ? `${state.stepsPerSecond.toFixed(0)} steps per second, ${state.parameters} parameters, ${state.engine || "…"}`
          : "\u00a0"}
      </p>
      {worker.type === "failed" && (
        <Notice kind="problem">{worker.message} Choose another engine, or reload the page.</Notice>
      )}
      {problem && <Notice kind="problem">{problem}</Notice>}
      {notices.filter(worthSaying).map((message) => (
        <Notice key={message}>{message}</Notice>
      ))}
    </div>
  );
}

/** How many rows there are is said beside the table. */
const worthSaying = (message: string) => !message.startsWith("Training on");

function MainButton({ state: { status } }: { readonly state: TrainingState }) {
  switch (status) {
    case "running":
      return (
        <button type="button" class="primary" onClick={() => pause()}>
          Pause
        </button>
      );
    case "paused":
      return (
        <button type="button" class="primary" onClick={() => resume()}>
          Resume
        </button>
      );
    default:
      return (
        <button
          type="button"
          class="primary"
          disabled={!data.value || workerState.value.type === "failed"}
          // Disabled, it would lose the focus to nobody.
          aria-disabled={status === "building"}
          onClick={() => status !== "building" && start()}
        >
          {status === "done" || status === "failed" ? "Train again" : "Train"}
        </button>
      );
  }
}

function standing({ status, isAtRest, step, loaded }: TrainingState, steps: number): string {
  switch (status) {
    case "empty":
      return data.value ? "Ready" : "No points yet";
    case "building":
      return "Building the program…";
    case "running":
      return `Step ${step} of ${steps}`;
    case "paused":
      return isAtRest ? `Paused after step ${step}` : `Step ${step} of ${steps}, pausing…`;
    case "done":
      return `Done after ${step} steps: the weights of the best validation`;
    case "failed":
      return "Failed";
    case "loaded":
      return `A model from a file: ${loaded?.flow}`;
  }
}

/** What is read out: what happened, not each step. */
function announcement({ status, isAtRest, step, validations, loaded }: TrainingState): string {
  switch (status) {
    case "empty":
      return "";
    case "building":
      return "The program is being built.";
    case "running":
      return "Training has started.";
    case "paused":
      return isAtRest ? `Training is paused at step ${step}.` : "";
    case "done": {
      const best = validations.reduce((low, { loss }) => Math.min(low, loss), Infinity);
      const logLikelihood = (-best).toFixed(2).replace("-", "−");
      return `Training has ended at step ${step}, with a log-likelihood of ${logLikelihood} nats per row.`;
    }
    case "failed":
      return "Training has failed.";
    case "loaded":
      return `The model of the file is open: ${loaded?.flow}.`;
  }
}
