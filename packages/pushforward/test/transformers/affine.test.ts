import { beforeAll, describe, expect, test } from "vitest";
import { type NDArray, np, ready } from "../../src/engine/index.ts";
import { additive, affine } from "../../src/transformers/index.ts";

beforeAll(() => ready());

const shifts = [0, 1, -3, 0.5, 100];
const raws = [0, -2, 40, -1e30, 0.3];
const inputs = [0, 1, -2, 3, 0.01];

const array = (...rows: number[][]) =>
  np.array(Float32Array.from(rows.flat()), { shape: [rows.length, rows[0]!.length] });
const vector = (values: number[]) => np.array(Float32Array.from(values));

async function read([y, logDet]: [NDArray, NDArray]) {
  return { y: [...(await y.data())], logDet: [...(await logDet.data())] };
}

describe("affine: y = x exp(s) + t, s = u / (1 + |u| / maxLogScale)", () => {
  test.each([5, 0.5])("maxLogScale %d", async (maxLogScale) => {
    const transformer = affine({ maxLogScale });
    const theta = () => array(shifts, raws);
    const logScales = raws.map((u) => u / (1 + Math.abs(u) / maxLogScale));
    const there = await read(transformer.forwardAndLogDet(theta(), vector(inputs)));
    const back = await read(transformer.inverseAndLogDet(theta(), vector(inputs)));
    inputs.forEach((x, i) => {
      const s = logScales[i]!;
      expect(there.y[i]).toBeCloseTo(x * Math.exp(s) + shifts[i]!, 3);
      expect(there.logDet[i]).toBeCloseTo(s, 5);
      const inverse = (x - shifts[i]!) * Math.exp(-s);
      expect(Math.abs(back.y[i]! - inverse)).toBeLessThan(1e-5 * Math.max(1, Math.abs(inverse)));
      expect(back.logDet[i]).toBeCloseTo(-s, 5);
    });
  });

  test.each([0, -1, Number.NaN])("maxLogScale %d is refused", (maxLogScale) => {
    expect(() => affine({ maxLogScale })).toThrow(
      `affine: maxLogScale must be positive, got ${maxLogScale}.`,
    );
  });
});

test("additive: y = x + t, volume-preserving", async () => {
  const transformer = additive();
  const there = await read(transformer.forwardAndLogDet(array(shifts), vector(inputs)));
  const back = await read(transformer.inverseAndLogDet(array(shifts), vector(inputs)));
  expect(there.y).toEqual(inputs.map((x, i) => Math.fround(Math.fround(x) + shifts[i]!)));
  expect(back.y).toEqual(inputs.map((x, i) => Math.fround(Math.fround(x) - shifts[i]!)));
  expect([...there.logDet, ...back.logDet].every((value) => value === 0)).toBe(true);
});
