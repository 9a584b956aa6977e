import { Select } from "../../components/select.tsx";
import { Slider } from "../../components/slider.tsx";
import { type BaseName, bases } from "./bases.ts";
import { change, settings } from "./settings.ts";
import { type TargetName, targets } from "./targets.ts";

/** What is learned, by what, and how fast. */
export function LineControls() {
  const { target, base, components, draws, seed, pace } = settings.value;
  return (
    <div class="controls">
      <fieldset>
        <legend>Data</legend>
        <Select
          label="True density"
          value={target}
          options={(Object.keys(targets) as TargetName[]).map((value) => ({
            value,
            title: targets[value].title,
          }))}
          onChange={(value) => change({ target: value })}
        />
        <Select
          label="Numbers to learn from"
          value={draws}
          options={[
            { value: "200", title: "200" },
            { value: "1000", title: "1000" },
            { value: "5000", title: "5000" },
          ]}
          onChange={(value) => change({ draws: value })}
        />
        <Slider
          label="Seed"
          value={seed}
          low={0}
          high={99}
          onChange={(value) => change({ seed: value })}
        />
      </fieldset>
      <fieldset>
        <legend>Flow</legend>
        <Select
          label="Base"
          value={base}
          options={(Object.keys(bases) as BaseName[]).map((value) => ({
            value,
            title: bases[value].title,
          }))}
          onChange={(value) => change({ base: value })}
        />
        <Slider
          label="Components of the map"
          value={components}
          low={1}
          high={24}
          onChange={(value) => change({ components: value })}
        />
        <p class="hint">
          The map is built on the distribution function of that many logistic bumps, whose places,
          widths and weights are learned. One alone cannot follow two peaks.
        </p>
      </fieldset>
      <fieldset>
        <legend>Training</legend>
        <Select
          label="Pace"
          value={pace}
          options={[
            { value: "watch", title: "Slow enough to watch" },
            { value: "fast", title: "As fast as it goes" },
          ]}
          onChange={(value) => change({ pace: value })}
        />
      </fieldset>
    </div>
  );
}
