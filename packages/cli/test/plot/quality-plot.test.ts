import { type SampleQuality, sampleQuality } from "pushforward/evaluation";
import { beforeAll, describe, expect, test } from "vitest";
import { qualityPlot } from "../../src/plot/index.ts";
import { circles, drawable, normals, parsed, table, texts } from "./support.ts";

const blue = "#0173b4";
const legendDot = 1;
const names = ["price", "carat", "depth"];
const rows = (seed: number, count = 60) => table(normals(3 * count, seed), 3);

let report: SampleQuality;
beforeAll(async () => {
  report = await sampleQuality(
    { data: rows(1), samples: rows(2), training: rows(3) },
    { names, engine: "jax" },
  );
});

/** A report about so many columns, the later the farther apart. */
function wide(columns: number): SampleQuality {
  const { marginals, correlations } = report;
  const entries = Array.from({ length: columns }, (_, column) => column / 1000);
  const row = entries.map((entry) => entry / 2);
  return {
    ...report,
    marginals: {
      ...marginals!,
      columns: entries.map((distance) => ({ distance, pValue: 1 })),
    },
    correlations: {
      ...correlations!,
      spearman: { ...correlations!.spearman, differences: entries.map(() => row) },
    },
  };
}

test("names every column in rows and columns, and has a dot for each", () => {
  const svg = qualityPlot(report, names);
  for (const name of names) {
    expect(texts(svg).filter((text) => text === name)).toHaveLength(2);
  }
  expect(circles(svg, blue)).toBe(names.length + legendDot);
});

test("names that fit a line are whole, longer ones keep their start", () => {
  const long = [0, 1, 2].map((column) => `bill_length_mm ${column} is missing`);
  const whole = texts(qualityPlot(report, long));
  for (const name of long) expect(whole.filter((text) => text === name)).toHaveLength(2);
  const endless = [0, 1, 2].map((column) => `${column}${"_of_the_bill".repeat(20)}`);
  const cut = texts(qualityPlot(report, endless)).filter((text) => text.includes("_of_the"));
  expect(cut).toHaveLength(6);
  for (const text of cut) expect(text).toMatch(/^[012]_of_the_bill_of_the_bill.*…$/);
});

test("says in words what the classifier and the discrepancy found", () => {
  const drawn = texts(qualityPlot(report, names)).join(" ");
  expect(drawn).toContain(report.classifier!.message);
  expect(drawn).toContain(report.discrepancy!.message);
  expect(drawn).toContain(report.marginals!.criticalDistance.toFixed(3));
});

test("figures in the cells are the differences of rank correlations, signs and all", () => {
  const drawn = texts(qualityPlot(report, names));
  const { differences } = report.correlations!.spearman;
  for (const [i, j] of [
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const) {
    const figure = differences[i]![j]!.toFixed(2).replace("-", "−");
    expect(drawn.filter((text) => text === figure).length).toBeGreaterThanOrEqual(2);
  }
});

test("more samples in the samples' colour lie where the model correlates more", () => {
  const { correlations } = report;
  const fill = (difference: number) => {
    const differences = [
      [0, difference, 0],
      [difference, 0, 0],
      [0, 0, 0],
    ];
    const spearman = { ...correlations!.spearman, differences, largest: 0.5 };
    const svg = qualityPlot({ ...report, correlations: { ...correlations!, spearman } }, names);
    const cells = Array.from(parsed(svg).querySelectorAll('rect[stroke="white"]'));
    return cells[1]!.getAttribute("fill");
  };
  expect(fill(0.5)).toBe("rgb(1, 115, 180)");
  expect(fill(-0.5)).toBe("rgb(213, 94, 0)");
  expect(fill(0)).toBe("rgb(255, 255, 255)");
});

test("both histograms of nearest distances are there, with their counts", () => {
  const svg = qualityPlot(report, names);
  expect(texts(svg)).toEqual(expect.arrayContaining(["samples (60)", "held-out rows (60)"]));
  expect(parsed(svg).querySelectorAll('g[aria-label="rect"] rect').length).toBeGreaterThan(4);
  const without = texts(qualityPlot({ ...report, neighbours: null }, names)).join(" ");
  expect(without).not.toContain("held-out");
});

test("of more than 20 columns those with the largest distances are drawn, in order", () => {
  const many = Array.from({ length: 200 }, (_, column) => `column-${column}`);
  const svg = qualityPlot(wide(200), many);
  const drawn = texts(svg);
  expect(drawn).toContain("The 20 of 200 columns with the largest distances.");
  expect(drawn.filter((text) => text.startsWith("column-")).slice(0, 20)).toEqual(many.slice(180));
  expect(circles(svg, blue)).toBe(20 + legendDot);
});

describe("odd inputs", () => {
  const nothing = {
    marginals: null,
    correlations: null,
    discrepancy: null,
    neighbours: null,
    classifier: null,
    skipped: ["all checks: there are 3 rows of data."],
  };
  const odd: Record<string, () => Partial<SampleQuality>> = {
    "nothing could be checked": () => nothing,
    "one column": () => ({
      correlations: null,
      marginals: { ...report.marginals!, columns: report.marginals!.columns.slice(0, 1) },
    }),
    "constant columns": () => ({
      correlations: {
        ...report.correlations!,
        spearman: {
          ...report.correlations!.spearman,
          pair: null,
          largest: 0,
          differences: names.map(() => [null, null, null]),
        },
      },
    }),
    "distances that are all 0": () => ({
      neighbours: { ...report.neighbours!, distances: { samples: [0, 0], heldOut: [0, 0] } },
    }),
  };
  test.each(Object.entries(odd))("%s", (_, changes) => {
    const svg = qualityPlot({ ...report, ...changes() }, ["a<b> & c", "", "long ".repeat(60)]);
    expect(drawable(svg).length).toBeGreaterThan(0);
  });
});
