import { modelState } from "./model-state.ts";
import type { Pad } from "./pad-state.ts";
import { typical } from "./typical-state.ts";

const WIDTH = 240;
const HEIGHT = 34;

/** Bits per pixel at the right end; more are shown there. */
const MOST = 2;

/** How many bits a drawing takes, beside draws of the flow and test images. */
export function BitsScale({ pad }: { readonly pad: Pad }) {
  const state = modelState.value;
  const test = state.type === "ready" ? state.inHand.card.bitsPerDimension : undefined;
  const bits = pad.reading.value?.bits;
  const range = typical.value;
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

function verdict(bits: number, { low, high }: { low: number; high: number }): string {
  if (bits > high) return "more than digits take, an anomaly";
  if (bits < low) return "less than digits take, oddly simple";
  return "as digits take";
}

function describe(
  bits: number | undefined,
  range: { low: number; high: number } | undefined,
  test: number | undefined,
): string {
  const parts = [
    bits === undefined ? "No drawing" : `The drawing takes ${bits.toFixed(2)} bits per pixel`,
    range &&
      `nine of ten draws of the flow take ${range.low.toFixed(2)} to ${range.high.toFixed(2)}`,
    test !== undefined && `test images take ${test.toFixed(2)} on average`,
  ];
  return `${parts.filter(Boolean).join("; ")}.`;
}
