import { type Codec, type Codecs, oneOf, wholeNumber } from "../../link/codec.ts";
import { settingsInLink } from "../../link/place.ts";
import type { CouplingTask, MadeTask } from "../../worker/masks.ts";
import type { Place } from "./reach.ts";

export interface MaskSettings extends CouplingTask, MadeTask {
  readonly kind: "coupling" | "made";
  /** The unit that was chosen. */
  readonly unit: Place | null;
}

export const WIDTHS = [4, 12] as const;
export const MOST_HIDDEN_LAYERS = 3;

const widths: Codec<readonly number[]> = {
  fallback: [6, 6],
  read(text) {
    const given = text.split("-").map(Number);
    const [low, high] = WIDTHS;
    const fits = given.every((width) => Number.isInteger(width) && width >= low && width <= high);
    return fits && given.length <= MOST_HIDDEN_LAYERS ? given : undefined;
  },
  write: (value) => value.join("-"),
  takes: `one to ${MOST_HIDDEN_LAYERS} widths from ${WIDTHS[0]} to ${WIDTHS[1]}, such as 8-6`,
};

/** Column and unit, counted from 1. */
const unit: Codec<Place | null> = {
  fallback: { column: 0, unit: 0 },
  read(text) {
    if (text === "none") return null;
    const [, column, own] = /^([1-7])\.([1-9]\d?)$/.exec(text) ?? [];
    return column && own ? { column: Number(column) - 1, unit: Number(own) - 1 } : undefined;
  },
  write: (value) => (value ? `${value.column + 1}.${value.unit + 1}` : "none"),
  takes: "a column and a unit, such as 1.2, or none",
};

export const codecs: Codecs<MaskSettings> = {
  kind: oneOf(["coupling", "made"], "coupling"),
  dimensions: wholeNumber(2, 8, 4),
  layers: wholeNumber(1, 6, 3),
  partition: oneOf(["halves", "alternating", "random"], "halves"),
  hidden: widths,
  degrees: oneOf(["sequential", "random"], "sequential"),
  order: oneOf(["natural", "reversed", "random"], "natural"),
  seed: wholeNumber(0, 30, 0),
  unit,
};

export const settings = settingsInLink("masks", codecs);
