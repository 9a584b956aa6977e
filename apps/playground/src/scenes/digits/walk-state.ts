import { effect, signal } from "@preact/signals";
import { doLatest } from "../../latest.ts";
import { mixLinearly } from "./mixing.ts";
import { attempt, isInHand, type ModelInHand, modelState } from "./model-state.ts";
import { pads, type Reading } from "./pad-state.ts";

/** Pictures in the strip. */
export const STRIP = 9;

/** Steps of the slider between neighbours of the strip. */
const BETWEEN = 4;

/** Places of the slider, from 0. */
export const LAST_STEP = (STRIP - 1) * BETWEEN;

export interface Walk {
  readonly from: Reading;
  readonly to: Reading;
  /** The image at each place of the slider; undefined: not computed yet. */
  readonly images: readonly (Uint8Array | undefined)[];
}

/** Undefined until both pads have been read. */
export const walk = signal<Walk | undefined>(undefined);

/** Where on the way the large picture is. */
export const place = signal(LAST_STEP / 2);

/** The place of the slider of a picture of the strip. */
export const placeInStrip = (index: number) => index * BETWEEN;

interface Task {
  readonly inHand: ModelInHand;
  readonly from: Reading;
  readonly to: Reading;
}

const go = doLatest<Task>(({ inHand, from, to }, isOutdated) =>
  attempt(inHand, async () => {
    const { laboratory, model } = inHand;
    const contexts = [from, to].map(({ best }) =>
      Float32Array.from(model.classes, (_, label) => (label === best ? 1 : 0)),
    ) as [Float32Array, Float32Array];
    const latents = [
      await laboratory.encodeDigit(from.image, contexts[0]),
      await laboratory.encodeDigit(to.image, contexts[1]),
    ] as const;
    const images: (Uint8Array | undefined)[] = new Array(LAST_STEP + 1).fill(undefined);
    for (const places of batches()) {
      if (isOutdated() || !isInHand(inHand)) return;
      const mixed = (ends: readonly [Float32Array, Float32Array]) =>
        joined(places.map((at) => mixLinearly(ends[0], ends[1], at / LAST_STEP)));
      const pixels = await laboratory.decodeDigits(mixed(latents), mixed(contexts));
      const size = pixels.length / places.length;
      for (const [i, at] of places.entries()) images[at] = pixels.slice(i * size, (i + 1) * size);
      if (isInHand(inHand)) walk.value = { from, to, images: [...images] };
    }
  }),
);

/** The strip first, then what lies between. */
function batches(): number[][] {
  const all = Array.from({ length: LAST_STEP + 1 }, (_, at) => at);
  const strip = all.filter((at) => at % BETWEEN === 0);
  const rest = all.filter((at) => at % BETWEEN !== 0);
  const half = Math.ceil(rest.length / 2);
  return [strip, rest.slice(0, half), rest.slice(half)];
}

function joined(rows: readonly Float32Array[]): Float32Array {
  const size = rows[0]?.length ?? 0;
  const all = new Float32Array(rows.length * size);
  for (const [i, row] of rows.entries()) all.set(row, i * size);
  return all;
}

/** Walk between what is on the pads; returns what ends that. */
export function attendWalk(): () => void {
  return effect(() => {
    const state = modelState.value;
    const [from, to] = pads.map(({ reading }) => reading.value);
    queueMicrotask(() => {
      if (state.type !== "ready" || !from || !to) walk.value = undefined;
      else go({ inHand: state.inHand, from, to });
    });
  });
}
