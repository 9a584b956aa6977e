import { clock } from "./duration.ts";

/** How far a training run is. */
export interface ProgressState {
  step: number;
  steps: number;
  /** Mean negative log-likelihoods per row in nats; null before the first validation. */
  loss: number;
  validation: number | null;
  stepsPerSecond: number;
}

/** The line with a bar, in at most `width` columns: what does not fit is left out. */
export function progressBar(state: ProgressState, width: number): string {
  const facts = progressFacts(state);
  while (facts.length > 1 && facts.join("  ").length > width) facts.pop();
  const text = facts.join("  ");
  const room = Math.min(30, width - text.length - 2);
  return room < 5 ? text.slice(0, width) : `${bar(state.step / state.steps, room)}  ${text}`;
}

/** What there is to say, the most telling first. */
export function progressFacts(state: ProgressState): string[] {
  const { step, steps, loss, validation, stepsPerSecond } = state;
  const known = stepsPerSecond > 0 && Number.isFinite(stepsPerSecond);
  return [
    `step ${step}/${steps}`,
    `loss ${loss.toFixed(3)}`,
    ...(validation === null ? [] : [`valid. ${validation.toFixed(3)}`]),
    ...(known ? [`${clock((steps - step) / stepsPerSecond)} left`] : []),
    ...(known ? [`${stepsPerSecond.toFixed(stepsPerSecond < 10 ? 1 : 0)}/s`] : []),
  ];
}

function bar(share: number, width: number): string {
  const done = Math.round(Math.min(1, Math.max(0, share)) * width);
  return "━".repeat(done) + "─".repeat(width - done);
}
