import { NumberField } from "../../components/number-field.tsx";
import { Select } from "../../components/select.tsx";
import { Slider } from "../../components/slider.tsx";
import { flowEntries } from "../../worker/client.ts";
import { MOST_LAYERS, MOST_WIDTH, settings } from "./settings.ts";
import { change, flowEntry } from "./training-state.ts";

/** The flow, its sizes, and how it is trained. */
export function FlowControls() {
  const { flow, layers, width, steps, batch, rate } = settings.value;
  const entry = flowEntry.value;
  const entries = flowEntries.value;
  const options = (entries.length > 0 ? entries : [{ name: flow }]).map(({ name }) => ({
    value: name,
    title: name,
  }));
  return (
    <fieldset>
      <legend>Flow</legend>
      <Select
        label="From the library's list"
        value={flow}
        options={options}
        onChange={(value) => change({ flow: value, layers: 0, width: 0 })}
      />
      <p class="hint summary">{entry?.summary ?? "\u00a0"}</p>
      <Slider
        label="Layers (depth)"
        value={layers || (entry?.layers ?? 5)}
        low={1}
        high={MOST_LAYERS}
        disabled={entry !== undefined && entry.layers === undefined}
        onChange={(value) => change({ layers: value })}
      />
      <Slider
        label="Width of the networks"
        value={width || (entry?.width ?? 64)}
        low={1}
        high={MOST_WIDTH}
        disabled={entry !== undefined && entry.width === undefined}
        onChange={(value) => change({ width: value })}
      />
      <details>
        <summary>Training</summary>
        <div class="more">
          <NumberField
            label="Steps"
            value={steps}
            low={10}
            high={20_000}
            onChange={(value) => change({ steps: value })}
          />
          <NumberField
            label="Rows in a step"
            value={batch}
            low={16}
            high={2048}
            onChange={(value) => change({ batch: value })}
          />
          <NumberField
            label="Learning rate"
            value={rate}
            low={0.00001}
            high={0.1}
            whole={false}
            onChange={(value) => change({ rate: value })}
          />
        </div>
      </details>
    </fieldset>
  );
}
