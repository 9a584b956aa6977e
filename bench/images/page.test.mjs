import { describe, expect, it } from "vitest";
import { dataSet, dataSets } from "./data-sets.mjs";
import { flows } from "./flows.mjs";
import { planOf } from "./measure.mjs";
import { page } from "./page.mjs";

/** @param {string} id */
const flowOf = (id) => flows.find((flow) => flow.id === id) ?? flows[0];

/** @param {number} count */
const part = (count) => ({
  data: new Uint8Array(count * 784),
  shape: /** @type {[number, number, number, number]} */ ([count, 1, 28, 28]),
  labels: { values: new Int32Array(count), classes: ["0", "1"] },
});
const split = { train: part(4), validation: part(2), test: part(3) };
const given = { budgetSeconds: 600, seed: 0 };

/** @param {string} flow @param {Parameters<typeof dataSet>[0]} data @param {typeof given} options */
const settingsOf = (flow, data, options = given) =>
  planOf(flowOf(flow), dataSet(data), split, options).settings;

/** @type {import("./measure.mjs").Result} */
const result = {
  bitsPerDimension: { mean: 1.2345, standardError: 0.0021 },
  unitCube: { mean: 1980.04, standardError: 1.06 },
  logitSpace: { mean: -1234.56, standardError: 2 },
  ...{ parameters: 151724, seconds: 601, steps: 2000, bestStep: 1900, epochs: 0.64 },
  ...{ engine: "an engine", machine: "a CPU, 2 processors" },
  anomalies: null,
  pictures: ["samples.png", "training.png"],
};

/** @type {import("./anomalies.mjs").Anomalies} */
const anomalies = {
  ...{ other: "mnist", images: 3 },
  bitsPerDimension: { train: 2.9, test: 2.95, other: 1.8 },
  energies: { test: [1.01, 0.99], other: [0.7, 1.3] },
  auroc: { likelihood: 0.08, typicality: 0.9, latents: 0.95, scales: [0.96, 0.8] },
};

describe("the settings of a run", () => {
  it("are those of its flow, and tell budgets and flows apart", () => {
    const settings = settingsOf("glow", "mnist");
    expect(settings).toMatchObject({ batchSize: 16, learningRate: 5e-3, testImages: 3 });
    expect(settingsOf("glow", "mnist", { ...given, budgetSeconds: 60 })).not.toEqual(settings);
    expect(settingsOf("glow-class", "mnist").model).not.toBe(settings.model);
  });
});

describe("the page", () => {
  const text = page(
    [
      { settings: settingsOf("glow", "fashion_mnist"), result: { ...result, anomalies } },
      { settings: settingsOf("flow++", "mnist"), result: { ...result, logitSpace: null } },
      { settings: settingsOf("nice", "mnist"), failure: "it broke" },
    ],
    dataSets,
    flows,
  );

  it("has results beside published numbers", () => {
    expect(text).toContain(
      "| Glow | 1.234 ± 0.004 | 1980.0 ± 2.1 | −1234.6 ± 4.0 | 151,724 | 2,000 | 1,900 | 0.64 | 10 min 1 s |",
    );
    expect(text).toContain("| *Glow, Grathwohl et al. 2019* | 1.05 | – | – |");
    expect(text).toContain("| *MAF, Papamakarios et al. 2017* | – | – | −1300.5 |");
    expect(text.indexOf("Residual Flow")).toBeLessThan(text.indexOf("## Fashion-MNIST"));
  });

  it("says what failed, what has no density of logits, and what was not run not at all", () => {
    expect(text).toContain("| NICE | it broke | – |");
    expect(text).toContain("| Flow++ | 1.234 ± 0.004 | 1980.0 ± 2.1 | – |");
    expect(text).toContain("Flow++: the noise is learned");
    expect(text).not.toContain("given the class");
  });

  it("has the anomalies of those that were looked for", () => {
    expect(text).toContain("| Fashion-MNIST | MNIST | 0.080 | 0.900 | 0.950 | 0.960 | 0.800 |");
    expect(text).toContain("|  | MNIST, test | 1.800 | 0.700 | 1.300 |");
    const without = page([{ settings: settingsOf("glow", "mnist"), result }], dataSets, flows);
    expect(without).not.toContain("Anomalies");
  });

  it("links pictures, and says what it was measured on, once", () => {
    expect(text).toContain("[samples](fashion_mnist-glow/samples.png)");
    expect(text.match(/a CPU, 2 processors; an engine/g)).toHaveLength(1);
  });
});
