import { expect, test } from "vitest";
import { densityRamp, directionColor } from "../../src/plot/palette.ts";

/** CIELAB lightness of `#rrggbb`. */
function lightness(color: string): number {
  const channels = [1, 3, 5].map(
    (start) => Number.parseInt(color.slice(start, start + 2), 16) / 255,
  );
  const linear = channels.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  const [red, green, blue] = linear as [number, number, number];
  return 116 * Math.cbrt(0.2126 * red + 0.7152 * green + 0.0722 * blue) - 16;
}

test("the density ramp darkens in even steps from near the paper", () => {
  const levels = densityRamp.map(lightness);
  expect(levels[0]).toBeGreaterThan(95);
  const step = (levels[0]! - levels.at(-1)!) / (levels.length - 1);
  for (let index = 1; index < levels.length; index++) {
    expect(Math.abs(levels[index - 1]! - levels[index]! - step)).toBeLessThan(1);
  }
});

test("directions have no seam", () => {
  expect(directionColor(0)).toBe(directionColor(1));
  expect(directionColor(-0.25)).toBe(directionColor(0.75));
  expect(directionColor(0)).not.toBe(directionColor(0.5));
});
