import { describe, expect, test } from "vitest";
import {
  shownPaths,
  type TrajectoriesPlotOptions,
  trajectoriesPlot,
} from "../../src/plot/index.ts";
import { drawable, normals, parsed, table, texts } from "./support.ts";

const base = normals(1200);

/** Draws that move by 1 between two places. */
function way(length: number, columns: number, count = 1200): TrajectoriesPlotOptions {
  const waypoints = Array.from({ length }, (_, k) => ({
    place: k / Math.max(1, length - 1),
    ...table(
      base.slice(0, count).map((value) => value + k),
      columns,
    ),
  }));
  return { waypoints, placeName: "time", names: ["east", "north", "up"].slice(0, columns) };
}

/** Attributes of what is drawn, group by group. */
const marks = (options: TrajectoriesPlotOptions, label: string, tag: string) =>
  Array.from(
    parsed(trajectoriesPlot(options)).querySelectorAll(`g[aria-label="${label}"]`),
    (group) =>
      Array.from(group.querySelectorAll(tag), ({ attributes }) =>
        Object.fromEntries(Array.from(attributes, ({ name, value }) => [name, value])),
      ),
  );

test.each([2, 3])("in the plane of the first two of %d columns, ends are dots", (columns) => {
  const options = way(5, columns);
  const rows = 1200 / columns;
  const [lines] = marks(options, "line", "path[stroke]");
  expect(lines).toHaveLength(shownPaths(rows));
  expect(lines?.[0]?.d?.match(/,/g)).toHaveLength(5);
  const [starts, ends] = marks(options, "dot", "circle");
  for (const dots of [starts, ends]) {
    expect(dots?.length).toBeGreaterThan(0.95 * shownPaths(rows));
    expect(dots?.length).toBeLessThanOrEqual(shownPaths(rows));
  }
  const drawn = texts(trajectoriesPlot(options));
  expect(drawn).toEqual(expect.arrayContaining(["east", "north", "draws of the base", "samples"]));
  expect(drawn).not.toContain("up");
});

test("one column goes over the way, with histograms at its ends", () => {
  const options = way(5, 1);
  const [lines] = marks(options, "line", "path[stroke]");
  expect(lines).toHaveLength(300);
  const [before, after] = marks(options, "rect", "rect").map((bars) =>
    bars.map(({ x, width }) => ({ x: Number(x), width: Number(width) })),
  );
  const longest = (bars: { width: number }[] = []) => Math.max(...bars.map(({ width }) => width));
  expect(longest(before)).toBeCloseTo(longest(after), 1);
  const right = Math.max(...(before ?? []).map(({ x, width }) => x + width));
  const left = Math.min(...(after ?? []).map(({ x }) => x));
  expect(left - right).toBeGreaterThan(4 * longest(after));
  expect(texts(trajectoriesPlot(options))).toEqual(expect.arrayContaining(["time", "east"]));
});

test("paths of few draws are all there", () => {
  expect(shownPaths(7)).toBe(7);
  expect(marks(way(3, 1, 7), "line", "path[stroke]")[0]).toHaveLength(7);
});

describe("odd inputs", () => {
  const places = (...columns: number[][]) =>
    columns.map((data, place) => ({ place, ...table(data, 2) }));
  const odd: Record<string, TrajectoriesPlotOptions["waypoints"]> = {
    "no places": [],
    "the base alone": places([0, 1, 2, 3]),
    "identical draws": places(new Array(100).fill(3), new Array(100).fill(3)),
    "draws that are not finite": places([0, 1, 2, 3], [Number.NaN, 1, Infinity, 3]),
    "draws of all sizes": places(
      base,
      base.map((value, index) => value * 10 ** (index % 40)),
    ),
    "one column, identical draws": [{ place: 0, ...table([1, 1, 1], 1) }],
  };
  test.each(Object.entries(odd))("%s", (_, waypoints) => {
    const svg = trajectoriesPlot({ waypoints, placeName: "time", names: ["a", "b"] });
    expect(drawable(svg)).toContain("samples");
  });
});
