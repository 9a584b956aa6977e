import type { Way } from "../../worker/way.ts";
import { layerAt } from "./mesh.ts";
import { place } from "./way-state.ts";

/** The layers in the order of sampling, with what each does to areas on average over the cloud. */
export function LayerList({
  way: { stages },
  onChoose,
}: {
  readonly way: Way;
  readonly onChoose: (place: number) => void;
}) {
  const at = place.value === 0 ? 0 : layerAt(place.value);
  return (
    <fieldset class="layers">
      <legend>Layers</legend>
      <p class="hint">Mean log-det over the cloud, nats</p>
      <ol>
        {stages.map(({ name, logDet }, index) => (
          <li key={index}>
            <button
              type="button"
              class="quiet"
              aria-current={index === at ? "step" : undefined}
              onClick={() => onChoose(index)}
            >
              <span>{index === 0 ? name : `${index} ${name}`}</span>
              <span>{logDet && signed(mean(logDet))}</span>
            </button>
          </li>
        ))}
      </ol>
    </fieldset>
  );
}

const mean = (values: Float32Array) =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

const signed = (value: number) =>
  `${value < -0.0005 ? "−" : value > 0.0005 ? "+" : "±"}${Math.abs(value).toFixed(3)}`;
