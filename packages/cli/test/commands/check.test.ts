import { DomainError } from "pushforward";
import type { SampleQuality } from "pushforward/evaluation";
import { expect, test } from "vitest";
import { checkOnImages, qualityLines, reportLines } from "../../src/commands/check.ts";
import type { ImageModel } from "../../src/commands/image-model.ts";

const item = (name: string, value: number, message: string) => ({
  name,
  value,
  limit: 0.01,
  ok: value <= 0.01,
  message,
});
const passing = item("round trip", 0.001, "there and back");
const failing = item("integral", 0.5, "distance of the integral from 1");

test("explanations stand beside the measurements where all of them fit", () => {
  const lines = reportLines({ ok: true, items: [passing], skipped: [] }, 80, String);
  expect(lines[1]).toMatch(/^round trip .* ok {2}there and back$/);
  expect(lines.at(-1)).toBe("all checks passed");
});

test("what was not checked is said before the sum", () => {
  const skipped = ["log-determinant: too large"];
  const lines = reportLines({ ok: true, items: [passing], skipped }, 30, String);
  expect(lines.slice(-3)).toEqual([
    "not checked: log-determinant:",
    "too large",
    "all checks passed",
  ]);
});

const here = "solved in 8 equal steps here; scores and samples are solved to tolerance";
const advice =
  "8 equal steps may be too few: in the library, build the flow with more solver.steps and fit again";
const ofData = {
  ...item("outside", 0.5, "share of values outside"),
  ofData: true as const,
};

test.each([
  ["by tolerance elsewhere", false, passing, [here]],
  ["so everywhere", true, passing, []],
  ["by tolerance elsewhere, and failing", false, failing, [here, advice]],
  ["so everywhere, and failing", true, failing, [advice]],
  ["so everywhere, failing in what steps do not change", true, ofData, []],
])("of flows solved in equal steps: %s", (_, everywhere, found, notes) => {
  const equalSteps = { count: 8, everywhere };
  const report = { ok: found.ok, items: [found], skipped: [], equalSteps };
  expect(reportLines(report, 100, String).slice(3, -1)).toEqual(notes);
});

test("else below, no line wider than the terminal", () => {
  const lines = reportLines(
    { ok: false, items: [passing, failing], skipped: [] },
    42,
    (text) => text,
  );
  expect(lines[1]).toMatch(/ ok$/);
  expect(lines[2]).toBe("  there and back");
  expect(lines[3]).toMatch(/^integral .* FAILED$/);
  expect(lines[4]).toBe("  distance of the integral from 1");
  expect(lines.at(-1)).toBe("1 of 2 checks failed");
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(42);
});

test("when samples count as alike is said before it is said of them", () => {
  const none = { marginals: null, correlations: null, neighbours: null, classifier: null };
  const discrepancy = { ok: true, message: "It is 0.01 (p = 0.003)." };
  const quality = { ok: true, ...none, discrepancy, skipped: [] } as unknown as SampleQuality;
  const lines = qualityLines(quality, 40);
  expect(lines).toEqual([
    ...["", "samples beside the data", "alike means p > 0.001 or a small", "difference"],
    "alike: It is 0.01 (p = 0.003).",
  ]);
});

test("labels without images are refused, for a model with classes and for one without", async () => {
  const console = { width: 80, print: expect.unreachable, note: expect.unreachable };
  const check = (classes?: string[]) => {
    const of = { path: "m", classes } as ImageModel;
    return checkOnImages(of, undefined, { seed: 0, labels: "l.npy" }, console);
  };
  await expect(check(["a", "b"])).rejects.toThrow(DomainError);
  await expect(check(["a", "b"])).rejects.toThrow(
    "--labels: there are no images that l.npy could be of; name these after the model, or leave it out",
  );
  await expect(check()).rejects.toThrow("--labels: m was fitted without classes; leave it out");
});
