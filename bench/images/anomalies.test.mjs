import { describe, expect, it } from "vitest";
import { distancesOf, measureAnomalies } from "./anomalies.mjs";

/** @typedef {import("./anomalies.mjs").Model} Model */

/** Images of two pixels, all of one value. @param {readonly number[]} values */
const imagesOf = (values) => ({
  data: Uint8Array.from(values.flatMap((value) => [value, value])),
  shape: /** @type {[number, number, number, number]} */ ([values.length, 1, 1, 2]),
});

/**
 * A model that holds dark images for likely, and whose latents of two scales are 1 and half of the
 * first pixel.
 */
const model = /** @type {Model} */ (
  /** @type {unknown} */ ({
    columns: [{}, {}],
    latentScales: [0, 1],
    condShape: null,
    logProb: async (/** @type {{ data: Float32Array }} */ { data }) =>
      data.filter((_, i) => i % 2 === 0).map((value) => -Math.round(value)),
    encode: async (/** @type {{ data: Float32Array }} */ { data }) => ({
      data: data.map((value, i) => (i % 2 === 0 ? 1 : Math.round(value) / 2)),
    }),
  })
);

describe("distances of latents", () => {
  it("are counted in deviations of the chi-squared distribution", () => {
    const latents = { lengths: [Float64Array.of(8, 12, 2)], sizes: [8] };
    expect(distancesOf(latents)).toEqual([Float64Array.of(0, 1, 1.5)]);
  });
});

describe("measureAnomalies", () => {
  const train = imagesOf([8, 10, 12]);
  const test = imagesOf([9, 10, 11]);
  const { signal } = new AbortController();

  it("finds darker images more likely, and less typical", async () => {
    const known = {
      test: Float64Array.of(-9, -10, -11),
      ...{ id: /** @type {const} */ ("mnist"), seed: 0, signal },
    };
    const other = imagesOf([1, 2, 3]);
    const { anomalies, logMass } = await measureAnomalies(model, { train, test, other }, known);
    expect(Array.from(logMass.other)).toEqual([-1, -2, -3]);
    expect(anomalies).toMatchObject({ other: "mnist", images: 3 });
    expect(anomalies.auroc).toMatchObject({ likelihood: 0, typicality: 1 });
    expect(anomalies.bitsPerDimension.test).toBeCloseTo(10 / (2 * Math.LN2), 12);
    // The first scale says nothing; of the second |z|^2 is 20 to 30 for the test, 0.25 to 2.25 for the others.
    expect(anomalies.auroc.scales).toEqual([0.5, 0]);
    expect(anomalies.auroc.latents).toBe(0);
    expect(anomalies.energies.other[0]).toBe(1);
    expect(anomalies.energies.other[1]).toBeCloseTo((0.25 + 1 + 2.25) / 3, 12);
  });

  it("stops when asked to", async () => {
    const known = {
      test: new Float64Array(3),
      ...{ id: /** @type {const} */ ("mnist"), seed: 0, signal: AbortSignal.abort() },
    };
    await expect(measureAnomalies(model, { train, test, other: test }, known)).rejects.toThrow();
  });
});
