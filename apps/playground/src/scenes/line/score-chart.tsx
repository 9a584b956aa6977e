import { Curve } from "../../charts/curve.tsx";
import { Frame } from "../../charts/frame.tsx";
import { data, STEPS, scores } from "./line-run.ts";
import { shortNumber } from "./masses.ts";

/** Below the truth at least, so that the axis stays where it is while the flow learns. */
const ROOM = 0.5;

/** The mean log-density of held-out numbers as the flow learns, beside what the true density gives them. */
export function ScoreChart() {
  const { trueLogLikelihood } = data.value;
  const truth = trueLogLikelihood;
  const lowest = Math.min(truth - ROOM, ...scores.value.map(([, score]) => score));
  const last = scores.value.at(-1);
  const told = last
    ? `the flow's after step ${last[0]} is ${shortNumber(last[1])}`
    : "the flow has not learned yet";
  return (
    <Frame
      label={`Mean log-density of held-out numbers against training steps: ${told}, that of the true density ${shortNumber(truth)} nats.`}
      x={[0, 1.02 * STEPS]}
      y={[lowest - 0.05, truth + 0.1]}
      width={340}
      height={170}
      ticks={4}
      xTitle="training steps"
    >
      {(scales) => (
        <>
          <Curve
            scales={scales}
            kind="truth"
            points={[
              [0, truth],
              [1.02 * STEPS, truth],
            ]}
          />
          <Curve scales={scales} kind="learned" points={scores.value} />
          {last && <circle class="at-last" cx={scales.x(last[0])} cy={scales.y(last[1])} r={3.5} />}
        </>
      )}
    </Frame>
  );
}
