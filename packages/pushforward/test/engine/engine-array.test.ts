import { beforeAll, describe, expect, test } from "vitest";
import { EngineArray, hostArray, np, ready } from "../../src/engine/index.ts";
import { liveBuffers } from "../support/live-buffers.ts";

beforeAll(() => ready());

describe("on the host", () => {
  test.each([
    ["float32", Float32Array.of(1.5, -2, 0, Infinity, Number.NaN, -0)],
    ["int32", Int32Array.of(1, -(2 ** 31), 2 ** 31 - 1, 0, 5, 6)],
    ["uint32", Uint32Array.of(1, 2 ** 32 - 1, 0, 7, 8, 9)],
  ] as const)("%s goes to the device and back", async (dtype, data) => {
    const array = hostArray(data, [2, 3]);
    expect(array.dtype).toBe(dtype);
    expect(array.shape).toEqual([2, 3]);
    expect(await array.data()).toBe(data);
    const device = array.toDevice();
    expect(device.dtype).toBe(dtype);
    expect(device.shape).toEqual([2, 3]);
    expect(await device.data()).toEqual(data);
  });

  test("truth values are 0 and 1 there and back", async () => {
    for (const values of [[1, 0, 1, 1], [0, 0, 0, 0], [1]]) {
      const array = new EngineArray([1, values.length], np.bool as never, Uint8Array.from(values));
      const device = array.toDevice();
      expect(device.dtype).toBe("bool");
      expect(device.shape).toEqual([1, values.length]);
      const back = new EngineArray(device.shape, device.dtype, device);
      expect(await back.data()).toEqual(Uint8Array.from(values));
      back.dispose();
    }
  });

  test("the device gets a copy: the host's numbers may change afterwards", async () => {
    const data = Float32Array.of(1, 2, 3);
    const array = hostArray(data, [3]);
    const device = array.toDevice();
    data[0] = 100;
    expect(await device.data()).toEqual(Float32Array.of(1, 2, 3));
    expect(await array.data()).toEqual(Float32Array.of(100, 2, 3));
  });

  test("a scalar", async () => {
    expect(await hostArray(Float32Array.of(7), []).toDevice().data()).toEqual(Float32Array.of(7));
  });
});

describe("on the device", () => {
  test("reading and handing out leave it alive; dispose frees it once", async () => {
    const before = await liveBuffers();
    const device = np.array([1, 2, 3]);
    const array = new EngineArray(device.shape, device.dtype, device);
    expect(await array.data()).toEqual(Float32Array.of(1, 2, 3));
    expect(await array.data()).toEqual(Float32Array.of(1, 2, 3));
    const handed = array.toDevice();
    array.dispose();
    array.dispose();
    expect(await handed.data()).toEqual(Float32Array.of(1, 2, 3));
    expect(await liveBuffers()).toBe(before);
  });
});

test("after dispose it says so, wherever its numbers were", async () => {
  const device = np.array([1, 2, 3]);
  for (const array of [
    hostArray(Float32Array.of(1), [1]),
    new EngineArray(device.shape, device.dtype, device),
  ]) {
    array.dispose();
    await expect(array.data()).rejects.toThrow("after it was disposed");
    expect(() => array.toDevice()).toThrow("after it was disposed");
  }
});
