import { useMemo, useRef, useState } from "preact/hooks";
import { ColourBar } from "../../charts/colour-bar.tsx";
import { densityColour } from "../../charts/colours.ts";
import { Frame } from "../../charts/frame.tsx";
import { HeatMap } from "../../charts/heat-map.tsx";
import { Points } from "../../charts/points.tsx";
import { PictureMenu } from "../../components/picture-menu.tsx";
import { brushBounds } from "../../data/targets.ts";
import { DrawingPad } from "./drawing-pad.tsx";
import { settings } from "./settings.ts";
import { data, loaded, picture as shownPicture } from "./training-state.ts";

/** Points of the data that are shown; all of them would hide the density. */
const SHOWN = 1000;

/** The learned density as colours, with data and draws. */
export function DensityView() {
  const holder = useRef<HTMLDivElement>(null);
  const [showsData, setShowsData] = useState(true);
  const [showsSamples, setShowsSamples] = useState(true);
  const picture = shownPicture.value;
  const points = loaded.value ? undefined : data.value;
  const { x, y } = picture?.bounds ?? points?.bounds ?? brushBounds;
  const columns = loaded.value?.columns ?? points?.columns ?? ["x1", "x2"];
  const density = useMemo(() => picture && relativeDensity(picture.logDensity), [picture]);
  const shown = useMemo(() => points?.rows.subarray(0, 2 * SHOWN), [points]);
  const isDrawing = settings.value.target === "drawn" && !picture;
  return (
    <section class="panel density" aria-label="Density">
      <div class="head">
        <h3>Density</h3>
        <PictureMenu of={holder} name="density" />
      </div>
      <div ref={holder} class="holder">
        <Frame
          label={describe(picture?.step, points?.title)}
          x={x}
          y={y}
          interactive={isDrawing}
          xTitle={columns[0]}
          yTitle={columns[1]}
        >
          {(scales) => (
            <>
              {picture && density && (
                <HeatMap
                  scales={scales}
                  x={picture.bounds.x}
                  y={picture.bounds.y}
                  columns={picture.cells}
                  rows={picture.cells}
                  values={density.values}
                />
              )}
              {shown && showsData && (
                <Points scales={scales} points={shown} kind={picture ? "data on-map" : "data"} />
              )}
              {picture && showsSamples && (
                <Points scales={scales} points={picture.samples} kind="samples" />
              )}
              {isDrawing && <DrawingPad scales={scales} />}
            </>
          )}
        </Frame>
      </div>
      <div class="row below">
        <ColourBar title="density" high={density ? density.peak.toPrecision(2) : "–"} />
        <label class="check">
          <input
            type="checkbox"
            checked={showsData}
            onChange={(event) => setShowsData(event.currentTarget.checked)}
          />
          <Dot kind={picture ? "data on-map" : "data"} /> Data
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={showsSamples}
            onChange={(event) => setShowsSamples(event.currentTarget.checked)}
          />
          <Dot kind="samples" /> Draws of the flow
        </label>
      </div>
    </section>
  );
}

function Dot({ kind }: { readonly kind: string }) {
  return (
    <svg class="dot" viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
      {kind.includes("on-map") && <rect width="10" height="10" fill={densityColour(0)} />}
      <path class={`points ${kind}`} d="M5 5h0" />
    </svg>
  );
}

/** Densities relative to a high one; the highest of all may be a spike that would darken the rest. */
function relativeDensity(logDensity: Float32Array): { values: Float32Array; peak: number } {
  const finite = logDensity.filter(Number.isFinite).sort();
  const high = finite[Math.floor(0.998 * (finite.length - 1))] ?? 0;
  return { values: logDensity.map((value) => Math.exp(value - high)), peak: Math.exp(high) };
}

function describe(step: number | undefined, title: string | undefined): string {
  const points = title ? `points of ${title}` : "no points yet";
  if (step === undefined) return `Plane with ${points}; no flow has been trained.`;
  return `Learned density after ${step} steps as a heat map, with ${points} and draws of the flow.`;
}
