import { expect, test } from "vitest";
import { figure, trainingCurve } from "../../src/plot/index.ts";
import { parsed, size, texts } from "./support.ts";

const part = trainingCurve({
  history: [{ step: 1, train: 2, validation: 3 }],
  bestStep: 1,
});

test("stacks parts under a title and a subtitle, none over another", () => {
  const svg = figure({ title: "galaxies.csv", subtitle: "1 column, 82 rows" }, part, part);
  const drawn = texts(svg);
  expect(drawn.slice(0, 2)).toEqual(["galaxies.csv", "1 column, 82 rows"]);
  expect(drawn.filter((text) => text === "validation")).toHaveLength(2);
  const document = parsed(svg);
  const panels = Array.from(document.documentElement.children).filter((n) => n.tagName === "svg");
  const bounds = panels.map((panel) => {
    const y = Number(panel.getAttribute("y"));
    return [y, y + Number(panel.getAttribute("height"))] as const;
  });
  for (let index = 1; index < bounds.length; index++) {
    expect(bounds[index]![0]).toBe(bounds[index - 1]![1]);
  }
  expect(bounds.at(-1)![1]).toBe(size(document).height);
});

test("clip paths of stacked parts keep their own names", () => {
  const ids = Array.from(parsed(figure({}, part, part)).querySelectorAll("clipPath"), (n) => n.id);
  const second = trainingCurve({
    history: [{ step: 1, train: 2, validation: 3 }],
    bestStep: 1,
  });
  const both = parsed(figure({}, part, second)).querySelectorAll("clipPath");
  expect(new Set(Array.from(both, (node) => node.id)).size).toBe(both.length);
  expect(ids.length).toBeGreaterThan(0);
});

test("a long subtitle is broken into lines that fit", () => {
  const subtitle = "neural spline flow with two layers ".repeat(5);
  const drawn = texts(figure({ title: "t", subtitle }, part)).slice(1, 4);
  expect(drawn[0]!.length).toBeLessThan(110);
  expect(drawn.join(" ")).toContain("two layers neural");
});
