import { clock } from "./duration.ts";

/** How far a training run is. */
export interface ProgressState {
  step: number;
  steps: number;
  /** What the losses are called. */
  lossName: string;
  loss: number;
  /** Null before the first validation. */
  validation: number | null;
  stepsPerSecond: number;
}

/** The line with a bar, in at most `width` columns: what does not fit is left out. */
export function progressBar(state: ProgressState, width: number): string {
  const facts = progressFacts(state);
  const room = () => Math.min(30, width - facts.join("  ").length - 2);
  // In a narrow terminal the bar is worth more than the speed, but not more than the time left.
  if (room() < 8 && facts.length === 5) facts.pop();
  while (facts.length > 1 && room() < -2) facts.pop();
  const text = facts.join("  ").slice(0, width);
  return room() < 4 ? text : `${bar(state.step / state.steps, room())}  ${text}`;
}

/** What there is to say, the most telling first. */
export function progressFacts(state: ProgressState): string[] {
  const { step, steps, lossName, loss, validation, stepsPerSecond } = state;
  const known = stepsPerSecond > 0 && Number.isFinite(stepsPerSecond);
  return [
    `step ${step}/${steps}`,
    `${lossName} ${loss.toFixed(3)}`,
    ...(validation === null ? [] : [`val ${validation.toFixed(3)}`]),
    ...(known ? [`${clock((steps - step) / stepsPerSecond)} left`] : []),
    ...(known ? [`${stepsPerSecond.toFixed(stepsPerSecond < 10 ? 1 : 0)}/s`] : []),
  ];
}

function bar(share: number, width: number): string {
  const done = Math.round(Math.min(1, Math.max(0, share)) * width);
  return "━".repeat(done) + "─".repeat(width - done);
}
