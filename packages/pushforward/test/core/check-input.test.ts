import { beforeAll, describe, expect, test } from "vitest";
import { checkContext, checkEvent } from "../../src/core/check-input.ts";
import { ConditionError, ShapeError } from "../../src/core/errors.ts";
import { np, ready } from "../../src/engine/index.ts";

beforeAll(() => ready());

const part = { kind: "part", shape: [3], condShape: [2] };
const free = { ...part, condShape: null };

describe("checkEvent", () => {
  test.each([
    [[3], []],
    [[5, 3], [5]],
    [
      [4, 5, 3],
      [4, 5],
    ],
  ])("an array of shape %o has the batch shape %o", (shape, batch) => {
    expect(checkEvent(part, np.zeros(shape))).toEqual(batch);
  });

  test.each([[[2]], [[]], [[3, 4]]])("an array of shape %o is refused", (shape) => {
    const check = () => checkEvent(part, np.zeros(shape));
    expect(check).toThrow(ShapeError);
    expect(check).toThrow(
      `part: got an array of shape [${shape.join(", ")}], expected [...batch, 3].`,
    );
  });

  test("scalar events take any shape as their batch", () => {
    expect(checkEvent({ ...part, shape: [] }, np.zeros([2, 3]))).toEqual([2, 3]);
  });
});

describe("checkContext", () => {
  test("one context is spread over all rows", async () => {
    const cond = np.array(Float32Array.from([1, 2]));
    const rows = checkContext(part, [2, 2], cond);
    expect(rows?.shape).toEqual([4, 2]);
    expect([...(await rows!.data())]).toEqual([1, 2, 1, 2, 1, 2, 1, 2]);
    expect(cond.refCount).toBe(0);
  });

  test("one per row keeps its order", async () => {
    const cond = np.array(Float32Array.from([1, 2, 3, 4]), { shape: [2, 1, 2] });
    const rows = checkContext(part, [2, 1], cond);
    expect(rows?.shape).toEqual([2, 2]);
    expect([...(await rows!.data())]).toEqual([1, 2, 3, 4]);
  });

  test("none for an unconditional part", () => {
    expect(checkContext(free, [4], undefined)).toBeUndefined();
  });

  test.each([
    ["missing", part, undefined, "part: got no context, expected one of shape [...batch, 2]"],
    ["unwanted", free, [4, 2], "part: got a context of shape [4, 2], but it is unconditional"],
    [
      "for other rows",
      part,
      [3, 2],
      "got a context of shape [3, 2], expected [4, 2] (one per row)",
    ],
    ["of another length", part, [4, 3], "or [2] (one for all)"],
  ])("a context that is %s is refused, and not consumed", (_, who, shape, message) => {
    const cond = shape && np.zeros(shape);
    const check = () => checkContext(who, [4], cond);
    expect(check).toThrow(ConditionError);
    expect(check).toThrow(message);
    if (cond) expect(cond.refCount).toBe(1);
  });
});
