import { useRef, useState } from "preact/hooks";
import { Notice } from "../../components/notice.tsx";
import { NumberField } from "../../components/number-field.tsx";
import { Select } from "../../components/select.tsx";
import { MOST_DOTS } from "../../data/brush.ts";
import { readTable } from "../../data/read-table.ts";
import { knownTargets } from "../../data/targets.ts";
import { messageOf } from "../../message-of.ts";
import { settings } from "./settings.ts";
import { change, data, reset, table } from "./training-state.ts";

const targetOptions = [
  ...knownTargets.map(({ id, title }) => ({ value: id, title: capitalized(title) })),
  { value: "drawn", title: "Draw your own" },
  { value: "file", title: "A table of yours (CSV)" },
];

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Whether a link holds what is trained: a table never leaves the page. */
export const linkHolds = () => settings.value.target !== "file";

/** What the flow is fitted to. */
export function DataControls() {
  const { target, drawn, seed } = settings.value;
  return (
    <fieldset>
      <legend>Data</legend>
      <Select
        label="Points of"
        value={target}
        options={targetOptions}
        onChange={(value) => change({ target: value })}
      />
      {target === "drawn" && (
        <div class="row">
          <p class="hint" aria-live="polite">
            {drawn.length < 2 * MOST_DOTS
              ? "Paint on the picture. With the keyboard: arrow keys move the brush, space paints."
              : `The canvas is full: a link has room for ${MOST_DOTS} dots. Clear it to paint others.`}
          </p>
          <button
            type="button"
            class="quiet"
            disabled={drawn.length === 0}
            onClick={() => change({ drawn: new Float32Array(0) })}
          >
            Clear the drawing
          </button>
        </div>
      )}
      {target === "file" && <TableChooser />}
      <NumberField
        label="Seed"
        value={seed}
        low={0}
        high={999_999}
        onChange={(value) => change({ seed: value })}
      />
    </fieldset>
  );
}

/** Drop or choose a table, then two of its columns. */
function TableChooser() {
  const [problem, setProblem] = useState<string>();
  const [reading, setReading] = useState<{ readonly name: string; readonly percent: number }>();
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const latest = useRef<File | undefined>(undefined);

  async function read(file: File | undefined) {
    if (!file) return;
    latest.current = file;
    // Of two files that are read at a time, the later one counts.
    const isLatest = () => latest.current === file;
    const tell = (share: number) => {
      if (isLatest()) setReading({ name: file.name, percent: Math.floor(100 * share) });
    };
    setProblem(undefined);
    tell(0);
    try {
      const found = await readTable(file, tell);
      if (!isLatest()) return;
      table.value = { table: found, x: 0, y: 1 };
      reset();
    } catch (error) {
      if (isLatest()) setProblem(messageOf(error));
    }
    if (isLatest()) setReading(undefined);
  }

  const chosen = table.value;
  const options = chosen?.table.columns.map(({ name }, index) => ({
    value: String(index),
    title: name,
  }));
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is one way more; the button is for everybody. */}
      <div
        class={`drop ${over ? "over" : ""}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          read(event.dataTransfer?.files[0]);
        }}
      >
        <p>
          {reading
            ? `Reading ${reading.name}: ${reading.percent} %`
            : "Drop a CSV file here; it stays in this page."}
        </p>
        <p class="unseen" role="status">
          {reading && `Reading ${reading.name}…`}
        </p>
        <button type="button" onClick={() => input.current?.click()}>
          Choose a file
        </button>
        <input
          ref={input}
          type="file"
          hidden
          aria-label="CSV file"
          accept=".csv,.tsv,.txt,text/csv"
          onChange={({ currentTarget }) => {
            read(currentTarget.files?.[0]);
            // The same file, mended, must count as a change.
            currentTarget.value = "";
          }}
        />
      </div>
      {problem && <Notice kind="problem">{problem}</Notice>}
      {chosen && options && (
        <>
          {chosen.table.remarks.map((remark) => (
            <Notice key={remark}>{remark}</Notice>
          ))}
          {(["x", "y"] as const).map((axis) => (
            <Select
              key={axis}
              label={axis === "x" ? "Across" : "Upwards"}
              value={String(chosen[axis])}
              options={options}
              onChange={(value) => {
                table.value = { ...chosen, [axis]: Number(value) };
                reset();
              }}
            />
          ))}
          <TableSize />
        </>
      )}
    </>
  );
}

function TableSize() {
  const chosen = table.value;
  if (!chosen) return null;
  const points = data.value;
  if (chosen.x === chosen.y) return <Notice kind="problem">Choose two different columns.</Notice>;
  if (!points) {
    return <Notice kind="problem">These two columns have fewer than 20 rows without gaps.</Notice>;
  }
  const used = (points.rows.length + points.validation.length) / 2;
  const left = chosen.table.rows - used;
  return (
    <p class="hint">
      {used} rows, {points.validation.length / 2} of them for validation
      {left > 0 && `; ${left} left out for gaps`}.
    </p>
  );
}
