import { describe, expect, it } from "vitest";
import { hostRandom } from "../../packages/pushforward/dist/numerics/host-random.js";
import { meanAndError } from "../training/mean-and-error.mjs";
import { noisyCurves } from "./noisy-curves.mjs";
import { gaussLegendre, massAndEntropy } from "./quadrature.mjs";
import { targets } from "./targets.mjs";

const DRAWS = 100_000;

/** Entropies that a formula gives. @type {Record<string, number>} */
const known = {
  checkerboard: Math.log(32),
  banana: Math.log(2 * Math.PI * Math.E) + Math.log(4),
};

/** @param {import("./targets.mjs").Target} target @param {number} seed @param {number} count */
function draws(target, seed, count) {
  const random = hostRandom(seed);
  return Array.from({ length: count }, () => target.draw(random));
}

describe.each(targets)("$title", (target) => {
  const { mass, entropy } = massAndEntropy(target.grid, target.logDensity);

  it("integrates to 1", () => {
    expect(Math.abs(mass - 1)).toBeLessThan(1e-6);
  });

  it("draws from its density: the mean of -log p is the entropy", () => {
    const surprises = draws(target, 1, DRAWS).map(([x, y]) => -target.logDensity(x, y));
    const { mean, standardError } = meanAndError(surprises);
    expect(Math.abs(mean - entropy)).toBeLessThan(4 * standardError + 1e-9);
    expect(standardError).toBeLessThan(0.005);
    if (known[target.id]) expect(entropy).toBeCloseTo(known[target.id], 6);
  });

  it("draws from its density: every part of the plane gets its share", () => {
    const parts = 10;
    const { x, y } = target.view;
    /** @param {number} value @param {readonly [number, number]} range */
    const place = (value, [low, high]) => Math.floor((parts * (value - low)) / (high - low));
    /** @param {number} a @param {number} b */
    const part = (a, b) => {
      const [column, row] = [place(a, x), place(b, y)];
      const inside = column >= 0 && column < parts && row >= 0 && row < parts;
      return inside ? row * parts + column : parts ** 2;
    };
    const expected = new Float64Array(parts ** 2 + 1);
    const cells = 16 * parts;
    const area = ((x[1] - x[0]) * (y[1] - y[0])) / cells ** 2;
    for (let i = 0; i < cells ** 2; i++) {
      const a = x[0] + ((x[1] - x[0]) * ((i % cells) + 0.5)) / cells;
      const b = y[0] + ((y[1] - y[0]) * (Math.floor(i / cells) + 0.5)) / cells;
      expected[part(a, b)] += DRAWS * area * Math.exp(target.logDensity(a, b));
    }
    expected[parts ** 2] = DRAWS - expected.reduce((sum, value) => sum + value, 0);
    const seen = new Float64Array(parts ** 2 + 1);
    for (const [a, b] of draws(target, 2, DRAWS)) seen[part(a, b)]++;
    const terms = Array.from(expected, (mean, i) => ({ mean, gap: seen[i] - mean })).filter(
      ({ mean }) => mean > 20,
    );
    // Chi-square, within four deviations.
    const statistic = terms.reduce((sum, { mean, gap }) => sum + gap ** 2 / mean, 0);
    expect(terms.length).toBeGreaterThan(15);
    expect(statistic).toBeLessThan(terms.length + 4 * Math.sqrt(2 * terms.length));
  });

  it("depends on the seed alone", () => {
    expect(draws(target, 7, 5)).toEqual(draws(target, 7, 5));
    expect(draws(target, 7, 5)).not.toEqual(draws(target, 8, 5));
  });
});

describe("noisyCurves", () => {
  const circle = (/** @type {number} */ length) =>
    noisyCurves(
      [
        {
          interval: [0, 2 * Math.PI],
          at: (t) => [2 * Math.cos(t), 2 * Math.sin(t)],
          density: () => 0.5 / Math.PI,
          quantile: (u) => 2 * Math.PI * u,
          length,
        },
      ],
      0.5,
    );

  it("is the Rice density on a circle: exp(-(r² + R²) / 2s²) I0(r R / s²) / (2 pi s²)", () => {
    const { logDensity } = circle(4 * Math.PI);
    for (const r of [0, 0.3, 1, 2, 3.5, 6]) {
      const rice = -(r ** 2 + 4) / 0.5 + logBessel0(8 * r) - Math.log(0.5 * Math.PI);
      expect(logDensity(0.6 * r, -0.8 * r)).toBeCloseTo(rice, 8);
    }
  });

  it("has nodes enough: twice as many change nothing", () => {
    const [usual, finer] = [circle(4 * Math.PI), circle(8 * Math.PI)];
    expect(usual.logDensity(1.3, 1.4)).toBeCloseTo(finer.logDensity(1.3, 1.4), 9);
  });
});

/** log of the modified Bessel function I0, by its power series. @param {number} z */
function logBessel0(z) {
  let [term, sum] = [1, 1];
  for (let k = 1; k < 200; k++) {
    term *= (z / 2 / k) ** 2;
    sum += term;
  }
  return Math.log(sum);
}

describe("gaussLegendre", () => {
  it("integrates polynomials of degree 2 n - 1 exactly", () => {
    const rule = gaussLegendre(5);
    for (let power = 0; power < 10; power++) {
      const integral = rule.reduce((sum, { node, weight }) => sum + weight * node ** power, 0);
      expect(integral).toBeCloseTo(power % 2 ? 0 : 2 / (power + 1), 12);
    }
  });
});
