import { describe, expect, test } from "vitest";
import { pairPlot } from "../../src/plot/index.ts";
import { circles, drawable, normals, parsed, table, texts } from "./support.ts";

const names = ["carat", "depth", "price"];
const data = table(normals(300), 3);
const samples = table(normals(300, 7), 3);
const orange = "#d55e00";
const blue = "#0173b4";
const legendDot = 1;

test("names every column twice and says which dots are the data's and which the model's", () => {
  const drawn = texts(pairPlot({ names, data, samples }));
  for (const name of names) expect(drawn.filter((text) => text === name)).toHaveLength(2);
  expect(drawn[0]).toMatch(/^data: below the diagonal.*100 rows/);
  expect(drawn[1]).toMatch(/^model: above the diagonal.*100 rows/);
});

test("data lie below the diagonal, samples above", () => {
  const shifted = table(
    normals(300).map((value) => value + 1e3),
    3,
  );
  const within = table(
    normals(300).map((value) => Math.max(-1.5, Math.min(1.5, value))),
    3,
  );
  const same = pairPlot({ names, data: within, samples: within });
  expect(circles(same, orange)).toBe(3 * 100 + legendDot);
  expect(circles(same, blue)).toBe(3 * 100 + legendDot);
  // The axes keep to the data: a wild model's samples are outside.
  expect(circles(pairPlot({ names, data: within, samples: shifted }), blue)).toBe(legendDot);
});

test("many rows are thinned to what the file can hold", () => {
  const rows = table(normals(8 * 2_000), 8);
  const eight = Array.from({ length: 8 }, (_, index) => `column ${index}`);
  const svg = pairPlot({ names: eight, data: rows, samples: rows });
  expect(circles(svg, orange)).toBeLessThanOrEqual(28 * 250 + legendDot);
  expect(texts(svg)[0]).toContain("2,000 rows, 250 drawn");
  const few = pairPlot({ names: eight, data: rows, samples: rows, rows: 10 });
  expect(circles(few, orange)).toBe(28 * 10 + legendDot);
});

test("an outlier does not squeeze the rest", () => {
  const withOutlier = { data: [...(data.data as number[]), 1e6, 1e6, 1e6], shape: [101, 3] };
  const svg = pairPlot({ names, data: withOutlier, samples });
  expect(texts(svg)).toContain("Outliers lie outside the axes.");
  expect(texts(svg)).not.toContain("1000000");
  expect(circles(svg, blue)).toBeGreaterThan(250);
});

test("of more than 8 columns the first 8 are drawn, and the legend says so", () => {
  const ten = Array.from({ length: 10 }, (_, index) => `c${index}`);
  const wide = table(normals(100), 10);
  const drawn = texts(pairPlot({ names: ten, data: wide, samples: wide }));
  expect(drawn).toContain("The first 8 of 10 columns.");
  expect(drawn).toContain("c7");
  expect(drawn).not.toContain("c8");
});

test("a long name is broken at its separators, nothing lost", () => {
  const long = "x.fractal_dimension_of_the_cell";
  const drawn = texts(pairPlot({ names: [long, "b", "c"], data, samples }));
  expect(drawn.some((text, index) => text + drawn[index + 1] === long)).toBe(true);
});

test("the codes of categories stand beside a name, and names have a margin to their left", () => {
  const categories = [["Adelie", "Chinstrap", "Gentoo"], undefined, undefined];
  const svg = pairPlot({ names: ["species", "b", "c"], categories, data, samples });
  const turned = Array.from(parsed(svg).querySelectorAll('text[transform*="rotate"]'));
  const lines = turned.map((node) => node.textContent);
  expect(lines.join(" ")).toContain("species (0 Adelie, 1 Chinstrap, 2 Gentoo) b c");
  const eight = Array.from({ length: 8 }, (_, index) => `a long name of column ${index} in words`);
  const narrow = table(normals(800), 8);
  const wide = pairPlot({ names: eight, data: narrow, samples: narrow });
  const places = Array.from(parsed(wide).querySelectorAll('text[transform*="rotate"]'), (node) =>
    Number(/translate\(([\d.]+),/.exec(node.getAttribute("transform") ?? "")?.[1]),
  );
  // A line of text is 11 pixels high.
  expect(Math.min(...places)).toBeGreaterThan(11 + 6);
});

test("the first row tells that its histogram is a density, and has its ticks beside it", () => {
  const drawn = texts(pairPlot({ names, data, samples }));
  expect(drawn.filter((text) => text === "density")).toHaveLength(1);
  const far = data.data as number[];
  const shifted = table(
    far.map((value, place) => (place % 3 === 0 ? value + 500 : value)),
    3,
  );
  const ticks = texts(pairPlot({ names, data: shifted, samples: shifted }));
  // To the right of the first row, and below the first column.
  expect(ticks.filter((text) => text === "500")).toHaveLength(2);
});

test("dates have dates on both axes", () => {
  const days = table(
    normals(300).map((value, place) => (place % 3 === 1 ? 19_000 + 99 * value : value)),
    3,
  );
  const times = [undefined, { offset: 0, unit: 86_400_000 }, undefined];
  const drawn = texts(pairPlot({ names, times, data: days, samples: days }));
  expect(drawn.filter((text) => /^202[12]-\d\d$/.test(text)).length).toBeGreaterThan(3);
  expect(drawn.join(" ")).not.toMatch(/19,?\d00/);
});

test("dots of values on a grid are spread over their cells, those of data and of samples alike", () => {
  const counts = table(
    Array.from({ length: 400 }, (_, i) => (i % 2 ? i / 100 : Math.floor(i / 2) % 3)),
    2,
  );
  const places = (steps: (number | undefined)[], color: string) => {
    const svg = pairPlot({ names: ["n", "x"], steps, data: counts, samples: counts });
    const attribute = color === orange ? "cx" : "cy";
    const dots = Array.from(parsed(svg).querySelectorAll(`g[fill="${color}"] circle`));
    return dots.map((dot) => Number(dot.getAttribute(attribute)));
  };
  for (const color of [orange, blue]) {
    expect(new Set(places([undefined, undefined], color)).size).toBe(3);
    const spread = places([1, undefined], color).sort((a, b) => a - b);
    expect(new Set(spread).size).toBeGreaterThan(150);
    const gaps = spread.slice(1).map((place, i) => place - spread[i]!);
    // Cells stay apart: 0.4 of a step, of which the panel has less than 4.
    expect(gaps.filter((gap) => gap > 190 / 12)).toHaveLength(2);
  }
});

test("rows that are not data are called what they are", () => {
  const drawn = texts(pairPlot({ names, data, samples, dataName: "sample" })).join("\n");
  expect(drawn).toMatch(/^sample[ :]/m);
  expect(drawn).not.toContain("data");
});

describe("odd inputs", () => {
  const inputs: Record<string, Partial<Parameters<typeof pairPlot>[0]>> = {
    "one row": { data: table([1, 2, 3], 3), samples: table([1, 2, 4], 3) },
    "no rows": { data: { data: [], shape: [0, 3] }, samples: { data: [], shape: [0, 3] } },
    "identical rows": { data: table(new Array(300).fill(5), 3) },
    "values that are not finite": { samples: table([Number.NaN, 1, Infinity, -Infinity, 1, 1], 3) },
    "samples of all sizes": {
      samples: table(
        normals(300).map((value, index) => value * 10 ** (index % 30)),
        3,
      ),
    },
    "one column": { names: ["only"], data: table([1, 2, 3], 1), samples: table([1, 2, 3], 1) },
    "huge and tiny values": {
      data: table(
        normals(300).map((v, i) => v * (i % 3 === 0 ? 1e9 : 1e-9)),
        3,
      ),
    },
  };
  test.each(Object.entries(inputs))("%s", (_, odd) => {
    expect(drawable(pairPlot({ names, data, samples, ...odd })).length).toBeGreaterThan(2);
  });
});
