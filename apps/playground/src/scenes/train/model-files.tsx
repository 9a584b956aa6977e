import { useState } from "preact/hooks";
import { FileButton } from "../../components/file-button.tsx";
import { Notice } from "../../components/notice.tsx";
import { download } from "../../export/download.ts";
import { flushAddress } from "../../link/place.ts";
import { messageOf } from "../../message-of.ts";
import { settings } from "./settings.ts";
import {
  data,
  drawsTable,
  modelBytes,
  openModel,
  scoresTable,
  training,
} from "./training-state.ts";

/** Rows of the file of draws. */
const DRAWS = 1000;

/** Take the model away, bring one, or share what was set. */
export function ModelFiles({ shareable }: { readonly shareable: boolean }) {
  const [message, setMessage] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const { status } = training.value;
  const hasModel = !["empty", "building", "failed"].includes(status);

  /** Give the visitor a file, or say why there is none. */
  async function give(ending: string, type: string, content: () => Promise<BlobPart>) {
    try {
      const { flow, target } = settings.value;
      const name = training.value.loaded?.flow ?? `${flow}-${target}`;
      download(await content(), `${name}${ending}`, type);
      setProblem(undefined);
    } catch (error) {
      setProblem(messageOf(error));
    }
  }

  const giveModel = () =>
    give(".safetensors", "application/octet-stream", async () => (await modelBytes()) as BlobPart);
  const giveDraws = () => give("-draws.csv", "text/csv", () => drawsTable(DRAWS));
  const giveScores = () => give("-scores.csv", "text/csv", scoresTable);

  async function share() {
    try {
      await navigator.clipboard.writeText(flushAddress());
      setMessage("The link is in the clipboard.");
    } catch {
      setMessage("Copy the address of this page: it holds all settings.");
    }
  }

  return (
    <fieldset>
      <legend>Model</legend>
      <div class="row">
        <button type="button" disabled={!hasModel} onClick={giveModel}>
          Download
        </button>
        <FileButton
          title="Open a file"
          label="Model file"
          accept=".safetensors"
          onFile={openModel}
        />
        <button type="button" disabled={!shareable} onClick={share}>
          Copy link
        </button>
      </div>
      <div class="row">
        <button type="button" class="quiet" disabled={!hasModel} onClick={giveDraws}>
          {DRAWS} draws (CSV)
        </button>
        <button
          type="button"
          class="quiet"
          disabled={!hasModel || !data.value || status === "loaded"}
          onClick={giveScores}
        >
          Scores of the data (CSV)
        </button>
      </div>
      <p class="hint">
        The file loads in Node, <code>load("….safetensors")</code>, and in the command,{" "}
        <code>pushforward score</code>.{!shareable && " A link cannot hold a table of yours."}
      </p>
      {message && <Notice>{message}</Notice>}
      {problem && <Notice kind="problem">{problem}</Notice>}
    </fieldset>
  );
}
