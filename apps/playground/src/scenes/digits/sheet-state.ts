import { effect, signal } from "@preact/signals";
import { randomOf } from "../../data/random.ts";
import { doLatest } from "../../latest.ts";
import { attempt, isInHand, type ModelInHand, modelState } from "./model-state.ts";
import { type DigitsSettings, settings } from "./settings.ts";

/** Draws in a row of the sheet, and rows. */
export const PER_ROW = 5;
export const ROWS = 5;

export interface Sheet {
  /** Classes and images in reading order; undefined: not drawn yet. */
  readonly draws: readonly (Draw | undefined)[];
  /** Whether all are of the settings shown. */
  readonly isDone: boolean;
  /** Of the worker, for all draws. */
  readonly milliseconds: number;
}

export interface Draw {
  readonly label: number;
  readonly pixels: Uint8Array;
}

const emptySheet: Sheet = {
  draws: new Array(PER_ROW * ROWS).fill(undefined),
  isDone: false,
  milliseconds: 0,
};

export const sheet = signal<Sheet>(emptySheet);

interface Task {
  readonly inHand: ModelInHand;
  readonly wanted: DigitsSettings;
}

/** Where the next drawing begins: while a slider moves, all rows follow in turn. */
let firstRow = 0;

const draw = doLatest<Task>(async ({ inHand, wanted }, isOutdated) => {
  await attempt(inHand, async () => {
    let spent = 0;
    for (let count = 0; count < ROWS; count++) {
      const row = firstRow;
      const classes = classesOf(wanted, row, inHand.model.classes);
      const { pixels, milliseconds } = await inHand.laboratory.drawDigits({
        classes,
        temperature: wanted.temperature,
        seed: seedOf(wanted.seed, row),
      });
      if (!isInHand(inHand)) return;
      spent += milliseconds;
      firstRow = (firstRow + 1) % ROWS;
      put(row, classes, pixels, count === ROWS - 1 && !isOutdated(), spent);
      if (isOutdated()) return;
    }
  });
});

function put(
  row: number,
  classes: readonly number[],
  pixels: Uint8Array,
  isDone: boolean,
  milliseconds: number,
): void {
  const size = pixels.length / classes.length;
  const drawn = classes.map((label, i) => ({
    label,
    pixels: pixels.slice(i * size, (i + 1) * size),
  }));
  const draws = sheet.value.draws.with(0, sheet.value.draws[0]);
  draws.splice(row * PER_ROW, drawn.length, ...drawn);
  sheet.value = { draws, isDone, milliseconds };
}

/** Noise of its own for each row of each seed. */
const seedOf = (seed: number, row: number) => seed * ROWS + row;

function classesOf(
  { digit, seed }: DigitsSettings,
  row: number,
  names: readonly string[],
): number[] {
  const places = Array.from({ length: PER_ROW });
  if (digit !== "any") return places.map(() => names.indexOf(digit));
  const { integer } = randomOf(seedOf(seed, row));
  return places.map(() => integer(names.length));
}

/** Draw whenever the settings or the model change; returns what ends that. */
export function attendSheet(): () => void {
  return effect(() => {
    const state = modelState.value;
    const wanted = settings.value;
    if (state.type !== "ready") return;
    queueMicrotask(() => {
      sheet.value = { ...sheet.value, isDone: false };
      draw({ inHand: state.inHand, wanted });
    });
  });
}
