import { effect, signal } from "@preact/signals";
import { bitsPerPixel } from "./bayes.ts";
import { attempt, isInHand, type ModelInHand, modelState } from "./model-state.ts";
import { sheet } from "./sheet-state.ts";

/** Draws of each class; in so many the fifth and the ninety-fifth per cent can be told. */
const OF_EACH_CLASS = 10;

/** Between which bits per pixel nine of ten draws of the model lie. */
export interface Typical {
  readonly low: number;
  readonly high: number;
  readonly draws: number;
}

export const typical = signal<Typical | undefined>(undefined);

let measured: ModelInHand | undefined;

async function measure(inHand: ModelInHand): Promise<void> {
  const { laboratory, model } = inHand;
  const classes = model.classes.map((_, label) => label);
  const bits: number[] = [];
  for (let round = 0; round < OF_EACH_CLASS; round++) {
    // The sheet's and the pads' work goes between.
    const { pixels } = await laboratory.drawDigits({
      classes,
      temperature: 1,
      seed: 2_000_000 + round,
    });
    const scores = await laboratory.scoreDigits(pixels, classes);
    for (const score of scores) bits.push(bitsPerPixel(score, pixels.length / classes.length));
    if (!isInHand(inHand)) return;
  }
  typical.value = { ...centralRange(bits), draws: bits.length };
}

/** Between the 5 per cent at each end. */
export function centralRange(values: readonly number[]): { low: number; high: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { low: at(0.05), high: at(0.95) };
}

/** Learn, once for each model, what its draws score, when there is something to look at; returns what ends that. */
export function attendTypical(): () => void {
  return effect(() => {
    const state = modelState.value;
    const { isDone } = sheet.value;
    if (state.type !== "ready" || !isDone || state.inHand === measured) return;
    const { inHand } = state;
    measured = inHand;
    queueMicrotask(() => attempt(inHand, () => measure(inHand)));
  });
}
