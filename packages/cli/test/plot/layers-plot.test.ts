import { describe, expect, test } from "vitest";
import { layersPlot, type Stage, shownDraws } from "../../src/plot/index.ts";
import { drawable, normals, parsed, table, texts } from "./support.ts";

const base = normals(400);

function chain(length: number, columns: number): Stage[] {
  return Array.from({ length }, (_, index) => ({
    name: index === 0 ? "base" : `layer-${index}`,
    ...table(
      base.map((value) => value + index),
      columns,
    ),
  }));
}

test("draws one panel per stage, titled, the last with the columns' names", () => {
  const drawn = texts(layersPlot({ stages: chain(4, 2), names: ["eruptions", "waiting"] }));
  expect(drawn.filter((text) => /^\d\/4 /.test(text))).toEqual([
    "1/4 base",
    "2/4 layer-1",
    "3/4 layer-2",
    "4/4 layer-3",
  ]);
  expect(drawn.filter((text) => text === "eruptions" || text === "waiting")).toHaveLength(2);
});

test("of many stages 12 are drawn, the first and the last among them", () => {
  const drawn = texts(layersPlot({ stages: chain(31, 2), names: ["a", "b"] }));
  const titles = drawn.filter((text) => /^\d+\/31 /.test(text));
  expect(titles).toHaveLength(12);
  expect(titles[0]).toBe("1/31 base");
  expect(titles[11]).toBe("31/31 layer-30");
  expect(drawn).toContain("12 of 31 stages are drawn.");
});

test("a draw keeps its colour through all stages", () => {
  const document = parsed(layersPlot({ stages: chain(3, 2), names: ["a", "b"] }));
  const panels = Array.from(document.querySelectorAll('g[aria-label="dot"]'), (panel) =>
    Array.from(panel.querySelectorAll("circle"), (dot) => dot.getAttribute("fill")),
  );
  expect(panels).toHaveLength(3);
  expect(new Set(panels[0]).size).toBeGreaterThan(20);
  expect(panels[1]).toEqual(panels[0]);
  expect(panels[2]).toEqual(panels[0]);
});

test("the number of draws that it says are shown is the number of dots", () => {
  const stages = Array.from({ length: 7 }, () => ({ name: "layer", ...table(normals(4000), 2) }));
  const dots = parsed(layersPlot({ stages, names: ["a", "b"] })).querySelector(
    'g[aria-label="dot"]',
  );
  expect(shownDraws(stages)).toBe(1028);
  // The few beyond a panel's view are cut.
  expect(dots?.querySelectorAll("circle").length).toBeGreaterThan(1000);
  expect(dots?.querySelectorAll("circle").length).toBeLessThanOrEqual(1028);
  expect(shownDraws(chain(7, 2))).toBe(200);
  expect(shownDraws(chain(7, 1))).toBe(400);
});

test("one column gives histograms whose bars keep the base sample's order", () => {
  const document = parsed(layersPlot({ stages: chain(2, 1), names: ["velocity"] }));
  const [first] = document.querySelectorAll('g[aria-label="rect"]');
  const bars = Array.from(first?.querySelectorAll("rect") ?? []).filter(
    (bar) => Number(bar.getAttribute("height")) > 0.5,
  );
  const middles = new Map<string, number>();
  for (const bar of bars) {
    middles.set(bar.getAttribute("fill") ?? "", Number(bar.getAttribute("x")));
  }
  const places = [...middles.values()];
  expect(places).toHaveLength(8);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(document.documentElement.textContent).toContain("velocity");
});

describe("odd inputs", () => {
  const odd: Record<string, Stage[]> = {
    "no stages": [],
    "one draw": [{ name: "base", ...table([0, 0], 2) }],
    "identical draws": [{ name: "base", ...table(new Array(100).fill(3), 2) }],
    "draws that are not finite": [
      { name: "base", ...table([0, 1, 2, 3], 2) },
      { name: "layer", ...table([Number.NaN, 1, Infinity, 3], 2) },
    ],
    "draws of all sizes": [
      { name: "base", ...table(base, 2) },
      {
        name: "layer",
        ...table(
          base.map((value, index) => value * 10 ** (index % 40)),
          2,
        ),
      },
    ],
    "an image-shaped event": [{ name: "base", data: base, shape: [25, 1, 4, 4] }],
    "one column, identical draws": [{ name: "base", ...table([1, 1, 1, 1], 1) }],
  };
  test.each(Object.entries(odd))("%s", (_, stages) => {
    expect(drawable(layersPlot({ stages, names: ["a", "b"] }))[0]).toContain("colour");
  });
});
