import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { zipSync } from "fflate";
import { afterAll, describe, expect, it } from "vitest";
import { hostRandom } from "../../packages/pushforward/dist/numerics/host-random.js";
import { unfinishedRun } from "../training/unfinished.mjs";
import { averagePrecision } from "./average-precision.mjs";
import { listSets, loadSet } from "./data-sets.mjs";
import { detection } from "./detection.mjs";
import { measure } from "./measure.mjs";
import { page } from "./page.mjs";
import { lacksPeers, peerScores } from "./peers.mjs";
import {
  flowDetectors,
  MANY_CELLS,
  MOST_ROWS,
  others,
  prepare,
  seedsFor,
  settingsOf,
} from "./plan.mjs";
import { idOf, openSetStore, setsIn } from "./set-store.mjs";

const folder = mkdtempSync(join(tmpdir(), "anomalies-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("averagePrecision", () => {
  it("is that of hand-made rankings", () => {
    // Ranks of the strange ones: 1 and 3 of 4, precisions 1/1 and 2/3.
    expect(averagePrecision([3, 1], [4, 2])).toBeCloseTo((1 + 2 / 3) / 2, 12);
    expect(averagePrecision([1, 2], [3, 4, Infinity])).toBe(1);
    // Last of 4: precision 1/4.
    expect(averagePrecision([2, 3, 4], [-Infinity])).toBe(0.25);
  });

  it("passes rows of equal scores together", () => {
    // All alike: recall goes from 0 to 1 at once, at the precision of all, 2/5.
    expect(averagePrecision([1, 1, 1], [1, 1])).toBeCloseTo(0.4, 12);
    // At 5 a strange one and a usual one, precision 1/2; at 2 one each again, 2/4; then a usual one.
    expect(averagePrecision([5, 2, 1], [5, 2])).toBeCloseTo(0.5, 12);
    // At 7 one strange of one, 1; at 3 two more among four, 3/5.
    expect(averagePrecision([3, 3], [7, 3, 3])).toBeCloseTo(1 / 3 + (2 / 3) * (3 / 5), 12);
  });

  it("refuses scores that cannot be ranked", () => {
    expect(() => averagePrecision([1], [])).toThrow(RangeError);
    expect(() => averagePrecision([Number.NaN], [1])).toThrow(RangeError);
  });
});

describe("detection", () => {
  it("takes high scores of rows with the label 1 for right", () => {
    const labels = Uint8Array.of(0, 1, 0, 1);
    expect(detection([1, 3, 2, 4], labels)).toEqual({ auroc: 1, averagePrecision: 1 });
    // One of the four pairs is in order, one is a tie.
    expect(detection([2, 2, 3, 4], labels).auroc).toBe(0.625);
    expect(() => detection([1, Number.NaN, 2, 3], labels)).toThrow("1 of 4 scores are not numbers");
  });
});

/** @param {string} kind @param {string} shape @param {boolean} byColumns @param {ArrayBuffer} data */
function npy(kind, shape, byColumns, data) {
  const order = byColumns ? "True" : "False";
  const text = `{'descr': '${kind}', 'fortran_order': ${order}, 'shape': ${shape}, }`.padEnd(117);
  const head = Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, 118, 0]);
  return new Uint8Array(Buffer.concat([head, Buffer.from(`${text}\n`), new Uint8Array(data)]));
}

/** Writes a set as ADBench has them, by columns. @param {string} id @param {number[][]} columns @param {number[]} labels */
function writeSet(id, columns, labels) {
  const cells = Float64Array.from(columns.flat());
  const shape = `(${labels.length}, ${columns.length})`;
  const files = {
    "X.npy": npy("<f8", shape, true, cells.buffer),
    "y.npy": npy(
      "<i8",
      `(${labels.length},)`,
      false,
      BigInt64Array.from(labels.map(BigInt)).buffer,
    ),
  };
  writeFileSync(join(folder, `${id}.npz`), zipSync(files));
}

// A cloud and three rows far from it; the third column is constant, the fourth repeats the first.
const random = hostRandom(3);
const labels = Array.from({ length: 120 }, (_, row) => Number(row >= 117));
const [a, b] = [0, 1].map(() => labels.map((label) => random.normal() + 9 * label));
writeSet("10_clouds", [a, b, labels.map(() => 7), a], labels);
writeSet(
  "9_small",
  [
    [1, 2, 3],
    [4, 5, 6],
  ],
  [0, 0, 1],
);

/** @param {string} id */
const detectorOf = (id) =>
  [...flowDetectors, ...others].find((each) => each.id === id) ?? others[0];

describe("loadSet", () => {
  it("reads arrays by columns and labels of 8 bytes; sets are in the order of their numbers", async () => {
    expect(listSets(folder)).toEqual([{ id: "9_small" }, { id: "10_clouds" }]);
    const { table, labels: found } = await loadSet(folder, "9_small");
    expect(table.columns.map(({ cells }) => [...cells])).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(Array.from(found)).toEqual([0, 0, 1]);
  });
});

describe("a plan", () => {
  it("has three seeds for small sets, one for others and for what has no seed", async () => {
    const set = await loadSet(folder, "9_small");
    const large = { ...set, table: { ...set.table, rows: MANY_CELLS } };
    expect(seedsFor(set, detectorOf("nsf"))).toEqual([0, 1, 2]);
    expect(seedsFor(set, detectorOf("ecod"))).toEqual([0]);
    expect(seedsFor(large, detectorOf("nsf"))).toEqual([0]);
  });

  it("trains on all rows of a set, on so many drawn at random of a large one", async () => {
    const set = await loadSet(folder, "10_clouds");
    expect(prepare(set, 0).encoded.shape).toEqual([120, 2]);
    const rows = MOST_ROWS + 1000;
    const cells = Float64Array.from({ length: rows }, () => random.normal());
    const kind = /** @type {const} */ ("number");
    const many = { ...set, table: { rows, columns: [{ name: "a", kind, cells }] } };
    const [first, second] = [prepare(many, 0), prepare(many, 1)];
    expect(first.encoded.shape).toEqual([MOST_ROWS, 1]);
    expect(first.chosen).not.toEqual(second.chosen);
  });

  it("tells settings apart that differ in steps or flow", async () => {
    const set = await loadSet(folder, "10_clouds");
    const prepared = prepare(set, 0);
    /** @param {string} id @param {number} steps */
    const settings = (id, steps) => settingsOf(set, prepared, detectorOf(id), steps);
    expect(settings("nsf", 10)).not.toEqual(settings("nsf", 20));
    expect(settings("nsf", 10).model).not.toBe(settings("maf", 10).model);
    expect(settings("gaussian", 10)).toEqual(settings("gaussian", 20));
    expect(settings("nsf", 10)).toMatchObject({ rows: 120, columns: 4, anomalies: 3 });
  });
});

/** @param {string} id @param {Partial<import("./measure.mjs").Hooks>} [hooks] */
async function measured(id, hooks = {}) {
  const set = await loadSet(folder, "10_clouds");
  const prepared = prepare(set, 0);
  const detector = detectorOf(id);
  const settings = settingsOf(set, prepared, detector, 20);
  const unfinished = unfinishedRun(folder, id, settings);
  const { signal } = new AbortController();
  const given = { steps: 20, python: "" };
  const all = { signal, onProgress: undefined, unfinished, ...hooks };
  const { auroc, averagePrecision, outside, training } = await measure(
    set,
    prepared,
    detector,
    given,
    all,
  );
  return { auroc, averagePrecision, outside, training };
}

describe("measure", () => {
  it("finds rows far from all others, with a flow and with the baselines", async () => {
    for (const id of ["maf", "gaussian", "mixture"]) {
      expect(await measured(id), id).toMatchObject({ auroc: 1, averagePrecision: 1, outside: 0 });
    }
  });

  it("goes on with a training that was stopped, to the same end", async () => {
    const whole = await measured("maf");
    unfinishedRun(folder, "maf", null).remove();
    const stop = new AbortController();
    /** @param {import("../../packages/pushforward/dist/index.js").FitProgress} progress */
    const onProgress = (progress) => {
      if (progress.type === "step" && progress.step === 11) stop.abort();
    };
    await expect(measured("maf", { signal: stop.signal, onProgress })).rejects.toThrow();
    const steps = new Set();
    const rest = await measured("maf", {
      onProgress: (progress) => progress.type === "step" && steps.add(progress.step),
    });
    expect(Math.min(...steps)).toBeGreaterThan(1);
    expect(rest).toEqual(whole);
  });
});

describe("the peers", () => {
  it("say why they cannot run", async () => {
    expect(await lacksPeers(join(folder, "none"))).toContain("ENOENT");
    const { signal } = new AbortController();
    const request = { path: join(folder, "none"), detector: "ecod", seed: 0, train: undefined };
    await expect(peerScores(join(folder, "none"), request, signal)).rejects.toThrow("ENOENT");
  });
});

/** @param {string} detector @param {number} seed @param {number} auroc @returns {import("./set-store.mjs").Entry} */
const entry = (detector, seed, auroc) => ({
  settings: { detector, seed, rows: 100, trainRows: 100, columns: 3, anomalies: 5, steps: 10 },
  result: { auroc, averagePrecision: auroc / 2, fitSeconds: 1, scoreSeconds: 0.1 },
});

describe("a set's file", () => {
  it("keeps a run per detector and seed, the last one", () => {
    const out = join(folder, "out");
    const store = openSetStore(out, "9_small");
    for (const each of [entry("nsf", 1, 0.5), entry("nsf", 0, 0.6), entry("nsf", 1, 0.7)]) {
      store.write(idOf(each.settings), each);
    }
    openSetStore(out, "10_clouds").write("nsf-0", entry("nsf", 0, 0.9));
    expect(setsIn(out)).toEqual([
      { set: "9_small", runs: [entry("nsf", 0, 0.6), entry("nsf", 1, 0.7)] },
      { set: "10_clouds", runs: [entry("nsf", 0, 0.9)] },
    ]);
    const { settings } = entry("nsf", 1, 0.7);
    expect(store.holds("nsf-1", settings)).toBe(true);
    expect(store.holds("nsf-1", { ...settings, steps: 11 })).toBe(false);
    expect(store.holds("maf-0", settings)).toBe(false);
  });
});

describe("the page", () => {
  const detectors = ["nsf", "iforest", "ecod"].map(detectorOf);
  const sets = [
    {
      set: "9_small",
      runs: [entry("nsf", 0, 0.5), entry("nsf", 1, 0.7), entry("iforest", 0, 0.8)].concat(
        entry("ecod", 0, 0.6),
      ),
    },
    {
      set: "10_clouds",
      runs: [entry("nsf", 0, 0.4), entry("iforest", 0, 0.3), entry("ecod", 0, 0.45)],
    },
    {
      set: "11_failed",
      runs: [
        { settings: entry("nsf", 0, 0).settings, failure: "it broke" },
        entry("iforest", 0, 1),
        entry("ecod", 0, 1),
      ],
    },
  ];
  const text = page(sets, detectors);

  it("has means over seeds, and over the sets that all have results of means and ranks", () => {
    expect(text).toContain("| small | 100 | 3 | 5 (5.0 %) | 0.600 | **0.800** | 0.600 |");
    expect(text).toContain("| failed | 100 | 3 | 5 (5.0 %) | failed | **1.000** | **1.000** |");
    expect(text).toContain("| mean over 2 sets |  |  |  | 0.500 | 0.550 | 0.525 |");
    // Ranks 2.5, 1, 2.5 and 2, 3, 1.
    expect(text).toContain("| mean rank over 2 sets |  |  |  | 2.25 | 2.00 | 1.75 |");
  });

  it("says where flows fail, and why a run did", () => {
    expect(text).toContain("(AUROC under 0.5) on clouds (0.400)");
    expect(text).toContain(
      "lower by more than 0.05 on small, and higher by more than 0.05 on clouds",
    );
    expect(text).toContain("- failed, nsf, seed 0: it broke");
  });
});

const shared = fileURLToPath(new URL("../../../shared/data/adbench", import.meta.url));

describe.skipIf(!existsSync(shared))("the sets of ADBench, where they are", () => {
  it("are 25, with the rows and anomalies that they are known to have", async () => {
    expect(listSets(shared)).toHaveLength(25);
    const { table, labels: found } = await loadSet(shared, "4_breastw");
    expect([table.rows, table.columns.length]).toEqual([683, 9]);
    expect(found.reduce((sum, label) => sum + label, 0)).toBe(239);
  });
});
