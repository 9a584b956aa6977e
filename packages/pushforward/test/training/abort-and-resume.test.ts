import {
  ConditionError,
  type FitOptions,
  fit,
  ModelFileError,
  made,
  nsf,
  realNVP,
} from "pushforward";
import { describe, expect, test } from "vitest";
import type { Distribution } from "../../src/core/distribution.ts";
import { collect, rejection } from "../support/collect.ts";
import { correlatedNormal } from "../support/draws.ts";

const rows = correlatedNormal(300, 1);
const small = (): Distribution => realNVP({ features: 2, layers: 2, hidden: [8] });
const options = { steps: 24, batchSize: 64, validateEvery: 6 } satisfies FitOptions;

/** Run until a step is done, abort there; what the run left behind. */
async function killedAfter(step: number, data: number[][], killed: FitOptions, flow = small()) {
  const controller = new AbortController();
  const losses: number[] = [];
  const checkpoints: Uint8Array[] = [];
  const error = await rejection(
    fit(flow, data, {
      ...killed,
      signal: controller.signal,
      onCheckpoint: (bytes) => void checkpoints.push(bytes),
      onProgress: (report) => {
        if (report.type !== "step") return;
        losses.push(report.loss);
        if (report.step === step) controller.abort(new Error("enough"));
      },
    }),
  );
  return { error, losses, checkpoint: checkpoints.at(-1)!, checkpoints };
}

describe("abort", () => {
  test("before the start: the reason, and a checkpoint of step 0", async () => {
    const checkpoints: Uint8Array[] = [];
    const reason = new Error("never mind");
    const run = fit(small(), rows, {
      ...options,
      signal: AbortSignal.abort(reason),
      onCheckpoint: (bytes) => void checkpoints.push(bytes),
    });
    expect(await rejection(run)).toBe(reason);
    expect(checkpoints).toHaveLength(1);
    const full = await collect(small(), rows, options);
    const resumed = await collect(small(), rows, { ...options, resume: checkpoints[0]! });
    expect(resumed.losses).toEqual(full.losses);
  });

  test("in the middle: the reason, and a checkpoint of the last step done", async () => {
    const { error, losses, checkpoints } = await killedAfter(7, rows, options);
    expect(error.message).toBe("enough");
    expect(losses).toHaveLength(7);
    expect(checkpoints).toHaveLength(1);
  });

  test("a timer has its turn while steps run", async () => {
    const run = fit(small(), rows, {
      ...options,
      steps: 100_000,
      patience: Infinity,
      signal: AbortSignal.timeout(300),
    });
    expect((await rejection(run)).name).toBe("TimeoutError");
  });
});

describe("resume", () => {
  const integers = rows.map(([a, b]) => [Math.round(3 * a!), b!]);
  test.each<[string, number, number[][], FitOptions]>([
    ["at a validation", 12, rows, options],
    ["between validations", 8, rows, options],
    ["just before the end", 23, rows, options],
    ["with a column on a grid", 8, integers, options],
    [
      "under the plateau schedule",
      15,
      rows,
      { ...options, schedule: "plateau", learningRate: 0.5, validateEvery: 1, patience: Infinity },
    ],
    ["with AdamW", 8, rows, { ...options, optimizer: "adamw", weightDecay: 0.1 }],
    ["with validation rows given", 8, rows, { ...options, validation: correlatedNormal(50, 7) }],
  ])("%s: the same losses and weights, to the bit", async (_, step, data, settings) => {
    const full = await collect(small(), data, settings);
    const killed = await killedAfter(step, data, settings);
    const resumed = await collect(small(), data, { ...settings, resume: killed.checkpoint });
    expect(resumed.notices).toContain(`Resumed after step ${step}.`);
    expect([...killed.losses, ...resumed.losses]).toEqual(full.losses);
    expect(resumed.model.history).toEqual(full.model.history);
    expect(await resumed.model.toBytes()).toEqual(await full.model.toBytes());
  });

  test.each([
    ["dropout", nsf({ features: 2, layers: 2, hidden: [8], dropout: 0.5 })],
    ["random orders", made({ features: 2, hidden: [8], orders: 2 })],
  ])("a run with %s goes on with the same noise", async (_, flow) => {
    const full = await collect(flow, rows, options);
    const { checkpoint, losses } = await killedAfter(8, rows, options, flow);
    const resumed = await collect(flow, rows, { ...options, resume: checkpoint });
    expect([...losses, ...resumed.losses]).toEqual(full.losses);
  });

  test("from a checkpoint that was made on the way", async () => {
    const checkpoints: Uint8Array[] = [];
    const full = await collect(small(), rows, {
      ...options,
      checkpointEvery: 10,
      onCheckpoint: (bytes) => void checkpoints.push(bytes),
    });
    expect(checkpoints).toHaveLength(2);
    for (const [index, resume] of checkpoints.entries()) {
      const resumed = await collect(small(), rows, { ...options, checkpointEvery: 3, resume });
      expect(resumed.losses).toEqual(full.losses.slice(10 * (index + 1)));
    }
  });

  test("with another patience, callbacks and checkpoints: these do not change a step", async () => {
    const { checkpoint } = await killedAfter(8, rows, options);
    const resumed = await collect(small(), rows, { ...options, patience: 99, resume: checkpoint });
    expect(resumed.losses).toHaveLength(16);
  });

  test("refuses the checkpoint of another run in one clear line", async () => {
    const { checkpoint: resume } = await killedAfter(4, rows, options);
    const moved = rows.map((row, i) => (i === 17 ? [row[0]! + 1e-6, row[1]!] : row));
    const others: [ReturnType<typeof small>, number[][], FitOptions][] = [
      [nsf({ features: 2, layers: 2, hidden: [8], bins: 4 }), rows, options],
      [realNVP({ features: 2, layers: 2, hidden: [9] }), rows, options],
      [small(), moved, options],
      [small(), rows.slice(1), options],
      [small(), rows, { ...options, seed: 1 }],
      [small(), rows, { ...options, steps: 25 }],
      [small(), rows, { ...options, learningRate: 0.01 }],
      [small(), rows, { ...options, batchSize: 63 }],
      [small(), rows, { ...options, standardize: false }],
      [small(), rows, { ...options, validation: correlatedNormal(30, 8) }],
      [small(), rows, { ...options, columns: [{ step: 0.001 }, "b"] }],
    ];
    for (const [flow, data, settings] of others) {
      const error = await rejection(fit(flow, data, { ...settings, resume }));
      expect(error).toBeInstanceOf(ModelFileError);
      expect(error.message).toContain("belongs to another run");
      expect(error.message).not.toContain("\n");
    }
  });

  test("refuses other validation rows, by which the best weights are chosen", async () => {
    const settings = { ...options, validation: correlatedNormal(30, 8) };
    const { checkpoint: resume } = await killedAfter(4, rows, settings);
    const other = { ...settings, validation: correlatedNormal(30, 9), resume };
    expect((await rejection(fit(small(), rows, other))).message).toContain("another run");
  });

  test("refuses a truncated checkpoint, a model file and other bytes", async () => {
    const { checkpoint } = await killedAfter(4, rows, options);
    const { model } = await collect(small(), rows, { ...options, steps: 2 });
    const lengths = [0, 1, 7, 8, 9, 100, checkpoint.length - 4, checkpoint.length - 1];
    const bad = [
      ...lengths.map((length) => checkpoint.slice(0, length)),
      await model.toBytes(),
      new TextEncoder().encode("step,loss\n1,2\n"),
    ];
    for (const resume of bad) {
      const error = await rejection(fit(small(), rows, { ...options, resume }));
      expect(error).toBeInstanceOf(ModelFileError);
      expect(error.message).toMatch(/checkpoint/);
      expect(error.message).not.toContain("\n");
    }
  });
});

test("a conditional run resumes, too, and sees other contexts", async () => {
  const flow = () => nsf({ features: 1, context: 1, layers: 1, hidden: [8], bins: 4 });
  const context = rows.map(([a]) => [a!]);
  const column = rows.map(([, b]) => b!);
  const settings = { ...options, context };
  const full = await collect(flow(), column, settings);
  const checkpoints: Uint8Array[] = [];
  await collect(flow(), column, {
    ...settings,
    checkpointEvery: 9,
    onCheckpoint: (bytes) => void checkpoints.push(bytes),
  });
  const resume = checkpoints[0]!;
  const resumed = await collect(flow(), column, { ...settings, resume });
  expect(resumed.losses).toEqual(full.losses.slice(9));
  const other = context.map(([c]) => [c! + 1]);
  const error = await rejection(fit(flow(), column, { ...settings, context: other, resume }));
  expect(error).toBeInstanceOf(ModelFileError);
  expect(await rejection(fit(flow(), column, { ...options, resume }))).toBeInstanceOf(
    ConditionError,
  );
});
