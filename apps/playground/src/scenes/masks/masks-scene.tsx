import { useRef } from "preact/hooks";
import { Notice } from "../../components/notice.tsx";
import { PictureMenu } from "../../components/picture-menu.tsx";
import { updateAddress } from "../../link/place.ts";
import "../../styles/masks.css";
import { CouplingPattern } from "./coupling-pattern.tsx";
import { HEIGHT, LayeredGraph, WIDTH } from "./layered-graph.tsx";
import { MadePattern, WeightMasks } from "./made-pattern.tsx";
import { KindChooser, MaskControls } from "./mask-controls.tsx";
import { MaskLegend } from "./mask-legend.tsx";
import { PatternRoom } from "./pattern-room.tsx";
import { type Place, placeWithin } from "./reach.ts";
import { type MaskSettings, settings } from "./settings.ts";
import { useStructure } from "./use-structure.ts";
import { describeUnit } from "./wording.ts";

const invitation =
  "Choose a unit: click it, or go there with the arrow keys and press Enter. Escape clears the choice.";

const titles = { coupling: "From the data to the base", made: "From inputs to outputs" } as const;

export function MasksScene() {
  const { structure, problem } = useStructure(settings.value);
  const graph = useRef<HTMLDivElement>(null);
  const { kind } = structure ?? settings.value;
  const chosen = structure ? placeWithin(structure.connections, settings.value.unit) : null;

  function change(next: Partial<MaskSettings>) {
    settings.value = { ...settings.value, ...next };
    updateAddress();
  }

  return (
    <div class="scene">
      <div class="about">
        <h2>Masks</h2>
        <KindChooser settings={settings.value} onChange={change} />
        <p>{explanations[settings.value.kind]}</p>
      </div>
      <MaskControls settings={settings.value} onChange={change} />
      <div class="stage">
        {problem && <Notice kind="problem">{problem}</Notice>}
        <div class="pair">
          <section class="panel" aria-label="Units and connections">
            <div class="head">
              <h3>{titles[kind]}</h3>
              <PictureMenu of={graph} name={`masks-${kind}`} />
            </div>
            <div ref={graph} class="masks-picture">
              {structure ? (
                <LayeredGraph
                  structure={structure}
                  chosen={chosen}
                  onChoose={(unit: Place | null) => change({ unit })}
                  label={`${titles[kind]}: ${structure.columns.map(({ units }) => units.length).join(", ")} units. Arrow keys go from unit to unit, Enter chooses.`}
                />
              ) : (
                <svg class="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" />
              )}
            </div>
            <p class="masks-said" aria-live="polite">
              {structure && (chosen ? describeUnit(structure, chosen) : invitation)}
            </p>
            <MaskLegend kind={kind} />
          </section>
          {structure?.kind === "coupling" && (
            <CouplingPattern structure={structure} chosen={chosen} />
          )}
          {structure?.kind === "made" && <MadePattern structure={structure} chosen={chosen} />}
          {!structure && <PatternRoom kind={kind} />}
        </div>
        {structure?.kind === "made" && <WeightMasks structure={structure} />}
      </div>
    </div>
  );
}

const explanations = {
  coupling:
    "A coupling layer keeps some dimensions and changes each of the others by a function of the kept ones. Its inverse is as easy, but one layer changes only a part: it takes several, with other dimensions kept, until everything depends on everything.",
  made: "MADE multiplies the weights of a network by masks of zeros and ones, so that each output sees only the dimensions before it in an order (Germain et al. 2015). One pass then gives all the conditional distributions of an autoregressive model.",
} as const;
