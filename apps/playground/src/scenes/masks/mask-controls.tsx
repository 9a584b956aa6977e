import { Select } from "../../components/select.tsx";
import { Slider } from "../../components/slider.tsx";
import { type MaskSettings, MOST_HIDDEN_LAYERS, WIDTHS } from "./settings.ts";

interface MaskControlsProps {
  readonly settings: MaskSettings;
  readonly onChange: (change: Partial<MaskSettings>) => void;
}

const kinds = { coupling: "Coupling layers", made: "MADE" } as const;

/** What makes the masks. */
export function KindChooser({ settings, onChange }: MaskControlsProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a row of buttons is no form.
    <div class="row" role="group" aria-label="What makes the masks">
      {(Object.keys(kinds) as MaskSettings["kind"][]).map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={settings.kind === name}
          onClick={() => onChange({ kind: name })}
        >
          {kinds[name]}
        </button>
      ))}
    </div>
  );
}

export function MaskControls({ settings, onChange }: MaskControlsProps) {
  const { kind, dimensions, seed } = settings;
  const isRandom =
    kind === "coupling"
      ? settings.partition === "random"
      : settings.degrees === "random" || settings.order === "random";
  return (
    <div class="controls">
      <Slider
        label="Dimensions"
        value={dimensions}
        low={2}
        high={8}
        onChange={(value) => onChange({ dimensions: value })}
      />
      {kind === "coupling" ? (
        <CouplingControls settings={settings} onChange={onChange} />
      ) : (
        <MadeControls settings={settings} onChange={onChange} />
      )}
      <Slider
        label={isRandom ? "Seed" : "Seed (nothing is random)"}
        value={seed}
        low={0}
        high={30}
        disabled={!isRandom}
        onChange={(value) => onChange({ seed: value })}
      />
    </div>
  );
}

function CouplingControls({ settings, onChange }: MaskControlsProps) {
  return (
    <>
      <Slider
        label="Layers"
        value={settings.layers}
        low={1}
        high={6}
        onChange={(layers) => onChange({ layers })}
      />
      <Select
        label="Kept dimensions"
        value={settings.partition}
        options={[
          { value: "halves", title: "First and second half in turn" },
          { value: "alternating", title: "Even and odd ones in turn" },
          { value: "random", title: "Random halves, then the others" },
        ]}
        onChange={(partition) => onChange({ partition })}
      />
    </>
  );
}

function MadeControls({ settings, onChange }: MaskControlsProps) {
  const { hidden, degrees, order } = settings;
  const [low, high] = WIDTHS;
  const setDepth = (depth: number) =>
    onChange({
      hidden: Array.from({ length: depth }, (_, i) => hidden[i] ?? hidden.at(-1) ?? low),
    });
  return (
    <>
      <Slider
        label="Hidden layers"
        value={hidden.length}
        low={1}
        high={MOST_HIDDEN_LAYERS}
        onChange={setDepth}
      />
      {hidden.map((width, layer) => (
        <Slider
          key={`layer ${layer + 1}`}
          label={`Units in hidden layer ${layer + 1}`}
          value={width}
          low={low}
          high={high}
          onChange={(value) => onChange({ hidden: hidden.with(layer, value) })}
        />
      ))}
      <Select
        label="Degrees of hidden units"
        value={degrees}
        options={[
          { value: "sequential", title: "Spread evenly" },
          { value: "random", title: "Random" },
        ]}
        onChange={(value) => onChange({ degrees: value })}
      />
      <Select
        label="Order of the dimensions"
        value={order}
        options={[
          { value: "natural", title: "Natural" },
          { value: "reversed", title: "Reversed" },
          { value: "random", title: "Random" },
        ]}
        onChange={(value) => onChange({ order: value })}
      />
    </>
  );
}
