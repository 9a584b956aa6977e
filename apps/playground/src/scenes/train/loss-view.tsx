import { useRef } from "preact/hooks";
import { Curve } from "../../charts/curve.tsx";
import { Frame } from "../../charts/frame.tsx";
import { Legend } from "../../charts/legend.tsx";
import { PictureMenu } from "../../components/picture-menu.tsx";
import { settings } from "./settings.ts";
import { data, type LossAt, type TrainingState, training } from "./training-state.ts";

/** Points of the training curve: more would be finer than the screen. */
const BUCKETS = 250;

/**
 * Where the name of a line stands: the curve comes down from the upper left, and ends at the lower right. Mixture and
 * true density are often close together.
 */
const farRight = { side: "right", below: -4 } as const;
const above = { side: "left", below: -4 } as const;
const below = { side: "left", below: 12 } as const;

/** The loss over the steps, beside what other densities reach on the validation rows. */
export function LossView() {
  const holder = useRef<HTMLDivElement>(null);
  const state = training.value;
  const { losses, validations, baselines, loaded } = state;
  const truth = loaded ? undefined : data.value?.truth;
  const steps = loaded ? Math.max(1, state.step) : settings.value.steps;
  const best = validations.reduce((low, { loss }) => Math.min(low, loss), Number.POSITIVE_INFINITY);
  const levels = [
    { kind: "gaussian", title: "Gaussian", logProb: baselines.gaussian, at: farRight },
    { kind: "mixture", title: "mixture of Gaussians", logProb: baselines.mixture, at: above },
    { kind: "truth", title: "the true density", logProb: truth, at: below },
  ];
  const domain = lossDomain(state, truth);
  return (
    <section class="panel" aria-label="Loss">
      <div class="head">
        <h3>Loss</h3>
        <PictureMenu of={holder} name="loss" />
      </div>
      <div ref={holder} class="holder">
        <Frame
          label={describe(state, best)}
          x={[0, steps]}
          y={domain}
          xTitle="step"
          yTitle="−log-likelihood, nats per row"
        >
          {(scales) => (
            <>
              <Curve scales={scales} points={smoothed(losses)} kind="train" />
              {levels.map(
                ({ kind, title, logProb, at }) =>
                  logProb !== undefined && (
                    <g key={kind}>
                      <Curve
                        scales={scales}
                        points={[
                          [0, -logProb],
                          [steps, -logProb],
                        ]}
                        kind={kind}
                      />
                      <text
                        class={`on-line ${at.side}`}
                        x={scales.x(at.side === "left" ? 0 : steps) + (at.side === "left" ? 6 : -6)}
                        y={scales.y(-logProb) + at.below}
                      >
                        {title}
                      </text>
                    </g>
                  ),
              )}
              <Curve
                scales={scales}
                points={validations.map(({ step, loss }) => [step, loss] as const)}
                kind="validation"
              />
            </>
          )}
        </Frame>
      </div>
      <p class="hint">
        Log-likelihood of the validation rows, which also choose the weights and the mixture; nats
        per row, higher is better:
      </p>
      <Legend
        entries={[
          {
            kind: "validation",
            title: "the flow",
            mark: "line",
            value: Number.isFinite(best) ? signed(-best) : "–",
          },
          ...levels.map(({ kind, title, logProb }) => ({
            kind,
            title,
            mark: "line" as const,
            value: logProb === undefined ? "–" : signed(logProb),
          })),
          { kind: "train", title: "loss of the steps", mark: "line" },
        ]}
      />
    </section>
  );
}

/** Means of neighbouring steps. */
function smoothed(losses: readonly LossAt[]): (readonly [number, number])[] {
  const size = Math.max(1, Math.ceil(losses.length / BUCKETS));
  return Array.from({ length: Math.ceil(losses.length / size) }, (_, bucket) => {
    const part = losses.slice(bucket * size, (bucket + 1) * size);
    const mean = (of: (each: LossAt) => number) =>
      part.reduce((sum, each) => sum + of(each), 0) / part.length;
    return [mean(({ step }) => step), mean(({ loss }) => loss)] as const;
  });
}

/** Room for all levels and most of the curve; the first steps may be far above. */
function lossDomain({ losses, validations, baselines }: TrainingState, truth: number | undefined) {
  const levels = [baselines.gaussian, baselines.mixture, truth].flatMap((level) =>
    level === undefined ? [] : [-level],
  );
  const known = [...levels, ...[...validations, ...losses.slice(10)].map(({ loss }) => loss)];
  const finite = known.filter(Number.isFinite).sort((a, b) => a - b);
  if (finite.length === 0) return [0, 1] as const;
  const low = finite[Math.floor(0.002 * finite.length)] as number;
  const most = finite[Math.floor(0.98 * (finite.length - 1))] as number;
  const high = Math.max(most, ...levels);
  const room = Math.max(0.1, 0.08 * (high - low));
  return [low - room, high + room] as const;
}

function describe({ step, validations }: TrainingState, best: number): string {
  if (validations.length === 0) return "Loss over the training steps; no step has been taken.";
  const last = validations.at(-1)?.loss.toFixed(3);
  return `Loss over ${step} training steps: now ${last}, at best ${best.toFixed(3)} nats per row.`;
}

/** With a minus that is one. */
const signed = (value: number) => value.toFixed(3).replace("-", "−");
