import { rgb } from "d3-color";
import { interpolatePuOr, interpolateViridis } from "d3-scale-chromatic";

/**
 * Densities, from 0 to 1: viridis (Smith and van der Walt 2015), which grows evenly lighter, so that it reads the same
 * in grey and to colour-blind eyes.
 */
export const densityColour = interpolateViridis;

/** Signed numbers, from -1 (purple: less) over 0 to 1 (orange: more); told apart by colour-blind eyes (ColorBrewer's PuOr). */
export const signedColour = (value: number) =>
  interpolatePuOr((1 + Math.max(-1, Math.min(1, value))) / 2);

const STEPS = 256;

/** The density scale as bytes: red, green, blue of each step. */
export const densityTable: Uint8ClampedArray = (() => {
  const table = new Uint8ClampedArray(3 * STEPS);
  for (let step = 0; step < STEPS; step++) {
    const { r, g, b } = rgb(densityColour(step / (STEPS - 1)));
    table.set([r, g, b], 3 * step);
  }
  return table;
})();

/** The place of a value from 0 to 1 in {@link densityTable}. */
export const stepOf = (value: number): number =>
  3 * Math.round(Math.max(0, Math.min(1, value)) * (STEPS - 1));
