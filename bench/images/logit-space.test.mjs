import { describe, expect, it } from "vitest";
import { hostRandom } from "../../packages/pushforward/dist/numerics/host-random.js";
import { logitLogDet, logitLogDets } from "./logit-space.mjs";
import { scoresOf } from "./measure.mjs";
import { noisyImages } from "./noisy-images.mjs";

const ALPHA = 1e-6;

/** Pixels as 256 times the largest of three uniform numbers. @param {number} noisy */
const logDensity = (noisy) => Math.log((3 * ((noisy + 0.5) / 256) ** 2) / 256);

/** The probability that its logit lies below z. @param {number} z */
function below(z) {
  const p = (1 / (1 + Math.exp(-z)) - ALPHA) / (1 - 2 * ALPHA);
  return p ** 3;
}

/** @param {number} noisy */
function logitOf(noisy) {
  const share = ALPHA + ((1 - 2 * ALPHA) * (noisy + 0.5)) / 256;
  return Math.log(share / (1 - share));
}

describe("the logarithm of the derivative of the logits", () => {
  it("turns densities of pixels into those of logits, as differences of the distribution say", () => {
    const random = hostRandom(0);
    const noisy = Float64Array.from({ length: 50 }, () => 256 * random.uniform() - 0.5);
    let direct = 0;
    let density = 0;
    for (const value of noisy) {
      const [z, h] = [logitOf(value), 1e-4];
      direct += Math.log((below(z + h) - below(z - h)) / (2 * h));
      density += logDensity(value);
    }
    expect(density - logitLogDet(noisy)).toBeCloseTo(direct, 5);
  });

  it("is finite at the ends of the outermost cells", () => {
    expect(logitLogDet([-0.5])).toBeCloseTo(Math.log(1e6 / 256), 4);
    expect(logitLogDet([255.5])).toBeCloseTo(logitLogDet([-0.5]), 9);
  });
});

/** @param {number} count */
function images(count) {
  const random = hostRandom(2);
  const data = Uint8Array.from({ length: 4 * count }, () => random.integer(256));
  return { data, shape: /** @type {[number, number, number, number]} */ ([count, 1, 2, 2]) };
}

describe("noise", () => {
  it("keeps pixels in their cells, and is the same for equal seeds", () => {
    const given = images(1500);
    const chunks = [...noisyImages(given, 3)];
    expect(chunks.reduce((sum, { shape }) => sum + shape[0], 0)).toBe(1500);
    const noisy = chunks.flatMap(({ data }) => Array.from(data));
    expect(noisy.every((value, i) => Math.abs(value - given.data[i]) <= 0.5)).toBe(true);
    expect([...noisyImages(given, 3)].flatMap(({ data }) => Array.from(data))).toEqual(noisy);
    expect([...noisyImages(given, 4)][0].data).not.toEqual(chunks[0].data);
  });

  it("comes with the class of each image", () => {
    const labels = {
      values: Int32Array.from({ length: 1500 }, (_, i) => i % 3),
      classes: ["a", "b", "c"],
    };
    const [, last] = [...noisyImages({ ...images(1500), labels }, 3)];
    expect(last.context?.shape).toEqual([1500 - 1024, 3]);
    expect(Array.from(last.context?.data.subarray(0, 3) ?? [])).toEqual([0, 1, 0]);
  });
});

describe("scores", () => {
  const given = images(10);
  // Evenly over all pixel values: 8 bits for each of the four.
  const logMass = new Float64Array(10).fill(-4 * Math.log(256));

  it("are those of the unit cube, bits per dimension, and logits", () => {
    const { bitsPerDimension, unitCube, logitSpace } = scoresOf(logMass, given, 5, false);
    expect(bitsPerDimension.mean).toBeCloseTo(8, 12);
    expect(unitCube.mean).toBeCloseTo(0, 12);
    expect(unitCube.standardError).toBeCloseTo(0, 12);
    const logDets = logitLogDets(given, 5);
    const mean = logDets.reduce((sum, value) => sum + value / 10, 0);
    expect(logitSpace?.mean).toBeCloseTo(-4 * Math.log(256) - mean, 9);
    expect(logitSpace?.standardError).toBeGreaterThan(0);
  });

  it("have none of logits where the flow learns the noise", () => {
    expect(scoresOf(logMass, given, 5, true).logitSpace).toBeNull();
  });
});
