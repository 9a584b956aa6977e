import { expect, test } from "vitest";
import { float32Text } from "../../src/output/number-text.ts";

test.each([
  [0.1, "0.1"],
  [1 / 3, "0.33333334"],
  [16_777_216, "16777216"],
  [-123.456, "-123.456"],
  [1e-30, "1e-30"],
  [3.4e38, "3.4e+38"],
  [0, "0"],
  [5, "5"],
  [Number.NEGATIVE_INFINITY, "-Infinity"],
])("%f is written %s", (value, text) => {
  expect(float32Text(Math.fround(value))).toBe(text);
});

test("every normal float32 is read back to the bit, and no shorter number would do", () => {
  const bits = new Uint32Array(1);
  const float = new Float32Array(bits.buffer);
  for (let i = 0; i < 100_000; i++) {
    bits[0] = Math.imul(i, 2_654_435_761);
    const value = float[0] as number;
    const normal = Number.isFinite(value) && Math.abs(value) >= 2 ** -126;
    if (!normal) continue;
    const text = float32Text(value);
    expect(Math.fround(Number(text))).toBe(value);
    const digits = text
      .replace(/e.*/, "")
      .replace(/[-.]/g, "")
      .replace(/^0+|0+$/g, "").length;
    if (digits > 1) expect(Math.fround(Number(value.toPrecision(digits - 1)))).not.toBe(value);
  }
});
