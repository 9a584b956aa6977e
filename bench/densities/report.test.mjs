import { describe, expect, it } from "vitest";
import { decodeMap, encodeMap, peakOf, trueDensities } from "./density-maps.mjs";
import { flows } from "./flows.mjs";
import { settingsOf } from "./measure.mjs";
import { page } from "./page.mjs";
import { gridPicture } from "./picture.mjs";
import { gridOf } from "./results.mjs";
import { targets } from "./targets.mjs";

const [moons, gaussians] = targets;
const [first, second] = flows;

/** @param {import("./flows.mjs").FlowEntry} flow @param {number} divergence */
function measured(flow, divergence) {
  return {
    settings: settingsOf(flow, moons, { steps: 10 }),
    result: {
      divergence,
      standardError: 0.002,
      logLikelihood: -1,
      trueLogLikelihood: -1,
      parameters: 1234,
      seconds: 2,
      processorSeconds: 4,
      engine: "an engine",
      map: encodeMap(trueDensities(moons), peakOf(moons)),
    },
  };
}

const failed = { settings: settingsOf(first, gaussians, {}), failure: "it did not converge" };
const grid = gridOf([measured(first, 0.1234), measured(second, 0.02), failed], flows, targets);

describe("density maps", () => {
  it("come back as shares of the peak", () => {
    const densities = trueDensities(gaussians);
    const shares = decodeMap(encodeMap(densities, 2 * peakOf(gaussians)));
    expect(Math.max(...shares)).toBeCloseTo(0.5, 2);
    expect(shares[1000]).toBeCloseTo(densities[1000] / (2 * peakOf(gaussians)), 2);
  });
});

describe("the page", () => {
  const text = page(grid, "picture.png");

  it("has a row per flow and a column per target, the smallest bold, what is missing a dash", () => {
    expect(text).toContain(`|  | ${moons.title} | ${gaussians.title} |`);
    expect(text).toContain(`| ${first.title} | 0.123(2) | – |`);
    expect(text).toContain(`| ${second.title} | **0.020(2)** | – |`);
  });

  it("sets flow matching beside likelihood where both are measured", () => {
    const [ffjord, matching] = ["ffjord", "flow-matching"].map(
      (id) => flows.find((flow) => flow.id === id) ?? first,
    );
    const both = page(
      gridOf([measured(ffjord, 0.03), measured(matching, 0.04)], flows, targets),
      "picture.png",
    );
    expect(both).toContain(
      `| ${moons.title} | 0.030(2) | 0.040(2) | 10 of 256 rows | 10 of 256 rows |`,
    );
    expect(text).not.toContain("by flow matching");
  });

  it("counts what is near the truth, and says what failed and why", () => {
    expect(text).toContain(`the most that one flow reaches is 1 of 2: ${second.title}.`);
    expect(text).toContain(`- ${first.title}, ${gaussians.title}: it did not converge`);
  });
});

describe("the picture", () => {
  it("shows truth and flows with their divergences", () => {
    const svg = gridPicture(grid);
    for (const text of ["truth", first.title, "0.123(2)", "–"]) expect(svg).toContain(`>${text}<`);
  });
});

describe("the flows", () => {
  it("have names of their own, and settings that tell their models apart", () => {
    expect(new Set(flows.map(({ id }) => id)).size).toBe(flows.length);
    const models = flows.map((flow) => settingsOf(flow, moons, {}).model);
    expect(new Set(models).size).toBe(flows.length);
  });
});
