import { describe, expect, test } from "vitest";
import { randomOf } from "../src/data/random.ts";
import { type Base, bases, quantile } from "../src/scenes/line/bases.ts";
import { movedInterval, SHORTEST } from "../src/scenes/line/interval.ts";
import { normalCdf, normalDensity } from "../src/scenes/line/normal-distribution.ts";
import {
  grid,
  histogramOf,
  integralOf,
  pointsBetween,
  shownLine,
  snap,
  valueAt,
} from "../src/scenes/line/tabulated.ts";
import {
  drawNumbers,
  type LineDistribution,
  meanLogDensity,
  targets,
} from "../src/scenes/line/targets.ts";

/** Simpson's rule, independent of what is tested. */
function integrate(of: (x: number) => number, from: number, to: number, pieces = 4000): number {
  const width = (to - from) / pieces;
  let sum = 0;
  for (let i = 0; i < pieces; i++) {
    const x = from + i * width;
    sum += ((of(x) + 4 * of(x + width / 2) + of(x + width)) * width) / 6;
  }
  return sum;
}

describe("the normal distribution function", () => {
  // Abramowitz and Stegun, table 26.1.
  test.each([
    [0, 0.5],
    [1, 0.841344746068543],
    [1.96, 0.97500210485178],
    [3, 0.99865010196837],
    [-2, 0.022750131948179],
  ])("at %d is %d", (z, expected) => {
    expect(normalCdf(z)).toBeCloseTo(expected, 13);
  });

  test("is 0 and 1 far out, and does not fall on the way", () => {
    expect([normalCdf(-40), normalCdf(40)]).toEqual([0, 1]);
    const values = Array.from({ length: 2001 }, (_, i) => normalCdf(-10 + i / 100));
    const steps = values.slice(1).map((value, i) => value - (values[i] as number));
    // Within the rounding that the function's description admits.
    expect(Math.min(...steps)).toBeGreaterThan(-4e-15);
    expect([Math.min(...values), Math.max(...values)]).toEqual([0, 1]);
    expect(normalDensity(1)).toBeCloseTo(Math.exp(-0.5) / Math.sqrt(2 * Math.PI), 15);
  });
});

describe.each(Object.entries(bases as Record<string, Base>))("the base %s", (_, base) => {
  const [low, high] = base.shown;

  test("has the integral of its density as distribution function", () => {
    for (const share of [0.1, 0.3, 0.5, 0.77, 0.99]) {
      const z = low + share * (high - low);
      expect(base.cdf(z)).toBeCloseTo(base.cdf(low) + integrate(base.density, low, z), 9);
    }
  });

  test("has quantiles that invert it", () => {
    for (const p of [1e-4, 0.01, 0.25, 0.5, 0.9, 0.999]) {
      expect(base.cdf(quantile(base, p))).toBeCloseTo(p, 10);
    }
  });

  test("is nowhere higher than it says, and there it is that high", () => {
    const values = Array.from({ length: 1001 }, (_, i) =>
      base.density(low + (i * (high - low)) / 1000),
    );
    expect(Math.max(...values)).toBeCloseTo(base.highest, 12);
  });
});

test("quantiles of 0 and 1 are the ends of the support", () => {
  const ends = Object.values(bases as Record<string, Base>).map((base) => [
    quantile(base, 0),
    quantile(base, 1),
  ]);
  expect(ends).toEqual([
    [0, 1],
    [0, 1],
    [-Infinity, Infinity],
  ]);
});

describe.each(Object.entries(targets as Record<string, LineDistribution>))(
  "the target %s",
  (_, target) => {
    test("has the integral of its density as distribution function", () => {
      const start = target.cdf(-6);
      for (const x of [-2.9, -1.6, -0.3, 0.9, 2.1, 3.7]) {
        expect(target.cdf(x)).toBeCloseTo(start + integrate(target.density, -6, x), 8);
      }
    });

    test("lies within what is shown, but for a thousandth or so", () => {
      expect(target.cdf(shownLine[1]) - target.cdf(shownLine[0])).toBeGreaterThan(0.998);
    });

    test("draws what its distribution function says", () => {
      const count = 4000;
      const drawn = drawNumbers(target, count, randomOf(3)).sort();
      const distances = Array.from(drawn, (x, i) => Math.abs(target.cdf(x) - (i + 0.5) / count));
      // Kolmogorov and Smirnov at a level of 1e-3; the draws are the same each time.
      expect(Math.max(...distances)).toBeLessThan(1.95 / Math.sqrt(count));
    });

    test("gives its own draws its negative entropy", () => {
      const { density } = target;
      const expected = integrate(
        (x) => (density(x) > 0 ? density(x) * Math.log(density(x)) : 0),
        -6,
        12,
      );
      const drawn = drawNumbers(target, 20_000, randomOf(5));
      expect(Math.abs(meanLogDensity(target, drawn) - expected)).toBeLessThan(0.03);
    });
  },
);

test("seeds repeat their numbers, and differ from each other", () => {
  const three = (seed: number) => [...drawNumbers(targets.bumps, 3, randomOf(seed))];
  expect(three(1)).toEqual(three(1));
  expect(three(1)).not.toEqual(three(2));
});

describe("tabulated functions", () => {
  const square = Float32Array.from(grid, (x) => x * x);

  test("are met exactly where an end of the interval can be", () => {
    const places = new Set(grid);
    for (const x of [-4, -3.95, -0.5, 0, 1.2, 2.65, 4]) {
      const at = snap(x);
      expect([...places].some((place) => Math.abs(place - at) < 1e-6)).toBe(true);
      expect(valueAt(square, at)).toBeCloseTo(x * x, 4);
    }
  });

  test("are linear between their places, and cut at the ends", () => {
    const line = Float32Array.from(grid, (x) => 2 * x + 1);
    expect(valueAt(line, 0.3456789)).toBeCloseTo(2 * 0.3456789 + 1, 5);
    expect([valueAt(line, -9), valueAt(line, 9)]).toEqual([-7, 9]);
  });

  test("are integrated over any interval", () => {
    expect(integralOf(square, -1, 2)).toBeCloseTo(3, 3);
    expect(integralOf(square, 0.3333, 0.3334)).toBeCloseTo(0.3333 ** 2 * 1e-4, 7);
  });

  test("have points from one end to the other", () => {
    const xs = pointsBetween(square, -0.51, 0.77).map(([x]) => x);
    expect([xs[0], xs.at(-1)]).toEqual([-0.51, 0.77]);
    expect(xs.every((x, i) => i === 0 || x > (xs[i - 1] as number))).toBe(true);
  });
});

test("a histogram has an area of the share that is shown", () => {
  const { bars } = histogramOf([-3.9, 0.05, 0.1, 3.99, 17]);
  const area = bars.reduce((sum, { from, to, height }) => sum + (to - from) * height, 0);
  expect(area).toBeCloseTo(0.8, 12);
  expect(bars.find(({ from, to }) => from <= 0.05 && 0.05 < to)?.height).toBeCloseTo(0.4 / 0.2, 9);
  expect(histogramOf([]).bars.every(({ height }) => height === 0)).toBe(true);
});

describe("an end of the interval", () => {
  test("is moved to the nearest place that there is", () => {
    expect(movedInterval([-1, 1], "a", -0.488)[0]).toBeCloseTo(-0.5, 12);
    expect(movedInterval([-1, 1], "b", 9)).toEqual([-1, 4]);
  });

  test("pushes the other one, and stays on the line", () => {
    const [a, b] = movedInterval([-1, 1], "a", 2);
    expect([a, b]).toEqual([2, 2 + SHORTEST]);
    const atEnd = movedInterval([-1, 1], "a", 9);
    expect(atEnd[0]).toBeCloseTo(4 - SHORTEST, 12);
    expect(atEnd[1]).toBeCloseTo(4, 12);
    expect(movedInterval([-1, 1], "b", -3)).toEqual([-3 - SHORTEST, -3]);
  });
});
