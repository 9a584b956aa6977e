import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { doLatest } from "../../latest.ts";
import { bitsPerPixel, indexOfLargest, posterior } from "./bayes.ts";
import { type Drawing, emptyDrawing, isEmpty, type Point, toImage } from "./drawing.ts";
import { attempt, isInHand, type ModelInHand, modelState } from "./model-state.ts";
import { settings } from "./settings.ts";

/** What the flow makes of a drawing. */
export interface Reading {
  readonly image: Uint8Array;
  /** Of each class, given the image. */
  readonly probabilities: readonly number[];
  /** The most probable class. */
  readonly best: number;
  /** Bits per pixel, given that class. */
  readonly bits: number;
}

export interface Pad {
  readonly name: "first" | "second";
  readonly drawing: Signal<Drawing>;
  /** What the flow sees; undefined while nothing is drawn, or there is no model. */
  readonly image: ReadonlySignal<Uint8Array | undefined>;
  /** Undefined while there is no image; may be of the image before. */
  readonly reading: Signal<Reading | undefined>;
  begin(point: Point): void;
  goOn(point: Point): void;
  clear(): void;
  /** Put a draw of the model on the pad. */
  fill(label: number): void;
  /** Read what is drawn; returns what ends that. */
  attend(): () => void;
}

function createPad(name: "first" | "second", startLabel: number): Pad {
  const drawing = signal<Drawing>(emptyDrawing);
  const reading = signal<Reading | undefined>(undefined);
  const image = computed(() => {
    const state = modelState.value;
    if (state.type !== "ready" || isEmpty(drawing.value)) return undefined;
    return toImage(drawing.value, state.inHand.model);
  });
  /** Draws asked for so far: each has a seed of its own. */
  let fills = 0;
  let wasUsed = false;

  const read = doLatest<{ inHand: ModelInHand; image: Uint8Array }>(({ inHand, image: shown }) =>
    attempt(inHand, async () => {
      const scores = await inHand.laboratory.readDigit(shown);
      if (!isInHand(inHand) || !image.peek()) return;
      const best = indexOfLargest(scores);
      reading.value = {
        image: shown,
        probabilities: posterior(scores),
        best,
        bits: bitsPerPixel(scores[best] as number, shown.length),
      };
    }),
  );

  function fill(label: number) {
    const state = modelState.peek();
    if (state.type !== "ready") return;
    const own = ++fills;
    wasUsed = true;
    const { inHand } = state;
    void attempt(inHand, async () => {
      const { pixels } = await inHand.laboratory.drawDigits({
        classes: [label],
        temperature: settings.peek().temperature,
        seed: 1_000_000 + 2 * own + (name === "first" ? 0 : 1),
      });
      // A stroke or another draw came first.
      if (own !== fills || !isInHand(inHand)) return;
      drawing.value = { digit: pixels, strokes: [] };
    });
  }

  function draw(strokes: Drawing["strokes"]) {
    fills++;
    wasUsed = true;
    drawing.value = { ...drawing.value, strokes };
  }

  return {
    name,
    drawing,
    image,
    reading,
    begin: (point) => draw([...drawing.value.strokes, [point]]),
    goOn(point) {
      const { strokes } = drawing.value;
      draw([...strokes.slice(0, -1), [...(strokes.at(-1) ?? []), point]]);
    },
    clear() {
      fills++;
      wasUsed = true;
      drawing.value = emptyDrawing;
    },
    fill,
    attend: () =>
      effect(() => {
        const state = modelState.value;
        const shown = image.value;
        if (state.type !== "ready") return;
        const { inHand } = state;
        queueMicrotask(() => {
          if (shown) read({ inHand, image: shown });
          else reading.value = undefined;
          // An empty pad at first sight would leave the rest of the scene empty.
          if (!wasUsed) fill(startLabel);
        });
      }),
  };
}

export const pads: readonly [Pad, Pad] = [createPad("first", 3), createPad("second", 8)];
