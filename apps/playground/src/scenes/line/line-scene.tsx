import { useEffect, useRef } from "preact/hooks";
import { Legend } from "../../charts/legend.tsx";
import { Notice } from "../../components/notice.tsx";
import { PictureMenu } from "../../components/picture-menu.tsx";
import { Slider } from "../../components/slider.tsx";
import { bases } from "./bases.ts";
import { CdfChart } from "./cdf-chart.tsx";
import { SHORTEST } from "./interval.ts";
import { LineControls } from "./line-controls.tsx";
import { LinePicture } from "./line-picture.tsx";
import { attendLine, DRAWS, data, draws, picture, problem, STEPS, status } from "./line-run.ts";
import { MassTable } from "./mass-table.tsx";
import { masses, perCent, shortNumber } from "./masses.ts";
import { RunButtons } from "./run-buttons.tsx";
import { ScoreChart } from "./score-chart.tsx";
import { intervalOf, moveEnd, settings } from "./settings.ts";
import { Story } from "./story.tsx";
import { INTERVAL_STEP, shownLine } from "./tabulated.ts";
import { targets } from "./targets.ts";
import "../../styles/line.css";

/** A flow on the line: a rising map from data to base, learned while one watches. */
export function LineScene() {
  useEffect(attendLine, []);
  const held = useRef<HTMLDivElement>(null);
  const [a, b] = intervalOf(settings.value);
  const [low, high] = shownLine;
  const learned = picture.value;
  return (
    <section class="scene line-scene">
      <div class="about">
        <h2>One dimension: a flow is a rising curve</h2>
        <p>
          A flow learns a curve that carries the data (below) to a simple base distribution (left).
          Train it, drag the interval from a to b, and see where its probability goes.
        </p>
      </div>
      <LineControls />
      <div class="stage">
        {problem.value && (
          <Notice kind={status.value === "failed" ? "problem" : "note"}>{problem.value}</Notice>
        )}
        <div class="line-stage">
          <div class="panel">
            <RunButtons />
            <div ref={held}>
              <LinePicture label={pictureLabel()} />
            </div>
            <Legend
              entries={[
                { kind: "learned", title: "learned", mark: "line" },
                { kind: "truth", title: "true", mark: "line" },
                { kind: "data", title: "numbers to learn from", mark: "dot" },
                { kind: "draws", title: "drawn from the flow", mark: "dot" },
              ]}
            />
            <PictureMenu of={held} name={`flow-on-the-line-${settings.value.target}`} />
          </div>
          <div class="beside">
            <div class="panel">
              <MassTable />
              <Slider
                label="a, where the interval begins"
                value={a}
                low={low}
                high={high - SHORTEST}
                step={INTERVAL_STEP}
                show={shortNumber}
                onChange={(value) => moveEnd("a", value)}
              />
              <Slider
                label="b, where it ends"
                value={b}
                low={low + SHORTEST}
                high={high}
                step={INTERVAL_STEP}
                show={shortNumber}
                onChange={(value) => moveEnd("b", value)}
              />
            </div>
            <div class="panel">
              <h3>Distribution function</h3>
              <CdfChart />
            </div>
            <div class="panel">
              <h3>How well it predicts new numbers</h3>
              <ScoreChart />
              <Legend
                entries={[
                  {
                    kind: "learned",
                    title: "learned",
                    mark: "line",
                    value: learned ? shortNumber(learned.logLikelihood) : "…",
                  },
                  {
                    kind: "truth",
                    title: "true density",
                    mark: "line",
                    value: shortNumber(data.value.trueLogLikelihood),
                  },
                ]}
              />
              <p class="hint">
                Mean log-density of 2000 held-out numbers, in nats. On average no density beats the
                true one; over so few numbers one can by luck.
              </p>
            </div>
          </div>
        </div>
        <p class="unseen" aria-live="polite">
          {announcement()}
        </p>
      </div>
      <Story />
    </section>
  );
}

function pictureLabel(): string {
  const { learned, truth } = masses.value;
  const [a, b] = intervalOf(settings.value).map(shortNumber);
  const target = targets[settings.value.target].title.toLowerCase();
  const base = bases[settings.value.base].title;
  const what = `The rising map from x to z in the middle, the density of x (${target}) below it, the density of z, ${base}, to its left.`;
  if (!learned || !picture.value) return `${what} The flow is being prepared.`;
  const [from, to] = learned.image.map(shortNumber);
  return (
    `${what} After step ${picture.value.step} of ${STEPS} the map takes the interval from ${a} to ${b} to that from ` +
    `${from} to ${to}. Its mass is ${perCent(learned.data)} under the learned density, ` +
    `${perCent(learned.base)} under the base and ${perCent(truth)} in truth.`
  );
}

/** What has happened, for those who do not see it; not each step. */
function announcement(): string {
  const count = draws.value.length * DRAWS;
  if (count > 0) return `${count} numbers drawn from the flow.`;
  switch (status.value) {
    case "playing":
      return "Training.";
    case "paused":
      return picture.value && picture.value.step > 1
        ? `Paused after step ${picture.value.step}.`
        : "Ready to train.";
    case "trained": {
      const score = shortNumber(picture.value?.logLikelihood ?? Number.NaN);
      return `Trained. Mean log-density of held-out numbers ${score} nats, of the true density ${shortNumber(data.value.trueLogLikelihood)}.`;
    }
    default:
      return "";
  }
}
