import { Slider } from "../../components/slider.tsx";
import { modelState } from "./model-state.ts";
import { Picture } from "./picture.tsx";
import { LAST_STEP, place, placeInStrip, STRIP, walk } from "./walk-state.ts";

/** The way from one drawing to the other, through the latents. */
export function WalkView() {
  const state = modelState.value;
  const model = state.type === "ready" ? state.inHand.model : undefined;
  const format = model ?? { height: 1, width: 1, values: 2 };
  const way = walk.value;
  const names = way && model && [way.from.best, way.to.best].map((best) => model.classes[best]);
  const ends = names ? `from ${names[0]} to ${names[1]}` : "between the two drawings";
  return (
    <section class="panel walk" aria-labelledby="walk-title">
      <h3 id="walk-title">The way {ends}</h3>
      <div class="walk-stage">
        <div class="large">
          <Picture
            {...format}
            pixels={way?.images[place.value]}
            label={`The image ${showPlace(place.value)} of the way ${ends}`}
          />
        </div>
        <div class="way">
          <ul class="strip">
            {Array.from({ length: STRIP }, (_, index) => {
              const at = placeInStrip(index);
              return (
                <li key={at}>
                  <button
                    type="button"
                    aria-pressed={at === place.value}
                    aria-label={`Show the image ${showPlace(at)} of the way`}
                    onClick={() => {
                      place.value = at;
                    }}
                  >
                    <Picture {...format} pixels={way?.images[at]} label={undefined} />
                  </button>
                </li>
              );
            })}
          </ul>
          <Slider
            label="Place on the way"
            value={place.value}
            low={0}
            high={LAST_STEP}
            show={showPlace}
            onChange={(value) => {
              place.value = value;
            }}
          />
          <p class="hint">
            {walk.value || !model
              ? "Both drawings are taken to their noise, each with the digit that it was read as. Noise and digit are then mixed on a straight line, and every mixture is taken back to an image."
              : "Draw something on both pads: the way leads from one to the other."}
          </p>
        </div>
      </div>
    </section>
  );
}

const showPlace = (at: number) => `${Math.round((100 * at) / LAST_STEP)} %`;
