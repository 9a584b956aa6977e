import { describe, expect, it } from "vitest";
import { bitsPerPixel, indexOfLargest, perCent, posterior } from "../src/scenes/digits/bayes.ts";
import { readCard, usualBits } from "../src/scenes/digits/card.ts";
import { mixLinearly } from "../src/scenes/digits/mixing.ts";

describe("Bayes' rule", () => {
  it("gives shares in the ratio of the likelihoods, however small those are", () => {
    const shares = posterior([-5000, -5000 + Math.log(3), -9000]);
    expect(shares[0]).toBeCloseTo(0.25, 12);
    expect(shares[1]).toBeCloseTo(0.75, 12);
    expect(shares[2]).toBe(0);
  });

  it("finds the largest, the first of equals", () => {
    expect(indexOfLargest([-3, -1, -2, -1])).toBe(1);
  });
});

it("bits per pixel of a fair coin for each pixel are 1", () => {
  expect(bitsPerPixel(400 * Math.log(0.5), 400)).toBeCloseTo(1, 12);
});

it("shares are not rounded to certainty", () => {
  expect(
    [0, 0.001, 0.126, 0.998, 1].map(perCent).map((text) => text.replaceAll("\u00a0", " ")),
  ).toEqual(["0 %", "< 1 %", "13 %", "> 99 %", "100 %"]);
});

it("mixtures begin and end at what is mixed", () => {
  const [a, b] = [Float32Array.of(1, -2), Float32Array.of(3, 4)];
  expect(mixLinearly(a, b, 0)).toEqual(a);
  expect(mixLinearly(a, b, 1)).toEqual(b);
  expect(mixLinearly(a, b, 0.5)).toEqual(Float32Array.of(2, 1));
});

describe("the model's card", () => {
  const json = {
    data: { name: "D", authors: "A", licence: "L", licenceUrl: "https://example.org/" },
    model: { bytes: 10, context: ["one", "two"] },
    test: {
      byClass: {
        bitsPerDimension: [0.1, 0.8],
        standardDeviation: [0.08, 0.2],
        withinTwoDeviations: 0.95,
      },
    },
    classifier: { accuracy: 0.9 },
  };

  it("is read, and tells where test images of each class lie", () => {
    const card = readCard(json);
    expect(card.data.licence).toBe("L");
    expect(card.classes.map(({ name }) => name)).toEqual(["one", "two"]);
    const ranges = card.classes.map(usualBits).map(({ low, high }) => [low, high]);
    expect(ranges.flat().map((value) => value.toFixed(6))).toEqual([
      "0.000000",
      "0.260000",
      "0.400000",
      "1.200000",
    ]);
  });

  it("is refused where something is missing, and says what", () => {
    expect(() => readCard({ ...json, model: {} })).toThrow("model.bytes");
    expect(() => readCard(null)).toThrow("data.name");
    const withBits = (bitsPerDimension: unknown) => ({
      ...json,
      test: { byClass: { ...json.test.byClass, bitsPerDimension } },
    });
    expect(() => readCard(withBits([0.1, null]))).toThrow("test.byClass.bitsPerDimension");
    expect(() => readCard(withBits([0.1]))).toThrow("2 classes, but test.byClass has 1 means");
  });

  it("leads to no other address than a web page", () => {
    const data = { ...json.data, licenceUrl: "javascript:alert(1)" };
    expect(readCard({ ...json, data }).licenceUrl).toBeUndefined();
  });
});
