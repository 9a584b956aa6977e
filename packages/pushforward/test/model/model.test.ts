import {
  cdfFlow,
  DataError,
  DomainError,
  fit,
  load,
  Model,
  nsf,
  PushforwardError,
  realNVP,
  ShapeError,
} from "pushforward";
import { beforeAll, describe, expect, test } from "vitest";
import { affine } from "../../src/bijectors/affine.ts";
import { fixedAffine } from "../../src/bijectors/fixed-affine.ts";
import { defineDistribution } from "../../src/core/distribution.ts";
import { normal, transformed, uniform } from "../../src/distributions/index.ts";
import { np, random, ready } from "../../src/engine/index.ts";
import { rejection } from "../support/collect.ts";
import { correlatedNormal, correlatedNormalLogProb, estimate, mean } from "../support/draws.ts";

const rows = correlatedNormal(2000, 1);
let model: Model;

beforeAll(async () => {
  const flow = nsf({ features: 2, layers: 2, hidden: [16], bins: 4 });
  // As many rows for validation: a tenth of them may like the weights of an early step best.
  const validation = correlatedNormal(2000, 2);
  model = await fit(flow, rows, { steps: 400, learningRate: 1e-2, schedule: "cosine", validation });
});

const closeTo = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number) => {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(actual[i]! - expected[i]!)).toBeLessThan(tolerance);
  }
};

describe("logProb", () => {
  test("is near the true log-density, in the units of the data", async () => {
    const truth = rows.map(correlatedNormalLogProb);
    expect(mean(await model.logProb(rows))).toBeCloseTo(mean(truth), 1);
  });

  test("shifts by exactly -log|scale| when the data are scaled", async () => {
    const scales = [1000, 0.02];
    const scaled = rows.map((row) => row.map((value, i) => value * scales[i]! + 3 * scales[i]!));
    const options = { steps: 20, learningRate: 1e-3 };
    const flow = () => realNVP({ features: 2, layers: 2, hidden: [8] });
    const plain = await (await fit(flow(), rows, options)).logProb(rows);
    const other = await (await fit(flow(), scaled, options)).logProb(scaled);
    const shift = Math.log(1000) + Math.log(0.02);
    closeTo(
      other.map((value) => value + shift),
      plain,
      2e-3,
    );
  });

  test("does not depend on how many rows are asked for at once", async () => {
    const many = correlatedNormal(4097, 2);
    const all = await model.logProb(many);
    expect(all).toHaveLength(4097);
    for (const count of [0, 1, 15, 16, 17, 1000, 4096]) {
      const part = await model.logProb(many.slice(0, count));
      closeTo(part, all.subarray(0, count), 1e-5);
    }
  });

  test("reads rows in every form", async () => {
    const some = rows.slice(0, 5);
    const expected = await model.logProb(some);
    expect(await model.logProb(some.flat())).toEqual(expected);
    expect(await model.logProb(Float64Array.from(some.flat()))).toEqual(expected);
    expect(await model.logProb({ data: some.flat(), shape: [5, 2] })).toEqual(expected);
    expect(await model.logProb(some.map((row) => Float32Array.from(row)))).toHaveLength(5);
  });

  test("is finite far outside of the data", async () => {
    const far = [
      [1e6, -1e6],
      [-30, 1e10],
    ];
    expect((await model.logProb(far)).every((value) => value < -100)).toBe(true);
  });
});

describe("evaluate", () => {
  test("is the mean of logProb, with its standard error", async () => {
    const values = await model.logProb(rows);
    const { logProb, standardError, rows: count } = await model.evaluate(rows);
    expect(logProb).toBeCloseTo(mean(values), 6);
    const variance = mean(values.map((value) => (value - logProb) ** 2));
    expect(standardError).toBeCloseTo(Math.sqrt(variance / (2000 - 1)), 6);
    expect(count).toBe(2000);
    expect((await model.evaluate(rows.slice(0, 1))).standardError).toBeNaN();
  });

  test("refuses no rows", async () => {
    expect(await rejection(model.evaluate([]))).toBeInstanceOf(DataError);
  });
});

describe("sample", () => {
  test("draws from the density: its moments by quadrature and by sampling agree", async () => {
    const { data, shape } = await model.sample(20_000, { seed: 1 });
    expect(shape).toEqual([20_000, 2]);
    const draws = Array.from({ length: 20_000 }, (_, i) => [data[2 * i]!, data[2 * i + 1]!]);
    const cell = 0.05;
    const axis = Array.from({ length: 280 }, (_, i) => (i - 139.5) * cell);
    const points = axis.flatMap((a) => axis.map((b) => [a, b]));
    const weights = (await model.logProb(points)).map((value) => Math.exp(value) * cell ** 2);
    const moments: ((row: number[]) => number)[] = [
      ([a]) => a!,
      ([, b]) => b!,
      ([a]) => a! ** 2,
      ([, b]) => b! ** 2,
      ([a, b]) => a! * b!,
    ];
    for (const moment of moments) {
      const exact = points.reduce((sum, point, i) => sum + moment(point) * weights[i]!, 0);
      const { value, standardError } = estimate(draws.map(moment));
      expect(Math.abs(value - exact)).toBeLessThan(4 * standardError);
    }
  });

  test("repeats itself with a seed, and differs with another; the default is 0", async () => {
    const { data } = await model.sample(50, { seed: 7 });
    expect((await model.sample(50, { seed: 7 })).data).toEqual(data);
    expect((await model.sample(50, { seed: 8 })).data).not.toEqual(data);
    expect((await model.sample(50)).data).toEqual((await model.sample(50, { seed: 0 })).data);
  });

  test("every bit of a seed counts, in trace as well", async () => {
    const seeds = [1, 1 + 2 ** 32, 1 + 2 ** 40, -1, 2 ** 32 - 1, Number.MIN_SAFE_INTEGER];
    const draws = new Set<string>();
    const bases = new Set<string>();
    for (const seed of seeds) {
      draws.add((await model.sample(20, { seed })).data.join());
      bases.add((await model.trace(20, { seed }))[0]!.data.join());
    }
    expect(draws.size).toBe(seeds.length);
    expect(bases.size).toBe(seeds.length);
  });

  test("more than a batch: as many as asked for, none repeated", async () => {
    const { data, shape } = await model.sample(9000);
    expect(shape).toEqual([9000, 2]);
    expect(new Set(data.filter((_, i) => i % 2 === 0)).size).toBeGreaterThan(8990);
  });

  test.each([0, -1, 1.5, Number.NaN, Infinity])("refuses a count of %d", async (count) => {
    for (const call of [() => model.sample(count), () => model.trace(count)]) {
      const error = await rejection(call());
      expect(error).toBeInstanceOf(DomainError);
      expect(error.message).toContain(`positive integer, got ${count}`);
    }
  });
});

test.each([1.5, Number.NaN, Infinity, 2 ** 53])("no method takes %d for a seed", async (seed) => {
  const calls: [string, Promise<unknown>][] = [
    ["sample", model.sample(3, { seed })],
    ["trace", model.trace(3, { seed })],
    ["evaluate", model.evaluate(rows, { seed })],
    ["check", model.check(rows, { seed })],
  ];
  for (const [name, call] of calls) {
    const error = await rejection(call);
    expect(error).toBeInstanceOf(DomainError);
    expect(error.message).toContain(`${name}: seed must be an integer`);
  }
});

describe("encode and decode", () => {
  test("undo each other", async () => {
    const some = rows.slice(0, 100);
    const latents = await model.encode(some);
    expect(latents.shape).toEqual([100, 2]);
    closeTo((await model.decode(latents)).data, some.flat(), 1e-4);
    const again = await model.encode(await model.decode(latents));
    closeTo(again.data, latents.data, 1e-4);
  });

  test("latents of data are nearly standard normal and uncorrelated", async () => {
    const { data } = await model.encode(rows);
    const first = data.filter((_, i) => i % 2 === 0);
    const second = data.filter((_, i) => i % 2 === 1);
    for (const column of [first, second]) {
      expect(Math.abs(mean(column))).toBeLessThan(0.1);
      expect(Math.abs(mean(column.map((value) => value ** 2)) - 1)).toBeLessThan(0.15);
    }
    expect(Math.abs(mean(first.map((value, i) => value * second[i]!)))).toBeLessThan(0.1);
  });

  test("no rows give no latents", async () => {
    expect(await model.encode([])).toEqual({ data: new Float32Array(0), shape: [0, 2] });
  });
});

describe("interpolate", () => {
  test("begins and ends at the rows, in equal steps of the latents", async () => {
    const path = await model.interpolate(rows[0]!, rows[1]!, { steps: 5 });
    expect(path.shape).toEqual([5, 2]);
    closeTo(path.data.subarray(0, 2), rows[0]!, 1e-4);
    closeTo(path.data.subarray(8), rows[1]!, 1e-4);
    const { data } = await model.encode(path);
    for (let i = 2; i < 8; i++) {
      expect(data[i]).toBeCloseTo((data[i - 2]! + data[i + 2]!) / 2, 3);
    }
    expect((await model.interpolate(rows[0]!, rows[1]!)).shape).toEqual([9, 2]);
  });

  test.each([0, 1, 2.5, Number.NaN])("refuses %d steps", async (steps) => {
    const error = await rejection(model.interpolate([0, 0], [1, 1], { steps }));
    expect(error).toBeInstanceOf(DomainError);
  });

  test("refuses rows of another size", async () => {
    expect(await rejection(model.interpolate([0], [1, 1]))).toBeInstanceOf(ShapeError);
  });
});

describe("trace", () => {
  test.each([5, 16, 100, 5000])(
    "goes from the base to what sample draws (%d rows)",
    async (count) => {
      const stages = await model.trace(count, { seed: 3 });
      const samples = await model.sample(count, { seed: 3 });
      expect(stages[0]!.name).toBe("base: normal");
      expect(stages.map(({ name }) => name).slice(1)).toEqual([
        "luLinear",
        "coupling",
        "luLinear",
        "coupling",
        "luLinear",
        "fixedAffine",
      ]);
      for (const stage of stages) expect(stage.shape).toEqual([count, 2]);
      closeTo(stages.at(-1)!.data, samples.data, 1e-4);
      const latents = await model.encode(samples);
      closeTo(stages[0]!.data, latents.data, 1e-3);
    },
  );

  test("a bare distribution has no layers", async () => {
    await ready();
    const bare = new Model({ flow: normal({ shape: [2] }), params: {} });
    expect(await rejection(bare.trace(3))).toBeInstanceOf(DomainError);
    expect((await bare.sample(3)).shape).toEqual([3, 2]);
    expect((await bare.encode([[1, 2]])).data).toEqual(Float32Array.of(1, 2));
  });
});

describe("check", () => {
  test("passes on data and on samples", async () => {
    for (const report of [await model.check(rows), await model.check()]) {
      expect(report.items.filter(({ ok }) => !ok)).toEqual([]);
      expect(report.ok).toBe(true);
    }
  });

  test("refuses no rows", async () => {
    expect(await rejection(model.check([]))).toBeInstanceOf(DataError);
  });

  test("of many rows it reads 1000 from all over, which the seed decides", async () => {
    const many = correlatedNormal(5000, 3);
    const look = async (seed: number) => {
      const { list, read } = watched(many);
      await model.check(list, { seed });
      return [...read()].sort((a, b) => a - b);
    };
    const seen = await look(1);
    expect(seen.length).toBeLessThanOrEqual(1001);
    expect(seen.filter((index) => index >= 4000).length).toBeGreaterThan(150);
    expect(await look(1)).toEqual(seen);
    expect(await look(2)).not.toEqual(seen);
  });

  test("names a bad row by its place among all", async () => {
    const bad = correlatedNormal(3000, 3).map((row, i) => (i % 7 === 5 ? [Number.NaN, 0] : row));
    const { message } = await rejection(model.check(bad));
    expect(Number(/^check: row (\d+), column 0: NaN/.exec(message)?.[1]) % 7).toBe(5);
  });
});

/** A list with the indices that were read of it. */
function watched<T>(list: T[]): { list: T[]; read: () => Set<number> } {
  const indices = new Set<number>();
  const get = (target: T[], key: string | symbol) => {
    if (typeof key === "string" && /^\d+$/.test(key)) indices.add(Number(key));
    return Reflect.get(target, key);
  };
  return { list: new Proxy(list, { get }), read: () => indices };
}

describe("dispose", () => {
  const copy = async () => load((await model.toBytes()).slice().buffer);

  test("lets the calls under way finish", async () => {
    const many = correlatedNormal(5000, 4);
    const calls = (one: Model): Promise<unknown>[] => [
      one.logProb(many),
      one.evaluate(many),
      one.sample(5000),
      one.encode(many),
      one.decode(many),
      one.interpolate(rows[0]!, rows[1]!),
      one.trace(50),
      one.check(many),
      one.toBytes(),
    ];
    const doomed = await copy();
    const running = calls(doomed);
    doomed.dispose();
    expect(await Promise.all(running)).toEqual(await Promise.all(calls(model)));
  });

  test("may be repeated; whatever is called later rejects and says why", async () => {
    const doomed = await copy();
    await doomed.logProb(rows);
    doomed.dispose();
    doomed.dispose();
    const calls: [string, Promise<unknown>][] = [
      ["logProb", doomed.logProb(rows)],
      ["evaluate", doomed.evaluate(rows)],
      ["sample", doomed.sample(2)],
      ["encode", doomed.encode(rows)],
      ["decode", doomed.decode(rows)],
      ["interpolate", doomed.interpolate([0, 0], [1, 1])],
      ["trace", doomed.trace(2)],
      ["check", doomed.check()],
      ["toBytes", doomed.toBytes()],
      ["save", doomed.save("never-written.safetensors")],
    ];
    for (const [name, call] of calls) {
      const error = await rejection(call);
      expect(error).toBeInstanceOf(DomainError);
      expect(error.message).toContain(`${name}: this model was disposed`);
    }
  });
});

describe("what a model says of itself", () => {
  test("shape, context, name, parameters", () => {
    expect(model.shape).toEqual([2]);
    expect(model.condShape).toBeNull();
    expect(model.flowName).toBe("nsf");
    expect(model.columns).toEqual([{}, {}]);
  });

  test("the parameter count is that of the file", async () => {
    const bytes = await model.toBytes();
    const headerBytes = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    expect(model.parameterCount).toBe((bytes.length - 8 - headerBytes) / 4);
  });

  test("the summary names flow, parameters, base and layers", () => {
    const summary = model.summary();
    expect(summary).toContain("nsf: density of events of shape [2]");
    expect(summary).toContain(`parameters: ${model.parameterCount.toLocaleString("en-US")}`);
    expect(summary).toContain("base: normal");
    expect(summary).toMatch(/base to data: .*luLinear.*coupling.*fixedAffine/);
  });
});

describe("bad rows", () => {
  test("each method names itself, the row and the column", async () => {
    const named = new Model({
      flow: transformed({
        base: normal({ shape: [2] }),
        bijector: fixedAffine({ shift: [0, 0], scale: [1, 1] }),
      }),
      params: { base: {}, bijector: {} },
      columns: [{ name: "height" }, { name: "weight" }],
    });
    const bad = [
      [1, 2],
      [1, Number.NaN],
    ];
    for (const method of ["logProb", "evaluate", "encode", "check"] as const) {
      const error = await rejection(named[method](bad));
      expect(error).toBeInstanceOf(DataError);
      expect(error.message).toContain(`${method}: row 1, column "weight": NaN`);
      const wide = await rejection(named[method]([[1, 2, 3]]));
      expect(wide).toBeInstanceOf(ShapeError);
      expect(wide.message).toContain(`${method}: row 0 has 3 numbers, expected 2`);
    }
    expect(await rejection(named.decode([[1]]))).toBeInstanceOf(PushforwardError);
  });
});

test("a base may take the context that the layers do not", async () => {
  await ready();
  const shifted = defineDistribution<Record<string, never>>({
    kind: "shifted",
    shape: [1],
    condShape: [1],
    options: {},
    init: () => ({}),
    logProb: (_, x, cond) => {
      const z = x.sub(cond!);
      return z.ref.mul(z).sum(1).mul(-0.5);
    },
    sampleAndLogProb: (_, key, count, cond) => {
      const z = random.normal(key, [count, 1]);
      return [
        z.ref.add(cond!),
        z
          .sum(1)
          .mul(0)
          .add(np.zeros([count])),
      ];
    },
  });
  const flow = transformed({ base: shifted, bijector: fixedAffine({ shift: [0], scale: [2] }) });
  const model = new Model({ flow, params: { base: {}, bijector: {} } });
  const context = [100];
  expect((await model.encode([4], { context })).data[0]).toBeCloseTo(2, 5);
  expect((await model.decode([2], { context })).data[0]).toBeCloseTo(4, 5);
  const stages = await model.trace(4, { context });
  expect(stages.at(-1)!.data[0]).toBeCloseTo((await model.sample(4, { context })).data[0]!, 3);

  const many = Array.from({ length: 3000 }, (_, i) => [i]);
  const [events, contexts] = [watched(many), watched(many)];
  await model.check(events.list, { context: contexts.list });
  // The first is looked at to tell a list of rows from a list of numbers.
  expect(contexts.read()).toEqual(events.read());
  expect(contexts.read().size).toBeLessThanOrEqual(1001);
});

test("decode knows the support of other bases, each column's own, with the rounding of its ends", async () => {
  const base = uniform({ shape: [2], low: [1000, -1], high: [1000.7, 1] });
  const flow = transformed({ base, bijector: affine({ shape: [2] }) });
  const rows = [
    [1000.7, 0.3],
    [1000, -1],
    [1000.2, 1],
    [1000.4, 0],
  ];
  const box = await fit(flow, rows, { steps: 1, learningRate: 1e-12, standardize: false });
  const { data, shape } = await box.decode((await box.encode(rows)).data);
  closeTo(data, rows.flat(), 1e-3);
  expect(shape).toEqual([4, 2]);
  expect((await rejection(box.decode([rows[0]!, [1000.5, 1000.5]]))).message).toContain(
    "here from -1 to 1; row 1, column 1 is 1000.5.",
  );
  const beta = await fit(
    cdfFlow({ features: 1, components: 2, onto: "beta" }),
    [[1], [2], [3], [4]],
    {
      steps: 1,
    },
  );
  const ends = (await beta.decode([[0], [0.01], [0.99], [1]])).data;
  expect([...ends]).toEqual([...ends].sort((a, b) => a - b));
  expect(ends.every(Number.isFinite)).toBe(true);
});

test("decode refuses latents outside the base's support, but for rounding", async () => {
  const flow = cdfFlow({ features: 1, components: 2, onto: "uniform" });
  const box = await fit(flow, [[0.1], [0.2], [0.3], [0.4]], { steps: 1 });
  const { data } = await box.decode([[0], [-1e-7], [0.5], [1], [1 + 1e-7]]);
  expect(data[1]).toBe(data[0]);
  expect(data[4]).toBe(data[3]);
  for (const outside of [-0.01, 1.01, 1e30]) {
    const error = await rejection(box.decode([[0.5], [outside]]));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toBe(
      "decode: latents must lie in the support of the base (uniform), here from 0 to 1; row 1, column 0 is " +
        `${outside}. Take latents from there, or such as encode gives.`,
    );
  }
  box.dispose();
});
