import { type Range, usualBits } from "./card.ts";
import { modelState } from "./model-state.ts";
import type { Pad } from "./pad-state.ts";

const WIDTH = 200;
const HEIGHT = 34;

/** Bits per pixel at the right end; more are shown there. */
const MOST = 2;

/** How many bits a drawing takes, beside images that the flow was tested on. */
export function BitsScale({ pad }: { readonly pad: Pad }) {
  const state = modelState.value;
  const card = state.type === "ready" ? state.inHand.card : undefined;
  const test = card?.bitsPerDimension;
  const bits = pad.reading.value?.bits;
  const range = card && usualBits(card);
  const at = (value: number) => 4 + (Math.max(0, Math.min(MOST, value)) / MOST) * (WIDTH - 8);
  return (
    <div class="bits">
      <p>
        <b>{bits === undefined ? "–" : bits.toFixed(2)}</b> bits per pixel
        {bits !== undefined && range && `: ${verdict(bits, range)}`}
      </p>
      <svg
        class="chart"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={describe(bits, range, test)}
      >
        <line class="axis" x1={at(0)} x2={at(MOST)} y1={16} y2={16} />
        {range && (
          <rect
            class="typical"
            x={at(range.low)}
            width={at(range.high) - at(range.low)}
            y={9}
            height={14}
            rx={3}
          />
        )}
        {test !== undefined && <line class="test" x1={at(test)} x2={at(test)} y1={5} y2={27} />}
        {bits !== undefined && (
          <path class="mark" d={`M ${at(bits)} 16 l 6 -13 h -12 z M ${at(bits)} 16 v 11`} />
        )}
        <text x={at(0)} y={HEIGHT - 1}>
          0
        </text>
        <text x={at(MOST)} y={HEIGHT - 1} text-anchor="end">
          {MOST}
        </text>
      </svg>
    </div>
  );
}

function verdict(bits: number, { low, high }: Range): string {
  if (bits > high) return "unusually many, an anomaly";
  if (bits < low) return "few, as simple as a 1";
  return "usual for digits";
}

function describe(
  bits: number | undefined,
  range: Range | undefined,
  test: number | undefined,
): string {
  const parts = [
    bits === undefined ? "No drawing" : `The drawing takes ${bits.toFixed(2)} bits per pixel`,
    range && `nearly all test images take ${range.low.toFixed(2)} to ${range.high.toFixed(2)}`,
    test !== undefined && `test images take ${test.toFixed(2)} on average`,
  ];
  return `${parts.filter(Boolean).join("; ")}.`;
}
