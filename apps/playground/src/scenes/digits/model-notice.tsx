import { Notice } from "../../components/notice.tsx";
import { type ModelState, modelState, problem, tryAgain } from "./model-state.ts";

/** How the model's loading goes; it keeps its room, so that nothing moves when it is done. */
export function ModelNotice() {
  return (
    <div class="model-notice">
      <Words />
    </div>
  );
}

function Words() {
  const state = modelState.value;
  if (state.type === "failed") {
    return (
      <div class="notice problem" role="alert">
        <span>{state.message}</span>
        <button type="button" onClick={tryAgain}>
          Try again
        </button>
      </div>
    );
  }
  if (problem.value) return <Notice kind="problem">{problem.value}</Notice>;
  return (
    <p class="model-line" role="status">
      {describe(state)}
    </p>
  );
}

function describe(state: Exclude<ModelState, { type: "failed" }>): string {
  if (state.type === "loading") {
    const size = state.bytes === undefined ? "" : ` (${megabytes(state.bytes)} MB)`;
    return `Loading the model${size}…`;
  }
  const { model, card } = state.inHand;
  return (
    `A Glow of ${model.parameters.toLocaleString("en")} numbers (${megabytes(card.bytes)} MB), trained to make ` +
    `${model.width} by ${model.height} pixels with ${model.values} greys, given the digit.`
  );
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
