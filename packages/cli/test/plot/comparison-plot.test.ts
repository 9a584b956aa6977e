import { describe, expect, test } from "vitest";
import { comparisonPlot, type PlottedSetting } from "../../src/plot/index.ts";
import { circles, drawable, parsed, texts } from "./support.ts";

const foldColor = "#6bb7e0";
const modelColor = "#0173b4";

/** A setting with five folds around a mean. */
function setting(name: string, mean: number, best: number): PlottedSetting {
  const difference = { mean: mean - best, standardError: 0.02 };
  return {
    name,
    score: { mean, standardError: 0.05 },
    difference: mean === best ? null : difference,
    folds: [-0.2, -0.1, 0, 0.1, 0.2].map((shift) => mean + shift),
  };
}

const three = [setting("nsf", -3, -3), setting("maf", -3.25, -3), setting("gaussian", -4, -3)];

/** Horizontal places of the means in pixels. */
function means(svg: string): number[] {
  const marks = parsed(svg).querySelectorAll(`g[aria-label="dot"][fill="${modelColor}"] circle`);
  return Array.from(marks, (mark) => Number(mark.getAttribute("cx")));
}

test("names settings, folds and differences, the best first", () => {
  const drawn = texts(comparisonPlot({ settings: three }));
  const places = ["nsf", "maf", "gaussian"].map((name) => drawn.indexOf(name));
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(places[0]).toBeGreaterThanOrEqual(0);
  expect(drawn).toEqual(
    expect.arrayContaining([
      "best",
      "−0.250 ± 0.020",
      "−1.000 ± 0.020",
      "log-likelihood per row, nats · better →",
    ]),
  );
});

test("a dot for each fold of each setting, a better mean further to the right", () => {
  const svg = comparisonPlot({ settings: three });
  expect(circles(svg, foldColor)).toBe(15 + 1);
  const [first, second, third] = means(svg) as [number, number, number];
  expect((first - second) / (first - third)).toBeCloseTo(0.25, 1);
});

test("small differences of large values are as far apart as those of small ones", () => {
  const far = three.map((one) => ({
    ...one,
    score: { ...one.score, mean: one.score.mean - 5000 },
    folds: one.folds.map((value) => value - 5000),
  }));
  const [near, shifted] = [three, far].map((settings) => means(comparisonPlot({ settings })));
  shifted!.forEach((place, index) => {
    expect(place).toBeCloseTo(near![index]!, -1);
  });
});

test("a setting far below is named with its score and does not squeeze the others", () => {
  const svg = comparisonPlot({ settings: [...three, setting("cdf", -500, -3)] });
  expect(texts(svg)).toContain("← −500.000");
  expect(means(svg)).toHaveLength(3);
  expect(means(svg)[0]! - means(svg)[2]!).toBeGreaterThan(100);
});

test("a setting that failed has a line without a dot", () => {
  const svg = comparisonPlot({ settings: three, failed: ["umnn"] });
  expect(texts(svg)).toEqual(expect.arrayContaining(["umnn", "failed"]));
  expect(means(svg)).toHaveLength(3);
});

describe("odd inputs", () => {
  const flat = { score: { mean: 1, standardError: 0 }, difference: null, folds: [1, 1] };
  const odd: Record<string, readonly PlottedSetting[]> = {
    "one setting": [three[0]!],
    "equal scores": [{ name: "a", ...flat }],
    "twelve settings": Array.from({ length: 12 }, (_, i) => setting(`flow ${i}`, -3 - i / 9, -3)),
    "values of all sizes": [setting("a", 1e300, 1e300), setting("b", 0, 1e300)],
    "a name with markup": [setting('a<b> & "c"', -3, -3)],
    "a long name": [
      setting("nsf:layers=3,hidden=256x256x256,bins=16,learning-rate=0.0005", -3, -3),
    ],
  };
  test.each(Object.entries(odd))("%s", (_, settings) => {
    expect(drawable(comparisonPlot({ settings }))).toContain("best");
  });
});
