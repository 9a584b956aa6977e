import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { createBatcher } from "../../src/serve/batcher.ts";

const never = new AbortController().signal;

/** A batcher whose calls end when the test says so; it doubles numbers, and fails for negative ones. */
function heldBatcher(most: number) {
  const calls: { kind: string; items: readonly number[]; end(): void }[] = [];
  const batcher = createBatcher<string, number, number>({
    most,
    async call(kind, items) {
      await new Promise<void>((end) => calls.push({ kind, items, end }));
      const bad = items.find((item) => item < 0);
      if (bad !== undefined) throw new Error(`${bad} is negative`);
      return items.map((item) => 2 * item);
    },
  });
  /** Waits for a call, ends it, and gives its items. */
  async function nextCall() {
    while (calls.length === 0) await setImmediate();
    const { kind, items, end } = calls.shift()!;
    end();
    return `${kind} ${items.join(",")}`;
  }
  return { run: batcher.run, calls, nextCall };
}

test("what comes in during a call goes into the next one together", async () => {
  const { run, calls, nextCall } = heldBatcher(10);
  const first = run("a", [1], never);
  while (calls.length === 0) await setImmediate();
  const others = [run("a", [2, 3], never), run("b", [4], never), run("a", [5], never)];
  expect([await nextCall(), await nextCall(), await nextCall()]).toEqual(["a 1", "a 2,3,5", "b 4"]);
  expect(await Promise.all([first, ...others])).toEqual([[2], [4, 6], [8], [10]]);
});

test("what comes in together is called together", async () => {
  const { run, nextCall } = heldBatcher(10);
  const all = Promise.all([1, 2, 3].map((item) => run("a", [item], never)));
  expect(await nextCall()).toBe("a 1,2,3");
  expect(await all).toEqual([[2], [4], [6]]);
});

test("small requests pass a large one, and neither waits for ever", async () => {
  const { run, nextCall } = heldBatcher(3);
  const large = run("a", [1, 2, 3, 4, 5, 6, 7], never);
  const small = [run("a", [8], never), run("b", [9], never)];
  const calls = [];
  for (let call = 0; call < 4; call++) calls.push(await nextCall());
  expect(calls).toEqual(["a 1,2,3", "a 8,4,5", "b 9", "a 6,7"]);
  expect(await large).toEqual([2, 4, 6, 8, 10, 12, 14]);
  expect(await Promise.all(small)).toEqual([[16], [18]]);
});

test("an error of one request is not one of the others", async () => {
  const { run, nextCall } = heldBatcher(10);
  const all = Promise.allSettled([[1], [-2], [3, -4]].map((items) => run("a", items, never)));
  const fine = run("a", [5], never);
  const calls = [];
  for (let call = 0; call < 5; call++) calls.push(await nextCall());
  expect(calls).toEqual(["a 1,-2,3,-4,5", "a 1", "a -2", "a 3,-4", "a 5"]);
  expect(
    (await all).map((one) => (one.status === "fulfilled" ? one.value : one.reason.message)),
  ).toEqual([[2], "-2 is negative", "-4 is negative"]);
  expect(await fine).toEqual([10]);
  const alone = run("a", [-6], never);
  expect(await nextCall()).toBe("a -6");
  await expect(alone).rejects.toThrow("-6 is negative");
});

test("after a failed call only what took part in it is called again, unless nobody waits for it", async () => {
  const { run, calls, nextCall } = heldBatcher(3);
  const gone = new AbortController();
  const large = run("a", [1, 2, 3, 4, 5], never);
  const bad = expect(run("a", [-6], never)).rejects.toThrow("-6 is negative");
  const left = expect(run("a", [7], gone.signal)).rejects.toThrow("gone");
  expect(await nextCall()).toBe("a 1,2,3");
  while (calls.length === 0) await setImmediate();
  gone.abort(new Error("gone"));
  const others = [];
  for (let call = 0; call < 3; call++) others.push(await nextCall());
  expect(others).toEqual(["a -6,7,4", "a -6", "a 4"]);
  await bad;
  await left;
  expect(await nextCall()).toBe("a 5");
  expect(await large).toEqual([2, 4, 6, 8, 10]);
});

test("a request that nobody waits for any more is not called", async () => {
  const { run, calls, nextCall } = heldBatcher(2);
  const gone = new AbortController();
  const first = run("a", [1], never);
  while (calls.length === 0) await setImmediate();
  const left = expect(run("a", [2, 3], gone.signal)).rejects.toThrow("gone");
  const stays = run("a", [4], never);
  gone.abort(new Error("gone"));
  expect(await nextCall()).toBe("a 1");
  expect(await nextCall()).toBe("a 4");
  await left;
  expect(await Promise.all([first, stays])).toEqual([[2], [8]]);
});
