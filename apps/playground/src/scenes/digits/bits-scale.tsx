import { type ClassBits, usualBits, withArticle } from "./card.ts";
import { modelState } from "./model-state.ts";
import type { Pad } from "./pad-state.ts";

const WIDTH = 200;
const HEIGHT = 34;

/** Bits per pixel at the right end; more are shown there. */
const MOST = 2;

/** How many bits a drawing takes, beside test images of the digit that it is read as. */
export function BitsScale({ pad }: { readonly pad: Pad }) {
  const state = modelState.value;
  const card = state.type === "ready" ? state.inHand.card : undefined;
  const reading = pad.reading.value;
  const bits = reading?.bits;
  const own = reading && card?.classes[reading.best];
  const range = own && usualBits(own);
  const at = (value: number) => 4 + (Math.max(0, Math.min(MOST, value)) / MOST) * (WIDTH - 8);
  return (
    <div class="bits">
      <p>
        <b>{bits === undefined ? "–" : bits.toFixed(2)}</b> bits per pixel
        {bits !== undefined && own && `: ${verdict(bits, own)}`}
      </p>
      <svg
        class="chart"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={describe(bits, own)}
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
        {own && <line class="test" x1={at(own.mean)} x2={at(own.mean)} y1={5} y2={27} />}
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

/** Short: two lines on a phone. */
function verdict(bits: number, own: ClassBits): string {
  const { low, high } = usualBits(own);
  if (bits > high) return `too many for ${withArticle(own.name)}`;
  if (bits < low) return `too few for ${withArticle(own.name)}`;
  return `usual for ${withArticle(own.name)}`;
}

function describe(bits: number | undefined, own: ClassBits | undefined): string {
  if (bits === undefined) return "No drawing.";
  const taken = `The drawing takes ${bits.toFixed(2)} bits per pixel`;
  if (!own) return `${taken}.`;
  const { low, high } = usualBits(own);
  const range = `nearly all test images of ${withArticle(own.name)} take ${low.toFixed(2)} to ${high.toFixed(2)}`;
  return `${taken}; ${range}, on average ${own.mean.toFixed(2)}.`;
}
