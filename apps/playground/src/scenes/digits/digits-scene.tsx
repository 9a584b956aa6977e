import { useEffect } from "preact/hooks";
import { perCent } from "./bayes.ts";
import { type ClassBits, withArticle } from "./card.ts";
import { ModelNotice } from "./model-notice.tsx";
import { attendModel, modelState } from "./model-state.ts";
import { PadPanel } from "./pad-panel.tsx";
import { pads } from "./pad-state.ts";
import { SheetControls } from "./sheet-controls.tsx";
import { attendSheet } from "./sheet-state.ts";
import { SheetView } from "./sheet-view.tsx";
import { attendWalk } from "./walk-state.ts";
import { WalkView } from "./walk-view.tsx";
import "../../styles/digits.css";

/** A flow of images that was trained beforehand: its draws, how it reads a drawing, and the way between two. */
export function DigitsScene() {
  useEffect(() => {
    const stops = [attendModel(), attendSheet(), ...pads.map((pad) => pad.attend()), attendWalk()];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  return (
    <div class="scene digits-scene">
      <div class="about">
        <h2>Digits: a flow of images</h2>
        <p>
          One flow, given a digit, turns noise into its image and an image back into noise. So it
          draws digits, tells how probable a drawing is under each, and can mix two of them.
        </p>
      </div>
      <div class="controls">
        <SheetControls />
        <Explanation />
      </div>
      <div class="stage">
        <ModelNotice />
        <div class="digits-stage">
          <SheetView />
          {pads.map((pad) => (
            <PadPanel key={pad.name} pad={pad} />
          ))}
        </div>
        <WalkView />
      </div>
    </div>
  );
}

function Explanation() {
  const state = modelState.value;
  const card = state.type === "ready" ? state.inHand.card : undefined;
  return (
    <div class="explanation">
      <h3>How it reads</h3>
      <p class="hint">
        By Bayes’ rule: p(digit | image) is p(image | digit), divided by its sum over all ten
        digits.
        {card &&
          ` Of test images it reads ${perCent(card.accuracy)} right; how sure it is says less, for it is nearly always sure.`}
      </p>
      <h3>Is it a digit at all?</h3>
      <p class="hint">
        Bits per pixel say how improbable the image is, even as the digit that fits best: an anomaly
        score. {card && spread(card.classes)} So the grey bar is that of the digit read: two
        standard deviations around the mean of its test images.
        {card && ` Of all test images ${perCent(card.usualShare)} lie in theirs.`} Draw a spiral, or
        hatch the pad, and the mark goes far to the right of it. A cross or a square passes for a
        digit, though, and a dot lies to the left: what is simple is probable, digit or not.
      </p>
      {card && (
        <p class="hint">
          Data: {card.data.name} ({card.data.authors}),{" "}
          {card.licenceUrl ? (
            <a href={card.licenceUrl} rel="noreferrer" target="_blank">
              {card.data.licence}
            </a>
          ) : (
            card.data.licence
          )}
          .
        </p>
      )}
    </div>
  );
}

/** How much the bits per pixel depend on the digit. */
function spread(classes: readonly ClassBits[]): string {
  const sorted = [...classes].sort((a, b) => a.mean - b.mean);
  const [fewest, most] = [sorted[0], sorted.at(-1)];
  if (!fewest || !most) return "";
  return `They depend on the digit: on average ${withArticle(fewest.name)} takes ${fewest.mean.toFixed(2)}, ${withArticle(most.name)} ${most.mean.toFixed(2)}.`;
}
