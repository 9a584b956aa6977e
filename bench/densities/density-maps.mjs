import { deflateRawSync, inflateRawSync } from "node:zlib";

/** @typedef {import("./targets.mjs").Target} Target */

/** Cells along a side of a map. */
export const SIDE = 80;

/** Shades that a cell can have; the lightest is no density, the darkest the truth's largest or more. */
const SHADES = 255;

/**
 * The middles of a view's cells, row by row from the bottom.
 * @param {Target["view"]} view
 * @returns {{ data: Float64Array, shape: [number, number] }}
 */
export function mapGrid({ x, y }) {
  /** @param {readonly [number, number]} range @param {number} index */
  const middle = ([low, high], index) => low + ((high - low) * (index + 0.5)) / SIDE;
  const data = new Float64Array(2 * SIDE ** 2);
  for (let cell = 0; cell < SIDE ** 2; cell++) {
    data[2 * cell] = middle(x, cell % SIDE);
    data[2 * cell + 1] = middle(y, Math.floor(cell / SIDE));
  }
  return { data, shape: [SIDE ** 2, 2] };
}

/** The truth on the map of its view. @param {Target} target */
export function trueDensities({ view, logDensity }) {
  const { data } = mapGrid(view);
  return Float64Array.from({ length: SIDE ** 2 }, (_, cell) =>
    Math.exp(logDensity(data[2 * cell], data[2 * cell + 1])),
  );
}

/** The truth's largest density on its map. @param {Target} target */
export function peakOf(target) {
  return Math.max(...trueDensities(target));
}

/**
 * A map as text: a byte per cell, the density as a share of the peak, deflated, in base 64.
 * @param {ArrayLike<number>} densities @param {number} peak
 */
export function encodeMap(densities, peak) {
  const shades = Uint8Array.from(densities, (density) =>
    Math.round(SHADES * Math.min(1, density / peak)),
  );
  return deflateRawSync(shades, { level: 9 }).toString("base64");
}

/** Shares of the peak. @param {string} text */
export function decodeMap(text) {
  const shades = inflateRawSync(Buffer.from(text, "base64"));
  if (shades.length !== SIDE ** 2) throw new Error(`a map has ${SIDE ** 2} cells`);
  return Float64Array.from(shades, (shade) => shade / SHADES);
}
