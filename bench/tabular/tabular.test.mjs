import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { hostRandom } from "../../packages/pushforward/dist/numerics/host-random.js";
import { unfinishedRun } from "../training/unfinished.mjs";
import { dataSets } from "./data-sets.mjs";
import { flows, gaussian } from "./flows.mjs";
import { gaussianSettings, planOf } from "./measure.mjs";
import { readNpy } from "./npy.mjs";
import { page } from "./page.mjs";
import { drawPatches, patchesOf } from "./patches.mjs";

const folder = mkdtempSync(join(tmpdir(), "tabular-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** @param {string} kind @param {string} shape @param {Uint8Array} data */
function npy(kind, shape, data) {
  const text = `{'descr': '${kind}', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117);
  const head = Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, 118, 0]);
  return Buffer.concat([head, Buffer.from(`${text}\n`), data]);
}

describe("readNpy", () => {
  it("reads doubles and bytes, deflated or not", () => {
    const doubles = new Uint8Array(Float64Array.of(1.5, -2, 3).buffer);
    writeFileSync(join(folder, "a.npy"), npy("<f8", "(3,)", doubles));
    writeFileSync(join(folder, "b.npy.gz"), gzipSync(npy("|u1", "(1, 2)", Uint8Array.of(7, 255))));
    const [a, b] = ["a.npy", "b.npy.gz"].map((name) => readNpy(join(folder, name)));
    expect([Array.from(a.data), a.shape]).toEqual([[1.5, -2, 3], [3]]);
    expect([Array.from(b.data), b.shape]).toEqual([
      [7, 255],
      [1, 2],
    ]);
  });

  it("refuses what it would misread", () => {
    writeFileSync(join(folder, "c.npy"), npy("<f4", "(1,)", new Uint8Array(4)));
    expect(() => readNpy(join(folder, "c.npy"))).toThrow(/<f4/);
  });
});

describe("patches", () => {
  it("are pixels with noise, less their mean, without the last", () => {
    const pixels = Array.from({ length: 64 }, (_, i) => (i === 0 ? 128 : 0));
    const { data, shape } = patchesOf({ data: pixels, shape: [1, 64] }, hostRandom(1));
    expect(shape).toEqual([1, 63]);
    expect(data[0]).toBeGreaterThan((128 * 63) / 64 / 256 - 1 / 256);
    expect(data[0]).toBeLessThan((128 * 63) / 64 / 256 + 1 / 256);
    expect(data[1]).toBeLessThan(0);
  });

  it("come from whole places of the pictures, of both stacks", () => {
    // A stack of one bright and one dark picture, and one whose pixels tell their column.
    const plain = { data: new Uint8Array(2 * 8 * 8).fill(200, 64), shape: [2, 8, 8] };
    const ramp = Uint8Array.from({ length: 8 * 20 }, (_, i) => 10 * (i % 20));
    const { data, shape } = drawPatches(
      [plain, { data: ramp, shape: [1, 8, 20] }],
      400,
      hostRandom(2),
    );
    const slopes = Array.from({ length: shape[0] }, (_, i) =>
      Math.round((256 * (data[63 * i + 7] - data[63 * i])) / 7),
    );
    expect(new Set(slopes)).toEqual(new Set([0, 10]));
    // 2 places in the first stack, 13 in the second.
    const ramps = slopes.filter((slope) => slope === 10).length / slopes.length;
    expect(Math.abs(ramps - 13 / 15)).toBeLessThan(0.07);
  });
});

/** @param {string} id */
const setOf = (id) => dataSets.find((set) => set.id === id) ?? dataSets[0];
const rows = { data: new Float64Array(5 * 63), shape: /** @type {[number, number]} */ ([5, 63]) };
const split = {
  ...{ train: rows, validation: rows, test: rows },
  ...{ logScale: 0, dequantize: /** @type {const} */ ("none"), note: "" },
};
const given = { budgetSeconds: 60, seed: 0, testRows: 3 };

describe("the settings of a run", () => {
  it("are the paper's, and tell budgets apart", () => {
    const nsf = flows.find(({ id }) => id === "nsf") ?? flows[0];
    const { settings, mostSteps } = planOf(nsf, setOf("bsds300"), split, given);
    expect(settings).toMatchObject({ batchSize: 512, learningRate: 5e-4, testRows: 3 });
    expect(mostSteps).toBe(400_000);
    const longer = planOf(nsf, setOf("bsds300"), split, { ...given, budgetSeconds: 120 });
    expect(longer.settings).not.toEqual(settings);
  });
});

describe("the page", () => {
  const result = {
    ...{ logLikelihood: 96.19, standardError: 0.13, parameters: 2079, seconds: 1, training: null },
  };
  const entries = ["bsds300", "power"].map((id) => ({
    settings: gaussianSettings(setOf(id), split, given),
    result,
  }));
  const text = page(entries, dataSets, [gaussian, ...flows]);

  it("sets published numbers beside results on the same data, and beside no others", () => {
    expect(text).toContain("| Gaussian | 96.19 ± 0.26 | 96.67 ± 0.25 | 2,079 |");
    expect(text).toContain("| Gaussian | 96.19 ± 0.26 | 2,079 |");
    expect(text).toContain("not to be compared with published numbers");
  });

  it("has no line for what was not run", () => {
    expect(text).not.toContain("RQ-NSF");
    expect(text).not.toContain("kin8nm");
  });
});

describe("unfinishedRun", () => {
  it("goes on with equal settings only", () => {
    const run = unfinishedRun(folder, "a", { budget: 1 });
    expect(run.read()).toBeUndefined();
    run.keep({ steps: 20, seconds: 3, checkpoint: Uint8Array.of(1, 2) });
    expect(run.read()).toMatchObject({ steps: 20, seconds: 3 });
    expect(unfinishedRun(folder, "a", { budget: 2 }).read()).toBeUndefined();
    run.remove();
    expect(run.read()).toBeUndefined();
  });
});
