import { NumberField } from "../../components/number-field.tsx";
import { Select } from "../../components/select.tsx";
import { Slider } from "../../components/slider.tsx";
import { change, digitChoices, MOST_SEED, settings, TEMPERATURES } from "./settings.ts";

/** What is drawn. */
export function SheetControls() {
  const { digit, temperature, seed } = settings.value;
  const { low, high, step } = TEMPERATURES;
  return (
    <fieldset>
      <legend>Draws</legend>
      <Select
        label="Digit"
        value={digit}
        options={digitChoices.map((value) => ({
          value,
          title: value === "any" ? "Any: each by chance" : value,
        }))}
        onChange={(value) => change({ digit: value })}
      />
      <Slider
        label="Temperature"
        value={temperature}
        low={low}
        high={high}
        step={step}
        show={(value) => value.toFixed(2)}
        onChange={(value) => change({ temperature: value })}
      />
      <p class="hint">
        The noise that becomes a digit is multiplied by it. 1 draws as the flow has learned; less
        gives tidier digits that are more alike. The noise itself stays the same while you move it.
      </p>
      <NumberField
        label="Seed of the noise"
        value={seed}
        low={0}
        high={MOST_SEED}
        onChange={(value) => change({ seed: value })}
      />
      <button
        type="button"
        class="primary"
        onClick={() => change({ seed: (seed + 1) % (MOST_SEED + 1) })}
      >
        New draws
      </button>
    </fieldset>
  );
}
