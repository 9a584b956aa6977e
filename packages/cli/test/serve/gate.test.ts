import { expect, test } from "vitest";
import { createGate } from "../../src/serve/gate.ts";

test("so many requests are let in at a time", () => {
  const gate = createGate({ maxConcurrent: 2, maxBody: 1 });
  const leave = gate.enter(1);
  expect(gate.enter(1)).toBeDefined();
  expect(gate.enter(0)).toBeUndefined();
  leave?.();
  expect(gate.inside).toBe(1);
  expect(gate.enter(1)).toBeDefined();
});

test("bodies have so many bytes in all, and one of the largest always has room", () => {
  const gate = createGate({ maxConcurrent: 256, maxBody: 2 ** 23 });
  const inside = Array.from({ length: 256 }, () => gate.enter(2 ** 23)).filter(Boolean);
  expect(inside.length * 2 ** 23).toBe(gate.mostBytes);
  expect(gate.enter(1)).toBeUndefined();
  inside[0]?.();
  expect(gate.enter(1)).toBeDefined();
  expect(createGate({ maxConcurrent: 1, maxBody: 2 ** 40 }).enter(2 ** 40)).toBeDefined();
});
