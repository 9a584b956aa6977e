import { DataError, DomainError } from "pushforward";
import { describe, expect, test } from "vitest";
import { type ScoreGroup, scoreHistogram } from "../../src/plot/index.ts";
import { drawable, normals, parsed, texts } from "./support.ts";

const fashion = { name: "Fashion-MNIST", values: normals(2000).map((z) => 30 * z - 1500) };
const mnist = { name: "MNIST", values: normals(500, 7).map((z) => 50 * z - 1200) };

function group(name: string, values: readonly number[]): ScoreGroup {
  return { name, values };
}

/** The outlines' corners in pixels, one outline per group. */
function outlines(svg: string): { color: string; points: [number, number][] }[] {
  const lines = parsed(svg).querySelectorAll('g[aria-label="line"]');
  return Array.from(lines, (line) => {
    const path = line.querySelector("path")?.getAttribute("d") ?? "";
    // A step line alternates H and V after its first point.
    let [x, y] = [0, 0];
    const points = Array.from(path.matchAll(/([MLHV])(-?[\d.]+)(?:,(-?[\d.]+))?/g), (match) => {
      if (match[1] === "V") y = Number(match[2]);
      else x = Number(match[2]);
      if (match[3] !== undefined) y = Number(match[3]);
      return [x, y] as [number, number];
    });
    return { color: line.querySelector("[stroke]")?.getAttribute("stroke") ?? "", points };
  });
}

/** The area under an outline in square pixels. */
function area(points: readonly [number, number][]): number {
  const bottom = points[0]![1];
  return points.slice(1).reduce((sum, [x, y], index) => {
    const [before] = points[index]!;
    return sum + (x - before) * (bottom - y);
  }, 0);
}

function middle(points: readonly [number, number][]): number {
  const highest = Math.min(...points.map(([, y]) => y));
  return points.find(([, y]) => y === highest)![0];
}

test("names the score, the density, and each group with its count", () => {
  const svg = scoreHistogram({ groups: [fashion, mnist], title: "log-density (nats)" });
  const drawn = texts(svg);
  expect(drawn.slice(0, 2)).toEqual(["Fashion-MNIST (2,000)", "MNIST (500)"]);
  expect(drawn).toEqual(expect.arrayContaining(["log-density (nats)", "density"]));
  expect(drawn.join(" ")).not.toMatch(/Outside|finite|better/);
});

test("an arrow points to the better side, also beside a title that is cut", () => {
  const title = (better: "left" | "right", text: string) =>
    texts(scoreHistogram({ groups: [mnist], title: text, better })).find((t) =>
      t.includes("better"),
    );
  expect(title("right", "log-density")).toBe("log-density · better →");
  expect(title("left", "bits")).toBe("← better · bits");
  expect(title("right", "long ".repeat(60))).toMatch(/^long .*…/);
  expect(title("right", "long ".repeat(60))).toMatch(/better →$/);
});

test("groups of different counts have outlines of the same area, each in its place", () => {
  const svg = scoreHistogram({ groups: [fashion, mnist], title: "x" });
  const [first, second] = outlines(svg);
  expect(area(first!.points)).toBeGreaterThan(1000);
  expect(area(second!.points) / area(first!.points)).toBeCloseTo(1, 1);
  expect(middle(first!.points)).toBeLessThan(middle(second!.points) - 100);
});

test("three groups have three colours and common bins, an area and an outline each", () => {
  const groups = [fashion, mnist, group("digits", normals(900, 3))];
  const svg = scoreHistogram({ groups, title: "x" });
  expect(new Set(outlines(svg).map(({ color }) => color)).size).toBe(3);
  expect(parsed(svg).querySelectorAll('g[aria-label="area"] path')).toHaveLength(3);
  const [a, b] = outlines(svg).map(({ points }) => new Set(points.map(([x]) => x)));
  expect(a).toEqual(b);
});

describe("outliers", () => {
  test("they do not squeeze the rest, and the legend says how many lie outside", () => {
    const wild = group("wild", [...fashion.values, -1e9, 1e9]);
    const svg = scoreHistogram({ groups: [wild, mnist], title: "x" });
    expect(texts(svg)).toContain("Outside the axis: 2 of wild.");
    const [, second] = outlines(svg);
    const [plain] = outlines(scoreHistogram({ groups: [fashion, mnist], title: "x" }));
    expect(middle(outlines(svg)[0]!.points)).toBeCloseTo(middle(plain!.points), -1);
    expect(area(second!.points)).toBeGreaterThan(1000);
    for (const { points } of outlines(svg)) {
      expect(Math.max(...points.flat().map(Math.abs))).toBeLessThan(1000);
    }
  });

  test("a small group far from a large one is shown", () => {
    const far = group(
      "far",
      normals(30, 5).map((z) => z - 9000),
    );
    const svg = scoreHistogram({ groups: [fashion, far], title: "x" });
    expect(texts(svg).join(" ")).not.toContain("Outside");
    expect(middle(outlines(svg)[1]!.points)).toBeLessThan(middle(outlines(svg)[0]!.points) - 300);
  });

  test("values that are not finite are counted apart and do not move the axis", () => {
    const groups = [fashion, group("MNIST", [Number.NaN, -Infinity])];
    const svg = scoreHistogram({ groups, title: "x" });
    expect(texts(svg)).toContain("Not finite: 2 of MNIST.");
    const ticks = texts(svg).filter((text) => /^−\d{4}$/.test(text));
    expect(ticks.length).toBeGreaterThan(3);
  });
});

describe("odd inputs", () => {
  const odd: Record<string, readonly ScoreGroup[]> = {
    "one value": [group("shown", [3])],
    "identical values": [group("shown", new Array(100).fill(2)), group("b", [2, 2])],
    "nothing finite": [group("shown", [Number.NaN, Infinity])],
    "values of all sizes": [group("shown", [-1e300, -1, 0, 1e-9, 1, 1e300])],
    "typed arrays": [{ name: "shown", values: Float32Array.from(fashion.values) }],
    "a name with markup": [group("shown", [1, 2]), group('a<b> & "c" \u0000 \uD800', [1, 5])],
    "a name of 300 characters": [group("shown", [1, 2]), group("long ".repeat(60), [1, 5])],
  };
  test.each(Object.entries(odd))("%s", (_, groups) => {
    const drawn = drawable(scoreHistogram({ groups, title: "score", better: "right" }));
    expect(drawn[0]).toMatch(/^shown \(/);
  });
});

describe("refused, with the way out", () => {
  test("no groups, and more than three", () => {
    const draw = (count: number) => () =>
      scoreHistogram({ groups: new Array(count).fill(mnist), title: "x" });
    expect(draw(0)).toThrow(DomainError);
    expect(draw(0)).toThrow(/got 0 groups, expected 1 to 3/);
    expect(draw(4)).toThrow(/got 4 groups.*several pictures/);
  });

  test("a group without values", () => {
    const draw = () => scoreHistogram({ groups: [mnist, group("KMNIST", [])], title: "x" });
    expect(draw).toThrow(DataError);
    expect(draw).toThrow(/"KMNIST" has no values.*leave the group out/);
  });
});
