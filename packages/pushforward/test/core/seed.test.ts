import { beforeAll, expect, test } from "vitest";
import { keyOf } from "../../src/core/seed.ts";
import { random, ready } from "../../src/engine/index.ts";

beforeAll(() => ready());

test.each([0, 7, 2 ** 32 - 1])("up to 32 bits a seed gives the key of jax: %d", async (seed) => {
  expect(await keyOf(seed).data()).toEqual(await random.key(seed).data());
});

test("beyond, the high word counts, and the sign", async () => {
  expect([...(await keyOf(5 * 2 ** 32 + 3).data())]).toEqual([5, 3]);
  expect([...(await keyOf(-1).data())]).toEqual([2 ** 32 - 1, 2 ** 32 - 1]);
  expect([...(await keyOf(-(2 ** 32)).data())]).toEqual([2 ** 32 - 1, 0]);
});
