import { expect, test } from "vitest";
import { ShapeError } from "../../../src/core/errors.ts";
import { probabilityIntegralTransform } from "../../../src/evaluation/index.ts";
import { distanceToUniform, normalRows, rowsOf } from "./draws.ts";

test("known values: Phi of each latent, chi-square of all", () => {
  const { latents, whole } = probabilityIntegralTransform({
    latents: rowsOf([0, 1.959963984540054], [-1.2815515655446004, 0], [60, -60]),
  });
  expect(latents[0]![0]).toBe(0.5);
  expect(latents[1]![0]).toBeCloseTo(0.975, 12);
  expect(latents[0]![1]).toBeCloseTo(0.1, 12);
  expect([latents[0]![2], latents[1]![2]]).toEqual([1, 0]);
  // With two degrees of freedom 1 - exp(-|z|^2 / 2).
  expect(whole[1]).toBeCloseTo(-Math.expm1(-(1.2815515655446004 ** 2) / 2), 12);
  expect(whole[2]).toBe(1);
});

test("latents of a right model give uniform values, of a narrow one do not", () => {
  const { data, shape } = normalRows(1000, 4, 1);
  const right = probabilityIntegralTransform({ latents: { data, shape } });
  // The 0.1 % point of Kolmogorov's distance.
  const limit = 1.95 / Math.sqrt(1000);
  for (const values of [...right.latents, right.whole]) {
    expect(distanceToUniform(Array.from(values))).toBeLessThan(limit);
  }
  const wide = { data: Array.from(data, (value) => 1.2 * value), shape };
  const { whole } = probabilityIntegralTransform({ latents: wide });
  expect(distanceToUniform(Array.from(whole))).toBeGreaterThan(3 * limit);
});

test("latents of images are read flat; a bare list is refused", () => {
  const { data } = normalRows(4, 12, 1);
  const { latents } = probabilityIntegralTransform({ latents: { data, shape: [4, 3, 2, 2] } });
  expect(latents).toHaveLength(12);
  const bare = () => probabilityIntegralTransform({ latents: { data, shape: [48] } });
  expect(bare).toThrow(ShapeError);
});
