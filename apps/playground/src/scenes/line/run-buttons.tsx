import {
  DRAWS,
  draw,
  draws,
  isDrawing,
  type LineStatus,
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
    <div class="run">
      <div class="row">
        <button
          type="button"
          class="primary play"
          disabled={!isReady || status.value === "trained"}
          onClick={isPlaying ? pause : play}
        >
          {titleOf(status.value, isFresh)}
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
          disabled={!isReady || isDrawing.value}
          title={`Sends ${DRAWS} draws of the base through the map; pauses the training`}
          onClick={draw}
        >
          Draw {DRAWS}
        </button>
      </div>
      <p class="step-count">
        {at === undefined ? "Preparing…" : `Step ${at} of ${STEPS}`}
        {isDrawing.value && " · drawing…"}
        {!isDrawing.value && draws.value.length > 0 && ` · ${draws.value.length * DRAWS} drawn`}
      </p>
    </div>
  );
}

function titleOf(now: LineStatus, isFresh: boolean): string {
  if (now === "playing") return "Pause";
  if (now === "trained") return "Trained";
  return isFresh ? "Train" : "Go on";
}
