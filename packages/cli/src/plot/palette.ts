import * as Plot from "@observablehq/plot";

/** What comes from the data, in every picture. */
export const dataColor = "#d55e00";
/** What comes from the model, in every picture. */
export const modelColor = "#0173b4";
/** Draws of the base, beside what the model makes of them. */
export const baseColor = "#8a8a8a";
/** Frames, ticks and everything else that is not the message. */
export const frameColor = "#9a9a9a";

/** From near the paper to dark blue in even steps of CIELAB lightness, told apart without hue. */
export const densityRamp = [
  "#eef6f9",
  "#c7e8f5",
  "#a1d9f3",
  "#7bc9f0",
  "#56b8ec",
  "#33a7e5",
  "#1595d9",
  "#1082c9",
  "#2270b5",
  "#2f5e9c",
  "#364d81",
  "#373d64",
] as const;

/**
 * A colour for a direction in turns, with no seam at 0 = 1: orange against blue along one axis, dark
 * against light along the other, so that it also works without red and green.
 */
export function directionColor(turns: number): string {
  return directionScale.apply(turns - Math.floor(turns));
}

const directionScale = Plot.scale({
  color: {
    type: "linear",
    domain: [0, 0.25, 0.5, 0.75, 1],
    range: ["#e8850c", "#3b1a5a", "#2f6fd6", "#86c26a", "#e8850c"],
    interpolate: "lab",
  },
});

/** A colour for a place in an order, 0 to 1: dark blue over teal to orange. */
export function orderColor(share: number): string {
  return orderScale.apply(share);
}

const orderScale = Plot.scale({
  color: {
    type: "linear",
    domain: [0, 0.35, 0.7, 1],
    range: ["#2b1d6e", "#2f7fc4", "#8cc08a", "#e8850c"],
    interpolate: "lab",
  },
});
