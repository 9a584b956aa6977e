import {
  DRAWS,
  draw,
  draws,
  pause,
  picture,
  play,
  STEPS,
  startAgain,
  status,
  step,
} from "./line-run.ts";

/** Train, pause, step, start again, draw. */
export function RunButtons() {
  const isPlaying = status.value === "playing";
  const isReady = isPlaying || status.value === "paused" || status.value === "trained";
  const at = picture.value?.step;
  const isFresh = at === undefined || at <= 1;
  return (
    <div class="head">
      <div class="row">
        <button
          type="button"
          class="primary play"
          disabled={!isReady || status.value === "trained"}
          onClick={isPlaying ? pause : play}
        >
          {isPlaying ? "Pause" : isFresh ? "Train" : "Go on"}
        </button>
        <button type="button" disabled={status.value !== "paused"} onClick={step}>
          One step
        </button>
        <button
          type="button"
          disabled={status.value === "opening" || (isFresh && status.value !== "failed")}
          onClick={startAgain}
        >
          Start again
        </button>
        <button
          type="button"
          disabled={!isReady}
          title={`Sends ${DRAWS} draws of the base through the map; pauses the training`}
          onClick={draw}
        >
          Draw {DRAWS}
        </button>
      </div>
      <p class="step-count">
        {at === undefined ? "Preparing…" : `Step ${at} of ${STEPS}`}
        {draws.value.length > 0 && ` · ${draws.value.length * DRAWS} drawn`}
      </p>
    </div>
  );
}
