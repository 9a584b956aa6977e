import { DataError, type FitProgress, fit, Model, realNVP } from "pushforward";
import { expect, test } from "vitest";
import { rejection } from "../support/collect.ts";
import { correlatedNormal } from "../support/draws.ts";

const flow = () => realNVP({ features: 2, layers: 1, hidden: [4] });
const rows = correlatedNormal(50, 1);

test("a run is a promise of the model, and iterable", async () => {
  const run = fit(flow(), rows, { steps: 2 });
  expect(run).toBeInstanceOf(Promise);
  const kinds: string[] = [];
  for await (const { type } of run) kinds.push(type);
  expect(kinds).toContain("step");
  let settled = false;
  const model = await run.finally(() => {
    settled = true;
  });
  expect(settled).toBe(true);
  expect(model).toBeInstanceOf(Model);
});

test("a failure reaches catch, and whoever iterates", async () => {
  const run = fit(flow(), []);
  expect(await run.catch((error) => error)).toBeInstanceOf(DataError);
  const iterate = async () => {
    for await (const report of run) expect(report).toBeUndefined();
  };
  expect(await rejection(iterate())).toBeInstanceOf(DataError);
});

test("the failure of a run that is only iterated is not unhandled", async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on("unhandledRejection", note);
  const iterate = async () => {
    for await (const report of fit(flow(), [])) expect(report).toBeUndefined();
  };
  await rejection(iterate());
  await new Promise((resolve) => setTimeout(resolve, 0));
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});

const settings = { steps: 6, validateEvery: 3, seed: 1 };

test("the run waits for the promise that onProgress returns", async () => {
  let release = () => {};
  const paused = new Promise<void>((resolve) => {
    release = resolve;
  });
  const seen: number[] = [];
  const run = fit(flow(), rows, {
    ...settings,
    onProgress(report) {
      if (report.type !== "step") return undefined;
      seen.push(report.step);
      return report.step === 2 ? paused : undefined;
    },
  });
  const first = await run.current();
  while (seen.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  await first.logProb(rows);
  expect(seen).toEqual([1, 2]);
  release();
  await run;
  expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
});

test("current is the model after the last step, and in the end that of the best validation", async () => {
  const scores: Float32Array[] = [];
  const models = new Set<Model>();
  const run = fit(flow(), rows, {
    ...settings,
    async onProgress({ type, step }: FitProgress & { step?: number }) {
      if (type !== "step" || step === undefined || step % 3 !== 0) return;
      const model = await run.current();
      models.add(model);
      scores.push(await model.logProb(rows));
    },
  });
  const final = await run;
  const last = await run.current();
  models.add(last);
  expect(models.size).toBe(1);
  expect(await last.logProb(rows)).toEqual(await final.logProb(rows));
  expect(scores[0]).not.toEqual(scores[1]);
  // A run of as many steps, with what follows from them as its only validation, has the same weights.
  const shorter = await fit(flow(), rows, { ...settings, steps: 3, schedule: "constant" });
  const same = fit(flow(), rows, { ...settings, schedule: "constant", onProgress: stopAtThree });
  async function stopAtThree({ type, step }: FitProgress & { step?: number }) {
    if (type === "step" && step === 3) scores.push(await (await same.current()).logProb(rows));
  }
  await same;
  const wanted = await shorter.logProb(rows);
  for (const [row, score] of scores[2]!.entries()) expect(score).toBeCloseTo(wanted[row]!, 5);
});

test("current can sample, trace, check and save, and rejects with what the run fails with", async () => {
  const run = fit(flow(), rows, settings);
  const model = await run.current();
  expect((await model.sample(5)).shape).toEqual([5, 2]);
  expect((await model.trace(5)).at(-1)!.shape).toEqual([5, 2]);
  expect((await model.check(rows)).ok).toBe(true);
  // What is under way keeps its weights when others come.
  const checked = model.check(rows);
  await run;
  await run.current();
  expect((await checked).ok).toBe(true);
  expect(model.history).toEqual((await run).history);
  const { load } = await import("pushforward");
  const loaded = await load(await model.toBytes());
  const [saved, now] = [await loaded.logProb(rows), await model.logProb(rows)];
  for (const [row, score] of saved.entries()) expect(score).toBeCloseTo(now[row]!, 5);
  model.dispose();
  expect(await rejection(fit(flow(), []).current())).toBeInstanceOf(DataError);
});
