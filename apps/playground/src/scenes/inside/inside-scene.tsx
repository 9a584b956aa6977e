import { useEffect, useRef } from "preact/hooks";
import { Notice } from "../../components/notice.tsx";
import { PictureMenu } from "../../components/picture-menu.tsx";
import { Select } from "../../components/select.tsx";
import { Slider } from "../../components/slider.tsx";
import { addressOf, updateAddress } from "../../link/place.ts";
import { data, loaded, start, training } from "../train/training-state.ts";
import { LayerList } from "./layer-list.tsx";
import { usePlayback } from "./playback.ts";
import { followModel, type InsideSettings, place, problem, settings, ways } from "./way-state.ts";
import { LogDetBar, WayView } from "./way-view.tsx";
import "../../styles/inside.css";

/** Carry a grid and a cloud of points through the layers of the model in hand. */
export function InsideScene() {
  const holder = useRef<HTMLDivElement>(null);
  useEffect(followModel, []);
  const { isPlaying, toggle, stop } = usePlayback();
  const way = ways.value;
  const last = way ? way.grid.stages.length - 1 : 1;
  const { cloud, colour, pace } = settings.value;
  const isLoaded = loaded.value !== undefined;
  const change = (changes: Partial<InsideSettings>) => {
    settings.value = { ...settings.value, ...changes };
    updateAddress();
  };
  const go = (to: number) => {
    stop();
    place.value = to;
  };
  return (
    <div class="scene inside">
      <div class="about">
        <h2>Inside the flow</h2>
        <p>
          Each layer is a map of the plane that can be undone. A square grid and a cloud of points
          go from the base to the data, layer by layer; the colour tells by how much a layer shrinks
          or stretches each place: the logarithm of its Jacobian's determinant, which the density
          pays for.
        </p>
      </div>
      <div class="controls">
        <fieldset>
          <legend>Show</legend>
          <Select
            label="Cloud of"
            value={isLoaded ? "base" : cloud}
            options={[
              { value: "base", title: "Draws of the base" },
              { value: "data", title: "Data, sent back first", disabled: isLoaded },
            ]}
            onChange={(value) => change({ cloud: value })}
          />
          <Select
            label="Colour: log-det"
            value={colour}
            options={[
              { value: "layer", title: "of the layer at work" },
              { value: "sum", title: "of all layers so far" },
            ]}
            onChange={(value) => change({ colour: value })}
          />
          <Slider
            label="Seconds for a layer"
            value={pace}
            low={0.2}
            high={3}
            step={0.1}
            show={(value) => value.toFixed(1)}
            onChange={(value) => change({ pace: value })}
          />
        </fieldset>
        {way && <LayerList way={way.cloud} onChoose={go} />}
      </div>
      <div class="stage">
        <NoModel />
        <section class="panel" aria-label="The way through the flow">
          <div class="row">
            <button type="button" class="primary" disabled={!way} onClick={toggle}>
              {isPlaying ? "Stop" : "Play"}
            </button>
            <button
              type="button"
              disabled={!way || place.value <= 0}
              onClick={() => go(Math.ceil(place.value) - 1)}
            >
              Layer back
            </button>
            <button
              type="button"
              disabled={!way || place.value >= last}
              onClick={() => go(Math.floor(place.value) + 1)}
            >
              Layer on
            </button>
            <PictureMenu of={holder} name="inside-the-flow" />
          </div>
          <Slider
            label="Base to data"
            value={place.value}
            low={0}
            high={last}
            step={0.01}
            disabled={!way}
            show={(value) => (way ? nameAt(value, way.grid.stages) : "–")}
            onChange={go}
          />
          <div ref={holder} class="holder">
            <WayView />
          </div>
          <LogDetBar />
        </section>
      </div>
    </div>
  );
}

function nameAt(value: number, stages: readonly { readonly name: string }[]): string {
  const layer = Math.ceil(value - 1e-9);
  const name = stages[layer]?.name ?? "";
  return layer === 0 ? name : `layer ${layer} of ${stages.length - 1}: ${name}`;
}

/** What to do where there is nothing to look into yet. */
function NoModel() {
  const { status, step } = training.value;
  if (problem.value) return <Notice kind="problem">{problem.value}</Notice>;
  if (status === "running") return <Notice>The model is learning: step {step}.</Notice>;
  if (ways.value) return null;
  if (status === "building" || training.value.picture)
    return <Notice>Building the program…</Notice>;
  return (
    <div class="notice">
      <p>There is no model yet.</p>
      <button type="button" disabled={!data.value} onClick={() => start()}>
        Train one on {data.value?.title ?? "points"}
      </button>
      <a href={addressOf("train")}>Choose another flow, or open a file</a>
    </div>
  );
}
