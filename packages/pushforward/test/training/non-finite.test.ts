import { type FitOptions, fit, NotFiniteError, nsf } from "pushforward";
import { describe, expect, test } from "vitest";
import { affine, chain, continuous, invert } from "../../src/bijectors/index.ts";
import { type Bijector, defineBijector } from "../../src/core/bijector.ts";
import { type Distribution, defineDistribution, type Flow } from "../../src/core/distribution.ts";
import { defineDynamics } from "../../src/core/dynamics.ts";
import { downloadParameters, layoutOf } from "../../src/core/parameters.ts";
import { keyOf } from "../../src/core/seed.ts";
import { normal, transformed, uniform } from "../../src/distributions/index.ts";
import { hostArray, type NDArray, np, ready } from "../../src/engine/index.ts";
import { decodeSafetensors } from "../../src/io/safetensors.ts";
import { concatSquash } from "../../src/networks/index.ts";
import { locateInTraining } from "../../src/training/non-finite.ts";
import { drawNoise, trainingNoise } from "../../src/training/training-noise.ts";
import { collect, rejection } from "../support/collect.ts";
import { correlatedNormal } from "../support/draws.ts";
import { type FaultyOptions, faulty } from "../support/faulty-bijector.ts";
import { liveBuffers } from "../support/live-buffers.ts";

const rows = correlatedNormal(200, 1);
const base = () => normal({ shape: [2] });
const flowOf = (bijector: Bijector) => transformed({ base: base(), bijector });
const flowWith = (fault: FaultyOptions["fault"]) =>
  flowOf(chain({ bijectors: [affine({ shape: [2] }), faulty({ size: 2, fault })] }));

/** No scaling, so that a value above 50 reaches the layer as it is. */
const options = {
  steps: 40,
  batchSize: 20,
  validateEvery: 2,
  learningRate: 0.01,
  schedule: "constant",
  standardize: false,
  validation: correlatedNormal(50, 2),
  patience: Infinity,
} satisfies FitOptions;

/** One row in 200 on which the layer fails: one batch in ten. */
const withOneBadRow = rows.map((row, i) => (i === 60 ? [60, 0] : row));

describe("a loss that is not finite now and then", () => {
  test("rolls back, halves the rate, says so, and ends with finite weights", async () => {
    const { model, notices, reports } = await collect(
      flowWith("large inputs"),
      withOneBadRow,
      options,
    );
    const rollbacks = notices.filter((notice) => notice.includes("not finite"));
    expect(rollbacks).toHaveLength(4);
    expect(rollbacks[0]).toMatch(
      /^Loss or gradient not finite at step \d+: went back to the weights of step \d+, learning rate now 0\.0050\.$/,
    );
    const rates = reports.flatMap((report) => (report.type === "step" ? report.learningRate : []));
    expect([...new Set(rates)]).toEqual([0, 1, 2, 3, 4].map((n) => 0.01 / 2 ** n));
    expect(rates).toHaveLength(36);
    expect(model.history.every(({ train }) => Number.isFinite(train))).toBe(true);
    expect((await model.logProb(rows)).every(Number.isFinite)).toBe(true);
  });

  test("goes back to the weights of the last good validation", async () => {
    const { reports, notices } = await collect(flowWith("large inputs"), withOneBadRow, options);
    const notice = notices.find((text) => text.includes("not finite")) as string;
    const [, failed, restored] = /at step (\d+): .* of step (\d+),/.exec(notice) as RegExpExecArray;
    const validated = reports.flatMap((report) =>
      report.type === "validation" && report.step < Number(failed) ? report.step : [],
    );
    expect(Number(restored)).toBe(validated.at(-1) ?? 0);
  });

  test("lowers the rate until the steps are small enough", async () => {
    const { model, notices } = await collect(flowWith("large weights"), rows, {
      ...options,
      learningRate: 1,
    });
    expect(notices.filter((notice) => notice.includes("not finite")).length).toBeGreaterThan(0);
    expect((await model.logProb(rows)).every(Number.isFinite)).toBe(true);
  });

  test("a run killed before a rollback goes on to the same losses", async () => {
    const full = await collect(flowWith("large inputs"), withOneBadRow, options);
    const failed = full.notices.map((text) => Number(/finite at step (\d+)/.exec(text)?.[1]));
    const odd = failed.findLast((step) => step % 2 === 0) as number;
    // Between the last validation and the failure: what is rolled back to is in the checkpoint.
    const checkpoints: Uint8Array[] = [];
    await collect(flowWith("large inputs"), withOneBadRow, {
      ...options,
      checkpointEvery: odd - 1,
      onCheckpoint: (bytes) => void checkpoints.push(bytes),
    });
    const resumed = await collect(flowWith("large inputs"), withOneBadRow, {
      ...options,
      resume: checkpoints[0]!,
    });
    expect(resumed.notices.some((text) => text.includes(`not finite at step ${odd}:`))).toBe(true);
    expect(resumed.losses).toEqual(full.losses.slice(-resumed.losses.length));
    expect(await resumed.model.toBytes()).toEqual(await full.model.toBytes());
  });
});

/** What goes wrong with a batch in which `bad`, a number, is 1 and not 0; finite otherwise. */
const spoilers = {
  "a NaN loss": (weight: NDArray, bad: NDArray) => {
    weight.dispose();
    return np.where(bad.greater(0), Number.NaN, 0);
  },
  "an infinite loss": (weight: NDArray, bad: NDArray) => {
    weight.dispose();
    return np.where(bad.greater(0), Infinity, 0);
  },
  "a NaN gradient": (weight: NDArray, bad: NDArray) => {
    const good = np.subtract(1, bad);
    // The length of a vector of zeros: 0, of slope 0 / 0.
    return np.sqrt(np.square(weight.mul(good.ref)).sum().add(good));
  },
  "a gradient whose norm overflows": (weight: NDArray, bad: NDArray) =>
    weight.sum().mul(bad).mul(1e30),
};

/** A normal distribution with a learned mean, spoiled by rows with a value above 50. */
function spoiled(fault: keyof typeof spoilers): Distribution {
  return defineDistribution<{ weight: NDArray }>({
    kind: "spoiled",
    shape: [2],
    options: {},
    init(key) {
      key.dispose();
      return { weight: np.zeros([2]) };
    },
    logProb({ weight }, x) {
      const bad = x.ref.max().greater(50).astype(np.float32);
      const squares = np.square(x.sub(weight.ref)).sum(1);
      return squares.mul(-0.5).add(spoilers[fault](weight, bad));
    },
    sampleAndLogProb() {
      throw new Error("not needed");
    },
  });
}

test.each(Object.keys(spoilers) as (keyof typeof spoilers)[])(
  "%s in one step does not reach the weights or the moments",
  async (fault) => {
    const controller = new AbortController();
    const checkpoints: Uint8Array[] = [];
    const notices: string[] = [];
    await rejection(
      fit(spoiled(fault), withOneBadRow, {
        ...options,
        validateEvery: 1,
        seed: 3,
        signal: controller.signal,
        onCheckpoint: (bytes) => void checkpoints.push(bytes),
        onProgress(report) {
          if (report.type !== "notice" || !report.message.includes("not finite")) return;
          notices.push(report.message);
          controller.abort();
        },
      }),
    );
    const [, failed, restored] = /at step (\d+): .* of step (\d+),/.exec(notices[0]!)!;
    expect(Number(restored)).toBeGreaterThan(0);
    expect(Number(restored)).toBeLessThan(Number(failed));
    const { tensors } = decodeSafetensors(checkpoints.at(-1)!, "checkpoint");
    for (const name of ["parameters", "mean", "square"]) {
      const now = tensors.get(`now.${name}`)!.data as Float32Array;
      expect(now).toEqual(tensors.get(`best.${name}`)!.data);
      expect(now.every((value) => Number.isFinite(value) && value !== 0)).toBe(true);
    }
  },
);

describe("a loss that stays not finite", () => {
  const { bijector: noisy } = (nsf({ features: 2, layers: 2, hidden: [8], dropout: 0.5 }) as Flow)
    .flow;
  const matched = continuous({
    ...{ shape: [2], matching: { deviation: 0.1 } },
    ...{ dynamics: concatSquash({ hidden: [3] }), solver: { method: "euler", steps: 1 } },
  });
  const broken = defineBijector({
    ...{ kind: "broken", shape: [2], options: {} },
    init(key) {
      key.dispose();
      return {};
    },
    forwardAndLogDet: (_, x) => [x.ref, x.sum(1)],
    inverseAndLogDet: (_, y) => [y.ref.mul(Number.NaN), y.sum(1)],
  });

  const failure = async (flow: Distribution, settings: FitOptions = options, data = rows) => {
    const error = await rejection(fit(flow, data, settings));
    expect(error).toBeInstanceOf(NotFiniteError);
    expect(error.message).not.toContain("\n");
    return error.message;
  };

  test("gives up after five rollbacks and names the layer by path and kind", async () => {
    const reports: string[] = [];
    const message = await failure(flowWith("always"), {
      ...options,
      onProgress: (report) => void (report.type === "notice" && reports.push(report.message)),
    });
    expect(reports.filter((report) => report.includes("not finite"))).toHaveLength(5);
    expect(message).toContain("for the 6th time");
    expect(message).toContain("layer 1 (faulty)");
    expect(message).toMatch(/learningRate|clipNorm/);
  });

  test("names the layer inside preprocessing, chains and inversions", async () => {
    const { standardize: _, ...scaled } = options;
    expect(await failure(flowWith("always"), scaled)).toContain("layer 0.1 (faulty)");
    // Read the other way round, the layer's own `forward` is sound: only its inverse fails.
    const nested = invert({
      bijector: invert({
        bijector: chain({
          bijectors: [faulty({ size: 2, fault: "always" }), affine({ shape: [2] })],
        }),
      }),
    });
    expect(await failure(flowOf(nested))).toContain("layer 0 (faulty)");
    expect(await failure(flowOf(faulty({ size: 2, fault: "always" })))).toContain("(faulty)");
  });

  test("names a layer that fails in training mode only", async () => {
    const message = await failure(flowWith("training"));
    expect(message).toContain("layer 1 (faulty)");
  });

  test.each([
    ["(faulty)", flowOf(chain({ bijectors: [noisy, faulty({ size: 2, fault: "always" })] }))],
    ["(broken)", flowOf(chain({ bijectors: [matched, broken] }))],
    ["the loss of the velocity", flowOf(matched)],
  ])("looking for %s leaves nothing behind", async (found, flow) => {
    await ready();
    const params = flow.init(keyOf(0));
    const layout = layoutOf(params);
    const noise = trainingNoise(flow, layout);
    expect(noise.length > 0).toBe(found === "(faulty)");
    const parameters = hostArray(await downloadParameters(params), [layout.size]);
    const buffers: number[] = [];
    for (let call = 0; call < 3; call++) {
      const x = hostArray(Float32Array.from(rows.slice(0, 8).flat()), [8, 2]);
      const batch = { x, noise: drawNoise(noise, 8, 0, 1) };
      expect(locateInTraining(flow, layout, parameters, batch)).toContain(found);
      buffers.push(await liveBuffers());
    }
    expect(buffers[2]).toBe(buffers[1]);
  });

  test("names the parameter when only the gradient is not finite", async () => {
    const message = await failure(flowWith("gradient"));
    expect(message).toContain("the gradient of parameter bijector.1.shift");
  });

  describe("of flow matching", () => {
    test("names a layer that it goes through", async () => {
      const flow = flowOf(chain({ bijectors: [matched, broken] }));
      expect(await failure(flow)).toContain("layer 1 (broken)");
    });

    test("or else the loss, which is no density", async () => {
      const dynamics = defineDynamics<{ weight: NDArray }>({
        ...{ kind: "creased", options: {} },
        init(key) {
          key.dispose();
          return { weight: np.zeros([1, 1]) };
        },
        // The length of a vector of zeros: 0, of slope 0 / 0.
        apply: ({ weight }, time, z) => {
          time.dispose();
          return z.add(np.sqrt(weight.ref.mul(weight)));
        },
      });
      // Rows lie beyond the base's support, which matching does not mind.
      const flow = transformed({
        base: uniform({ shape: [2] }),
        bijector: continuous({ shape: [2], dynamics, matching: {}, solver: { steps: 1 } }),
      });
      expect(await failure(flow)).toContain("It arises in the loss of the velocity.");
    });
  });

  test("names the base distribution", async () => {
    const broken = defineDistribution({
      kind: "broken",
      shape: [2],
      options: {},
      init(key) {
        key.dispose();
        return { weight: np.zeros([1]) };
      },
      logProb: ({ weight }, x) => x.sum(1).add(weight.sum()).mul(Number.NaN),
      sampleAndLogProb() {
        throw new Error("not needed");
      },
    });
    const flow = transformed({ base: broken, bijector: affine({ shape: [2] }) });
    expect(await failure(flow)).toContain("the base distribution (broken)");
    expect(await failure(broken)).toContain("the log-density of broken");
  });

  test.each(["large inputs", "infinite density"] as const)(
    "validation that is never finite (%s) ends in an error, not in made-up weights",
    async (fault) => {
      const validation = options.validation.map((row) => [...row]);
      validation[3] = [60, 0];
      const message = await failure(flowWith(fault), { ...options, validation, patience: 3 });
      expect(message).toContain("no validation gave a finite loss");
    },
  );
});

test("ordinary fits with an absurd learning rate end with finite weights or a NotFiniteError", async () => {
  for (const learningRate of [10, 1e4, 1e30]) {
    const flow = flowOf(affine({ shape: [2] }));
    try {
      const model = await fit(flow, rows, { steps: 30, learningRate, validateEvery: 5 });
      expect((await model.logProb(rows)).every(Number.isFinite)).toBe(true);
      const best = Math.min(...model.history.map(({ validation }) => validation));
      expect(Number.isFinite(best)).toBe(true);
    } catch (error) {
      expect(error).toBeInstanceOf(NotFiniteError);
    }
  }
});
