import { expect, test } from "vitest";
import { createGate } from "../src/worker/gate.ts";

/** How often a loop has gone through the gate, a moment later. */
function walk(gate: ReturnType<typeof createGate>) {
  let count = 0;
  let ended = false;
  (async () => {
    while (!ended) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      await gate.passed();
      count++;
    }
  })();
  return {
    async count() {
      await new Promise((resolve) => setTimeout(resolve, 30));
      return count;
    },
    end() {
      ended = true;
      gate.open();
    },
  };
}

test("a closed gate lets as many through as it is told, also before they come", async () => {
  const gate = createGate();
  const walker = walk(gate);
  expect(await walker.count()).toBeGreaterThan(2);
  gate.close();
  const before = await walker.count();
  expect(await walker.count()).toBe(before);
  for (let i = 0; i < 5; i++) gate.openOnce();
  expect(await walker.count()).toBe(before + 5);
  gate.open();
  expect(await walker.count()).toBeGreaterThan(before + 6);
  walker.end();
});

test("permits end with the pause", async () => {
  const gate = createGate();
  gate.close();
  gate.openOnce();
  gate.open();
  gate.close();
  const walker = walk(gate);
  expect(await walker.count()).toBe(0);
  walker.end();
});
