import { useId } from "preact/hooks";
import { BitsScale } from "./bits-scale.tsx";
import { isEmpty } from "./drawing.ts";
import { modelState } from "./model-state.ts";
import type { Pad } from "./pad-state.ts";
import { PadView } from "./pad-view.tsx";
import { Picture } from "./picture.tsx";
import { ReadingBars } from "./reading-bars.tsx";
import { settings } from "./settings.ts";

/** A pad, what the flow sees of it, and what it reads. */
export function PadPanel({ pad }: { readonly pad: Pad }) {
  const id = useId();
  const state = modelState.value;
  const model = state.type === "ready" ? state.inHand.model : undefined;
  const seen = model ? `${model.width} by ${model.height} pixels, ${model.values} greys` : "";
  return (
    <section class="panel pad-panel" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>{pad.name === "first" ? "A drawing" : "Another drawing"}</h3>
      <div class="drawn">
        <PadView pad={pad} describedBy={`${id}-title`} />
        <figure class="seen">
          <Picture
            pixels={pad.image.value}
            height={model?.height ?? 1}
            width={model?.width ?? 1}
            values={model?.values ?? 2}
            label={`What the flow sees of the ${pad.name} drawing: ${pad.image.value ? seen : "nothing yet"}`}
          />
          <figcaption>what the flow sees</figcaption>
        </figure>
        <div class="pad-buttons">
          <button
            type="button"
            class="quiet"
            disabled={isEmpty(pad.drawing.value)}
            onClick={pad.clear}
          >
            Clear
          </button>
          <button
            type="button"
            class="quiet"
            disabled={!model}
            title="Put a digit that the flow draws on the pad"
            onClick={() => pad.fill(anyLabel(model?.classes ?? []))}
          >
            From the flow
          </button>
        </div>
      </div>
      <div class="read">
        <ReadingBars pad={pad} classes={model?.classes ?? []} />
        <BitsScale pad={pad} />
      </div>
    </section>
  );
}

/** The digit that is drawn on the sheet, or any. */
function anyLabel(classes: readonly string[]): number {
  const { digit } = settings.peek();
  return digit === "any"
    ? Math.floor(Math.random() * classes.length)
    : Math.max(0, classes.indexOf(digit));
}
