import { useState } from "preact/hooks";
import { FileButton } from "../../components/file-button.tsx";
import { Notice } from "../../components/notice.tsx";
import { NumberField } from "../../components/number-field.tsx";
import { Select } from "../../components/select.tsx";
import { MOST_DOTS } from "../../data/brush.ts";
import { knownTargets } from "../../data/targets.ts";
import { settings } from "./settings.ts";
import { openTable, reading, readingProblem } from "./table-reading.ts";
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
  const [over, setOver] = useState(false);
  const now = reading.value;
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
        onDragOver={() => setOver(true)}
        onDragLeave={() => setOver(false)}
        onDrop={() => setOver(false)}
      >
        <p>
          {now
            ? `Reading ${now.name}: ${now.percent} %`
            : "Drop a CSV file anywhere; it stays in this page."}
        </p>
        <p class="unseen" role="status">
          {now && `Reading ${now.name}…`}
        </p>
        <FileButton
          title="Choose a file"
          label="CSV file"
          accept=".csv,.tsv,.txt,text/csv"
          onFile={openTable}
        />
      </div>
      {readingProblem.value && <Notice kind="problem">{readingProblem.value}</Notice>}
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
      {points.title}: {used} rows, {points.validation.length / 2} of them for validation
      {left > 0 && `; ${left} left out for gaps`}.
    </p>
  );
}
