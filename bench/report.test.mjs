import { describe, expect, it } from "vitest";
import { cases, quickCases } from "./cases.mjs";
import { growthPicture, timesPicture } from "./pictures.mjs";
import { collect } from "./results.mjs";
import { tables } from "./tables.mjs";

const facts = {
  date: "2000-01-01",
  rounds: 2,
  threads: 1,
  affinity: true,
  machine: { cpu: "a CPU", processors: 2, memoryGiB: 8, system: "Linux 6", node: "20.19.0" },
};

/** @param {number[]} milliseconds @param {number} parameters */
const measured = (milliseconds, parameters) => ({
  milliseconds,
  memoryMiB: 100,
  firstResultMilliseconds: 1000,
  parameters,
  value: 1,
  versions: { engine: "1.0.0" },
  threads: "1",
  note: null,
});

const participants = ["pushforward-onnx", "nflows", "zuko"].map((id) => ({
  id,
  title: id,
  language: /** @type {const} */ ("python"),
  adapter: id,
  color: "#000000",
}));
const step = cases.filter(({ id }) => id === "train/rq-nsf-6-128-5-512");
const results = collect(facts, step, participants, [
  { case: "train/rq-nsf-6-128-5-512", library: "pushforward-onnx", outcome: measured([5, 4], 100) },
  { case: "train/rq-nsf-6-128-5-512", library: "nflows", outcome: measured([9, 30], 100) },
  { case: "train/rq-nsf-6-128-5-512", library: "zuko", outcome: { unavailable: "no wheel" } },
  { case: "train/rq-nsf-6-128-5-512", library: "pushforward-onnx", outcome: measured([8, 6], 100) },
  { case: "train/rq-nsf-6-128-5-512", library: "nflows", outcome: measured([8, 10], 110) },
  { case: "train/rq-nsf-6-128-5-512", library: "zuko", outcome: { unavailable: "no wheel" } },
]);

describe("collect", () => {
  it("takes minimum and median over the repetitions of all rounds", () => {
    const [own, nflows] = results.measurements;
    expect(own?.milliseconds).toEqual({ minimum: 4, median: 5.5, all: [5, 4, 8, 6] });
    expect(nflows?.milliseconds.minimum).toBe(8);
  });

  it("keeps the reason of a library that could not be measured", () => {
    expect(results.absences).toEqual([
      { case: "train/rq-nsf-6-128-5-512", library: "zuko", reason: "no wheel" },
    ]);
  });
});

describe("tables", () => {
  const text = tables(results);

  it("shows minimum and median, the fastest bold, and the others as multiples of its time", () => {
    expect(text).toContain("| RQ-NSF 6, 128, 5, 512 | **4 (5.5)** | 8 (9.5) |");
    expect(text).toContain("| RQ-NSF 6, 128, 5, 512 | 1.00 | 2.00 |");
  });

  it("says why a library is missing", () => {
    expect(text).toContain("zuko: no wheel (train/rq-nsf-6-128-5-512)");
  });

  it("marks parameter counts that deviate", () => {
    const one = step[0]?.id ?? "";
    const counts = [100, 100, 110].map((count, i) => ({
      case: one,
      library: participants[i]?.id ?? "",
      outcome: measured([1], count),
    }));
    const marked = tables(collect(facts, step, participants, counts));
    expect(marked).toContain("| RQ-NSF 6, 128, 5, 512 | 100 | 100 | 110 (+10 %) |");
  });
});

describe("pictures", () => {
  it("draws a dot per library and nothing for groups without cases", () => {
    const svg = timesPicture(results) ?? "";
    expect(svg).toContain("RQ-NSF 6, 128, 5, 512");
    expect(svg).not.toContain("A million rows");
    expect(growthPicture(results)).toBeNull();
  });
});

describe("cases", () => {
  it("have names of their own, the quick ones among them", () => {
    const ids = cases.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(quickCases).toHaveLength(4);
  });
});
