import { describe, expect, test } from "vitest";
import { axis } from "../../src/plot/axis.ts";
import { textWidth } from "../../src/plot/label.ts";
import type { Range } from "../../src/plot/range.ts";

const across = { length: 500, horizontal: true, fontSize: 11 };
const labels = (domain: Range, options = across) => {
  const { ticks, format, title } = axis("name", domain, options);
  return { labels: ticks.map(format), title };
};

test("round ticks with even decimals", () => {
  expect(labels([0, 1])).toEqual({
    labels: ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1.0"],
    title: "name",
  });
  expect(labels([-3.2, 4.1]).labels).toEqual(["−3", "−2", "−1", "0", "1", "2", "3", "4"]);
});

test("a power of ten goes to the title", () => {
  expect(labels([0, 3e6])).toMatchObject({ title: "name (×10⁶)" });
  expect(labels([0, 3e6], { ...across, length: 120 }).labels).toEqual(["0", "1", "2", "3"]);
  expect(labels([0, 4e-4], { ...across, length: 150 })).toEqual({
    labels: ["0", "1", "2", "3", "4"],
    title: "name (×10⁻⁴)",
  });
});

describe.each<[string, Range]>([
  ["ordinary", [6000, 38000]],
  ["far from zero", [9_800_000, 9_800_001]],
  ["tiny", [1e-12, 3e-12]],
  ["huge", [-1e300, 1e300]],
])("labels of a range that is %s", (_, domain) => {
  test.each([60, 100, 250, 900])("stand apart on %i pixels", (length) => {
    const { ticks, format } = axis("name", domain, { ...across, length });
    const spans = ticks.map((tick) => {
      const place = ((tick - domain[0]) / (domain[1] - domain[0])) * length;
      const half = textWidth(format(tick), across.fontSize) / 2;
      return [place - half, place + half] as const;
    });
    for (let index = 1; index < spans.length; index++) {
      expect(spans[index]![0]).toBeGreaterThan(spans[index - 1]![1]);
    }
    expect(new Set(ticks.map(format)).size).toBe(ticks.length);
  });
});

test("a long name gives way to the power of ten", () => {
  const { title } = axis("n".repeat(200), [0, 1e9], across);
  expect(title).toMatch(/^n+…n+ \(×10⁹\)$/);
  expect(textWidth(title, across.fontSize)).toBeLessThanOrEqual(across.length);
});
