import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  fit,
  fitGaussianMixture,
  load,
  Model,
  ModelFileError,
  nice,
  nsf,
  realNVP,
} from "pushforward";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chain, luLinear } from "../../src/bijectors/index.ts";
import { normal, transformed } from "../../src/distributions/index.ts";
import { ready } from "../../src/engine/index.ts";
import { decodeSafetensors, encodeSafetensors, type FileContents } from "../../src/io/index.ts";
import { rejection } from "../support/collect.ts";
import { correlatedNormal } from "../support/draws.ts";
import { faulty } from "../support/faulty-bijector.ts";

const rows = correlatedNormal(200, 1).map(([a, b]) => [Math.round(4 * a!), 50 + 9 * b!]);
const quick = { steps: 12, batchSize: 64, validateEvery: 4, columns: ["level", "weight"] };
let folder: string;
let bytes: Uint8Array;
let model: Model;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pushforward-model-"));
  model = await fit(realNVP({ features: 2, layers: 2, hidden: [8] }), rows, quick);
  bytes = await model.toBytes();
});
afterAll(() => rm(folder, { recursive: true }));

/** The file with something in it changed. */
function changed(change: (contents: FileContents) => void): Uint8Array {
  const contents = decodeSafetensors(bytes.slice(), "test");
  change(contents);
  return encodeSafetensors(contents.tensors, contents.metadata);
}

/** What `load` says to bytes that it must refuse. */
async function refusal(source: Uint8Array | string): Promise<string> {
  const error = await rejection(load(source));
  expect(error).toBeInstanceOf(ModelFileError);
  expect(error.message).not.toContain("\n");
  return error.message;
}

describe("save and load", () => {
  const builders = {
    nsf: nsf({ features: 2, layers: 2, hidden: [8], bins: 4, bound: 4 }),
    realNVP: realNVP({ features: 2, layers: 2, hidden: [8], activation: "tanh" }),
    nice: nice({ features: 2, layers: 3, hidden: [8, 8] }),
    bare: normal({ shape: [2], covariance: "full" }),
    "full base": transformed({
      base: normal({ shape: [2], covariance: "diagonal" }),
      bijector: chain({ bijectors: [luLinear({ shape: [2] })] }),
      name: "linear",
    }),
  };

  test.each(Object.entries(builders))("%s: equal to the bit", async (name, flow) => {
    const path = join(folder, `${name}.safetensors`);
    const before = await fit(flow, rows, quick);
    await before.save(path);
    const after = await load(path);
    expect(await after.logProb(rows)).toEqual(await before.logProb(rows));
    expect(await after.sample(20, { seed: 3 })).toEqual(await before.sample(20, { seed: 3 }));
    expect(await after.encode(rows)).toEqual(await before.encode(rows));
    expect(after.summary()).toBe(before.summary());
    expect(after.flowName).toBe(before.flowName);
    expect(after.columns).toEqual(before.columns);
    expect(after.history).toEqual(before.history);
    expect(after.history.length).toBeGreaterThan(0);
    expect(await after.toBytes()).toEqual(await before.toBytes());
  });

  test("a conditional flow and a mixture, from bytes", async () => {
    const context = rows.map(([level]) => [level!]);
    const column = rows.map(([, weight]) => weight!);
    const flow = nsf({ features: 1, context: 1, layers: 1, hidden: [8], bins: 4 });
    const before = await fit(flow, column, { steps: 4, context });
    const after = await load(await before.toBytes());
    expect(after.condShape).toEqual([1]);
    expect(await after.logProb(column, { context })).toEqual(
      await before.logProb(column, { context }),
    );
    const mixture = await fitGaussianMixture(rows, { maxComponents: 2 });
    const loaded = await load(await mixture.toBytes());
    expect(await loaded.logProb(rows)).toEqual(await mixture.logProb(rows));
    expect(loaded.flowName).toBe(mixture.flowName);
  });

  test("a history with a validation that was not finite", async () => {
    await ready();
    const history = [
      { step: 1, train: 2.5, validation: Number.NaN },
      { step: 2, train: 2, validation: 1.5 },
    ];
    const flow = normal({ shape: [2] });
    const odd = new Model({ flow, params: {}, history });
    expect((await load(await odd.toBytes())).history).toEqual(history);
  });

  test("the file is safetensors: dotted names, JSON in the metadata", () => {
    const { tensors, metadata } = decodeSafetensors(bytes, "test");
    expect(tensors.size).toBeGreaterThan(4);
    for (const [name, { dtype }] of tensors) {
      expect(name).toMatch(/^bijector(\.\w+)+$/);
      expect(dtype).toBe("F32");
    }
    expect(metadata).toMatchObject({ format: "pushforward", version: "2" });
    expect(JSON.parse(metadata.flow!)).toMatchObject({ distribution: "transformed" });
    expect(JSON.parse(metadata.columns!)[0]).toMatchObject({ name: "level", step: 1 });
    const total = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
    expect(total).toBe(model.parameterCount);
  });

  test("saving over a file replaces it whole and leaves nothing beside it", async () => {
    const own = await mkdtemp(join(folder, "atomic-"));
    const path = join(own, "model.safetensors");
    await writeFile(path, "x".repeat(bytes.length * 2));
    await model.save(path);
    expect(new Uint8Array(await readFile(path))).toEqual(new Uint8Array(bytes));
    expect(await readdir(own)).toEqual(["model.safetensors"]);
    await expect(model.save(join(own, "no", "folder"))).rejects.toBeInstanceOf(ModelFileError);
    expect(await readdir(own)).toEqual(["model.safetensors"]);
  });

  test("a bijector of one's own, through its factory", async () => {
    const flow = transformed({
      base: normal({ shape: [2] }),
      bijector: faulty({ size: 2, fault: "large inputs" }),
    });
    const before = await fit(flow, rows, quick);
    const own = await before.toBytes();
    const after = await load(own, { factories: { bijector: { faulty } } });
    expect(await after.logProb(rows)).toEqual(await before.logProb(rows));
    const message = await refusal(own);
    expect(message).toContain('bijector of the unknown kind "faulty"');
    expect(message).toContain("factories: { bijector: { faulty } }");
    const path = join(folder, "own.safetensors");
    await writeFile(path, own);
    expect(await refusal(path)).toContain("own.safetensors: it has a bijector of the unknown");
    await expect(load(own, { factories: { layer: { faulty } } as never })).rejects.toThrow(
      /^load: factories: there is no option "layer"\. There are: bijector, distribution, network, /,
    );
  });
});

describe("a file that cannot be read is refused", () => {
  test("absent, empty, truncated anywhere", async () => {
    expect(await refusal(join(folder, "absent.safetensors"))).toContain("absent.safetensors");
    const path = join(folder, "empty.safetensors");
    await writeFile(path, "");
    expect(await refusal(path)).toContain("empty.safetensors");
    const lengths = Array.from({ length: 60 }, (_, i) => Math.floor((i / 60) * bytes.length));
    for (const length of [...lengths, bytes.length - 1]) await refusal(bytes.slice(0, length));
  });

  test("with bytes at its end, and of another kind", async () => {
    await refusal(Uint8Array.from([...bytes, 0]));
    await refusal(new TextEncoder().encode("a,b\n1,2\n3,4\n"));
    await refusal(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0));
  });

  test("a byte changed anywhere in the header gives the model or a ModelFileError", async () => {
    const headerBytes = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    for (let at = 0; at < headerBytes + 8; at += 13) {
      const damaged = bytes.slice();
      damaged[at] = damaged[at]! ^ 0x11;
      await load(damaged).then(
        (loaded) => loaded.dispose(),
        (error) => expect(error).toBeInstanceOf(ModelFileError),
      );
    }
  });

  test("a foreign safetensors file", async () => {
    const tensor = { dtype: "F32", shape: [2], data: Float32Array.of(1, 2) } as const;
    const foreign = encodeSafetensors(new Map([["weight", tensor]]), { format: "pt" });
    expect(await refusal(foreign)).toContain("not a pushforward model");
    expect(await refusal(encodeSafetensors(new Map(), {}))).toContain("not a pushforward model");
  });

  test("an older format version, whose splines meant something else", async () => {
    const older = changed(({ metadata }) => void Object.assign(metadata, { version: "1" }));
    expect(await refusal(older)).toContain("Fit the model again");
  });

  test("a newer format version", async () => {
    for (const version of ["3", "2.5", "many"]) {
      const newer = changed(({ metadata }) => void Object.assign(metadata, { version }));
      const message = await refusal(newer);
      expect(message).toContain(`version ${version}`);
      expect(message).toContain("Update pushforward");
    }
  });

  test.each<[string, (contents: FileContents) => void, RegExp]>([
    [
      "a tensor of another shape",
      ({ tensors }) => {
        const [name, { data }] = [...tensors].find(([, { shape }]) => shape.length === 2)!;
        tensors.set(name, { dtype: "F32", shape: [data.length], data });
      },
      /parameter bijector\S+ should be F32 \[\d+, \d+\], found F32 \[\d+\]/,
    ],
    [
      "a tensor of another type",
      ({ tensors }) => {
        const [name, { shape, data }] = [...tensors][0]!;
        tensors.set(name, { dtype: "F64", shape, data: Float64Array.from(data as Float32Array) });
      },
      /should be F32 .* found F64/,
    ],
    [
      "a missing tensor",
      ({ tensors }) => void tensors.delete([...tensors.keys()][0]!),
      /found nothing/,
    ],
    [
      "a tensor too many",
      ({ tensors }) => tensors.set("more", { dtype: "F32", shape: [], data: Float32Array.of(1) }),
      /tensors for .* parameters/,
    ],
    [
      "NaN weights",
      ({ tensors }) => [...tensors.values()][0]!.data.fill(Number.NaN as never),
      /holds values that are not finite/,
    ],
    ["no flow", ({ metadata }) => void delete metadata.flow, /flow cannot be read/],
    ["no columns", ({ metadata }) => void delete metadata.columns, /columns cannot be read/],
    [
      "too few columns",
      ({ metadata }) => void Object.assign(metadata, { columns: "[{}]" }),
      /1 columns/,
    ],
    [
      "columns that are none",
      ({ metadata }) => void Object.assign(metadata, { columns: "null" }),
      /columns/,
    ],
    [
      "columns of nothing",
      ({ metadata }) => void Object.assign(metadata, { columns: "[null,1]" }),
      /columns/,
    ],
    [
      "a history that is none",
      ({ metadata }) => void Object.assign(metadata, { history: "{}" }),
      /history/,
    ],
  ])("%s", async (_, change, message) => {
    expect(await refusal(changed(change))).toMatch(message);
  });

  test.each<[string, unknown]>([
    ["null", null],
    ["a number", 5],
    ["a list", []],
    ["nothing", {}],
    ["not a distribution", { bijector: "affine", options: { shape: [2] } }],
    ["without options", { distribution: "normal" }],
    [
      "without options, inside",
      { distribution: "transformed", options: { base: { distribution: "normal" } } },
    ],
    ["options that are null", { distribution: "normal", options: null }],
    ["an unknown kind", { distribution: "levy", options: {} }],
    ["the constructor", { distribution: "constructor", options: {} }],
    ["__proto__", { distribution: "__proto__", options: {} }],
    ["toString", { distribution: "toString", options: {} }],
    ["a bad shape", { distribution: "normal", options: { shape: [-1] } }],
    [
      "a shape that fills the memory",
      { distribution: "normal", options: { shape: [1e15], covariance: "diagonal" } },
    ],
    ["another's factory", { distribution: "affine", options: { shape: [2] } }],
  ])("a spec that is %s", async (_, spec) => {
    const odd = changed(
      ({ metadata }) => void Object.assign(metadata, { flow: JSON.stringify(spec) }),
    );
    await refusal(odd);
  });

  test("a spec nested without end", async () => {
    const depth = 20_000;
    const flow = [
      '{"distribution":"normal","options":{"shape":'.repeat(depth),
      "}}".repeat(depth),
    ].join("1");
    await refusal(changed(({ metadata }) => void Object.assign(metadata, { flow })));
  });

  test("a spec that would reach for the prototype leaves it alone", async () => {
    const flow =
      '{"distribution":"normal","options":{"shape":[2],"__proto__":{"polluted":1},' +
      '"constructor":{"prototype":{"polluted":1}}},"__proto__":{"polluted":1}}';
    await refusal(changed(({ metadata }) => void Object.assign(metadata, { flow })));
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
});
