import { afterEach, expect, it } from "vitest";
import {
  attempt,
  type ModelInHand,
  modelState,
  problem,
} from "../src/scenes/digits/model-state.ts";

const inHand = {} as ModelInHand;

afterEach(() => {
  modelState.value = { type: "loading", bytes: undefined };
  problem.value = undefined;
});

it("says what the worker fails at", async () => {
  modelState.value = { type: "ready", inHand };
  await attempt(inHand, () => Promise.reject(new Error("no memory")));
  expect(problem.value).toBe("no memory");
});

it("forgets a failure when the next attempt goes well", async () => {
  modelState.value = { type: "ready", inHand };
  problem.value = "no memory";
  await attempt(inHand, async () => {});
  expect(problem.value).toBeUndefined();
});

it("ends when the worker was replaced, which then never answers", async () => {
  modelState.value = { type: "ready", inHand };
  const ended = attempt(inHand, () => new Promise<void>(() => {}));
  modelState.value = { type: "loading", bytes: undefined };
  await ended;
  expect(problem.value).toBeUndefined();
});

it("does not tell of a model that is no longer in hand", async () => {
  modelState.value = { type: "ready", inHand: {} as ModelInHand };
  await attempt(inHand, () => Promise.reject(new Error("gone")));
  expect(problem.value).toBeUndefined();
});
