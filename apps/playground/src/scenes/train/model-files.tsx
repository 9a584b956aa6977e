import { useRef, useState } from "preact/hooks";
import { Notice } from "../../components/notice.tsx";
import { download } from "../../export/download.ts";
import { settings } from "./settings.ts";
import { messageOf, modelBytes, openModel, training } from "./training-state.ts";

/** Take the model away, bring one, or share what was set. */
export function ModelFiles({ shareable }: { readonly shareable: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  const [message, setMessage] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const { status } = training.value;
  const hasModel = !["empty", "building", "failed"].includes(status);

  async function save() {
    try {
      const { flow, target } = settings.value;
      const bytes = await modelBytes();
      download(bytes as BlobPart, `${flow}-${target}.safetensors`, "application/octet-stream");
      setProblem(undefined);
    } catch (error) {
      setProblem(messageOf(error));
    }
  }

  async function share() {
    try {
      await navigator.clipboard.writeText(location.href);
      setMessage("The link is in the clipboard.");
    } catch {
      setMessage("Copy the address of this page: it holds all settings.");
    }
  }

  return (
    <fieldset>
      <legend>Model</legend>
      <div class="row">
        <button type="button" disabled={!hasModel} onClick={save}>
          Download
        </button>
        <button type="button" onClick={() => input.current?.click()}>
          Open a file
        </button>
        <input
          ref={input}
          type="file"
          hidden
          aria-label="Model file"
          accept=".safetensors"
          onChange={({ currentTarget }) => {
            const file = currentTarget.files?.[0];
            if (file) openModel(file);
            currentTarget.value = "";
          }}
        />
        <button type="button" disabled={!shareable} onClick={share}>
          Copy link
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
