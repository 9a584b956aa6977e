import { describe, expect, test } from "vitest";
import { type TrainingCurveOptions, trainingCurve } from "../../src/plot/index.ts";
import { drawable, parsed, texts } from "./support.ts";

const history = Array.from({ length: 40 }, (_, index) => ({
  step: 50 * (index + 1),
  train: 4 + 3 * Math.exp(-index / 6),
  validation: 4.1 + 3 * Math.exp(-index / 6) + 0.002 * index,
}));
/** Pixel heights of the curve of a colour. */
function curveHeights(svg: string, color = "#0173b4"): number[] {
  const path = parsed(svg).querySelector(`g[stroke="${color}"] path`)?.getAttribute("d") ?? "";
  return Array.from(path.matchAll(/,(-?[\d.]+)/g), (match) => Number(match[1]));
}

test("names axes, curves, and the best step with its value", () => {
  const drawn = texts(trainingCurve({ history, bestStep: 1000 }));
  expect(drawn).toEqual(
    expect.arrayContaining([
      "step",
      "negative log-likelihood (nats per row)",
      "train",
      "validation",
      "best: 4.264 at step 1,000",
    ]),
  );
});

test("the axis says what the losses are", () => {
  const drawn = texts(trainingCurve({ history, bestStep: 1000, measure: "bits per dimension" }));
  expect(drawn).toContain("bits per dimension");
  expect(drawn.join(" ")).not.toContain("nats");
});

test("what there is to know of the losses is said below the legend", () => {
  expect(texts(trainingCurve({ history, bestStep: 1000, note: "upper bounds" }))).toContain(
    "upper bounds",
  );
});

test("spikes are cut, the axis says so, and the curve is not flattened", () => {
  const spiked = history.map((entry, index) => ({
    ...entry,
    train: index % 13 === 4 ? 1e12 : entry.train,
  }));
  const svg = trainingCurve({ history: spiked, bestStep: 1000 });
  expect(texts(svg)).toContain("negative log-likelihood (nats per row), outliers cut");
  const heights = curveHeights(svg);
  expect(Math.max(...heights) - Math.min(...heights)).toBeGreaterThan(100);
  // The renderer ends the process on coordinates of millions of pixels.
  const train = curveHeights(svg, "#6bb7e0");
  expect(Math.max(...train.map(Math.abs))).toBeLessThan(1000);
});

test("without spikes nothing is cut", () => {
  const drawn = texts(trainingCurve({ history, bestStep: 1000 }));
  expect(drawn.join(" ")).not.toContain("cut");
});

describe("odd inputs", () => {
  const entry = { step: 100, train: 3, validation: 3 };
  const inputs: Record<string, Partial<TrainingCurveOptions>> = {
    "one entry": { history: [entry], bestStep: 100 },
    "no entries": { history: [] },
    "a constant loss": { history: history.map(({ step }) => ({ ...entry, step })) },
    "losses that are not finite": {
      history: [{ step: 1, train: Number.NaN, validation: Infinity }, entry],
    },
    "nothing finite": { history: [{ step: 1, train: Number.NaN, validation: -Infinity }] },
    "a best loss that is not finite": {
      history: [{ step: 1, train: 2, validation: Infinity }, entry],
      bestStep: 1,
    },
    "losses of all sizes": {
      history: [-1e300, -1, 0, 1e-9, 1, 1e300].map((loss, index) => ({
        step: index,
        train: loss,
        validation: -loss,
      })),
      bestStep: 0,
    },
    "a best step that is not in the history": { bestStep: 77 },
  };
  test.each(Object.entries(inputs))("%s", (_, odd) => {
    const svg = trainingCurve({ history, bestStep: 1000, ...odd });
    expect(drawable(svg)).toContain("validation");
  });
});
