import { DataError, fit, Model, realNVP } from "pushforward";
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
