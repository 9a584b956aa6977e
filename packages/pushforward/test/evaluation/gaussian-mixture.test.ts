import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DataError, DomainError } from "../../src/core/errors.ts";
import { gaussianLogDensity, gaussianMle } from "../../src/evaluation/gaussian.ts";
import {
  gaussianMixtureEm,
  gaussianMixtureLogDensity,
} from "../../src/evaluation/gaussian-mixture.ts";
import { selectGaussianMixture } from "../../src/evaluation/select-gaussian-mixture.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";

const average = (values: Float64Array) => values.reduce((sum, v) => sum + v, 0) / values.length;

/** Three well separated components in the plane with weights 0.5, 0.3, 0.2. */
function threeComponents(count: number, seed: number): Float64Array {
  const random = hostRandom(seed);
  const rows = new Float64Array(2 * count);
  for (let row = 0; row < count; row++) {
    const pick = random.uniform();
    const [a, b] = [random.normal(), random.normal()];
    const point =
      pick < 0.5 ? [a, b] : pick < 0.8 ? [8 + a, 0.8 * a + 0.6 * b] : [2 * a, 9 + 0.5 * b];
    rows.set(point, 2 * row);
  }
  return rows;
}

const ROWS = threeComponents(3000, 0);
const VALIDATION = threeComponents(1000, 1);

describe("a known mixture", () => {
  const fit = gaussianMixtureEm(ROWS, 3000, 2, { components: 3, seed: 0, tolerance: 1e-9 });
  const order = [0, 1, 2].sort((a, b) => fit.weights[b] - fit.weights[a]);

  test("is recovered within the sampling error", () => {
    const means = [0, 0, 8, 0, 0, 9];
    const covariances = [1, 0, 0, 1, 1, 0.8, 0.8, 1, 4, 0, 0, 0.25];
    const weights = [0.5, 0.3, 0.2];
    order.forEach((k, place) => {
      // Five standard deviations of each estimate, from its own share of the rows.
      const share = 3000 * weights[place];
      expect(Math.abs(fit.weights[k] - weights[place])).toBeLessThan(5 * Math.sqrt(0.25 / 3000));
      for (let i = 0; i < 2; i++) {
        const variance = covariances[4 * place + 3 * i];
        const meanError = Math.abs(fit.means[2 * k + i] - means[2 * place + i]);
        expect(meanError).toBeLessThan(5 * Math.sqrt(variance / share));
        for (let j = 0; j < 2; j++) {
          const size = Math.sqrt(variance * covariances[4 * place + 3 * j]);
          const at = 4 * k + 2 * i + j;
          const error = Math.abs(fit.covariances[at] - covariances[4 * place + 2 * i + j]);
          expect(error).toBeLessThan(5 * size * Math.sqrt(2 / share));
        }
      }
    });
  });

  test("its factors belong to its covariances, its likelihood to its density", () => {
    for (let k = 0; k < 3; k++) {
      const [l00, , l10, l11] = fit.choleskys.subarray(4 * k, 4 * k + 4);
      const product = [l00 * l00, l00 * l10, l00 * l10, l10 * l10 + l11 * l11];
      product.forEach((value, at) => {
        expect(value).toBeCloseTo(fit.covariances[4 * k + at], 10);
      });
    }
    const own = average(gaussianMixtureLogDensity(fit, ROWS, 3000));
    expect(own).toBeCloseTo(fit.logLikelihood, 10);
  });

  test("is chosen among 1, 2, 3, ... on validation rows, and the search stops", () => {
    // On fewer rows a component too many may win by chance, by a thousandth of a nat.
    const count = 20_000;
    const held = threeComponents(count, 1);
    const selection = selectGaussianMixture(ROWS, 3000, held, count, 2, { seed: 0 });
    expect(selection.fit.components).toBe(3);
    expect(selection.tried.length).toBeLessThan(10);
    const scores = selection.tried.map((entry) => entry.validationLogLikelihood);
    expect(scores.indexOf(Math.max(...scores))).toBe(2);
    const density = gaussianMixtureLogDensity(selection.fit, held, count);
    expect(average(density)).toBeCloseTo(selection.validationLogLikelihood, 10);
  });
});

test("one component is the Gaussian of the closed form", () => {
  const fit = gaussianMixtureEm(ROWS, 3000, 2, { components: 1, seed: 0 });
  const gaussian = gaussianMle(ROWS, 3000, 2);
  const density = gaussianMixtureLogDensity(fit, VALIDATION, 1000);
  gaussianLogDensity(gaussian, VALIDATION, 1000).forEach((value, row) => {
    expect(density[row]).toBeCloseTo(value, 4);
  });
});

test("the likelihood never falls between steps", () => {
  // The penalty on covariances is 1e-6; these components are far from it, so that the plain
  // likelihood shows what the penalised one is promised to do, up to 1e-6.
  const options = { components: 5, seed: 3, restarts: 1, tolerance: 0 };
  let last = -Infinity;
  for (let maxIterations = 0; maxIterations <= 60; maxIterations++) {
    const fit = gaussianMixtureEm(VALIDATION, 1000, 2, { ...options, maxIterations });
    expect(fit.iterations).toBe(maxIterations);
    expect(fit.logLikelihood).toBeGreaterThan(last - 1e-6);
    last = fit.logLikelihood;
  }
});

test("more restarts are never worse after the trial, and equal seeds give equal fits", () => {
  const options = { components: 6, seed: 5, maxIterations: 10, tolerance: 0 };
  const [one, five, again] = [1, 5, 5].map((restarts) =>
    gaussianMixtureEm(VALIDATION, 1000, 2, { ...options, restarts }),
  );
  expect(five!.logLikelihood).toBeGreaterThanOrEqual(one!.logLikelihood);
  expect(again).toEqual(five);
});

test("columns of scale 1e-3 and 1e6 and an offset give the same choice", () => {
  const rescale = (rows: Float64Array) =>
    rows.map((value, at) => (at % 2 === 0 ? 1e-3 * value + 5 : 1e6 * value - 3e6));
  const options = { seed: 0 };
  const plain = selectGaussianMixture(ROWS, 3000, VALIDATION, 1000, 2, options);
  const other = selectGaussianMixture(rescale(ROWS), 3000, rescale(VALIDATION), 1000, 2, options);
  expect(other.fit.components).toBe(plain.fit.components);
  const shift = Math.log(1e-3) + Math.log(1e6);
  expect(other.validationLogLikelihood + shift).toBeCloseTo(plain.validationLogLikelihood, 6);
});

describe("data that collapse components", () => {
  const finite = (fit: ReturnType<typeof gaussianMixtureEm>) =>
    [fit.weights, fit.means, fit.covariances, fit.choleskys].every((values) =>
      values.every(Number.isFinite),
    ) && Number.isFinite(fit.logLikelihood);

  test("two distinct values leave at most two components", () => {
    const rows = Float64Array.from({ length: 100 }, (_, row) => row % 2);
    const fit = gaussianMixtureEm(rows, 100, 1, { components: 5, seed: 0 });
    expect(fit.components).toBe(2);
    expect(finite(fit)).toBe(true);
    // The floor: ε / weight in standardised units, here 1e-6 / 0.5 of a variance of 1/4.
    expect(fit.covariances[0]).toBeCloseTo(0.5e-6, 12);
  });

  test("as many components as rows", () => {
    const fit = gaussianMixtureEm(VALIDATION.subarray(0, 16), 8, 2, { components: 8, seed: 0 });
    expect(finite(fit)).toBe(true);
  });

  test("a pile of equal rows beside a spread", () => {
    const rows = VALIDATION.map((value, at) => (at < 1000 ? 3 : value));
    const fit = gaussianMixtureEm(rows, 1000, 2, { components: 4, seed: 0 });
    expect(finite(fit)).toBe(true);
    expect(Math.abs(fit.weights.reduce((sum, weight) => sum + weight, 0) - 1)).toBeLessThan(1e-12);
  });

  test("duplicate columns", () => {
    const rows = Float64Array.from({ length: 2000 }, (_, at) => VALIDATION[at >> 1]);
    const fit = gaussianMixtureEm(rows, 1000, 2, { components: 3, seed: 0 });
    expect(finite(fit)).toBe(true);
  });

  test("an outlier of a million standard deviations", () => {
    const rows = VALIDATION.with(7, 1e7);
    const fit = gaussianMixtureEm(rows, 1000, 2, { components: 3, seed: 0 });
    expect(finite(fit)).toBe(true);
  });

  test("rows that are far off have a low density, never NaN", () => {
    const fit = gaussianMixtureEm(VALIDATION, 1000, 2, { components: 3, seed: 0 });
    const density = gaussianMixtureLogDensity(fit, Float64Array.of(1e6, 0, 1e200, 0), 2);
    expect(density[0]).toBeLessThan(-1e10);
    expect(density[1]).toBe(-Infinity);
  });
});

test("large tables are fitted on a sample: two halves that differ are both seen", () => {
  const random = hostRandom(9);
  const rows = Float64Array.from({ length: 60_000 }, (_, row) =>
    row < 30_000 ? random.normal() : 20 + random.normal(),
  );
  const fit = gaussianMixtureEm(rows, 60_000, 1, { components: 2, seed: 0 });
  expect(fit.weights[0]).toBeCloseTo(0.5, 1);
  expect([...fit.means].sort((a, b) => a - b)[1]).toBeCloseTo(20, 1);
});

// Rdatasets' copies of R's `faithful` and MASS's `galaxies`, beside the repository.
const SMALL = new URL("../../../../../shared/data/small/", import.meta.url);

describe.skipIf(!existsSync(SMALL))("against scikit-learn (skipped without ../shared/data)", () => {
  function column(file: string, columns: readonly number[]) {
    const lines = readFileSync(new URL(file, SMALL), "utf8").trim().split("\n").slice(1);
    const cells = lines.map((line) => line.split(","));
    return Float64Array.from(cells.flatMap((line) => columns.map((at) => Number(line[at]))));
  }

  // scikit-learn 1.9.1 on columns divided by their standard deviation s (divisor n): best of 30
  // GaussianMixture(k, tol=1e-12, max_iter=20000, reg_covar=1e-6, random_state=i).score(z) less
  // log(s).sum(). It adds 1e-6 to the variances, this library 1e-6 / weight: hence six decimals.
  test.each([
    ["faithful.csv", [1, 2], 1, -4.74189979801303],
    ["faithful.csv", [1, 2], 2, -4.155382206625999],
    ["galaxies.csv", [1], 1, -9.838705171613134],
    ["galaxies.csv", [1], 2, -9.591389095973701],
    ["galaxies.csv", [1], 3, -9.385550742264279],
  ])("%s, columns %j, k = %i", (file, columns, components, expected) => {
    const rows = column(file, columns);
    const count = rows.length / columns.length;
    const options = { components, seed: 0, restarts: 10, tolerance: 1e-10 };
    const fit = gaussianMixtureEm(rows, count, columns.length, options);
    expect(fit.logLikelihood).toBeCloseTo(expected, 6);
  });
});

describe("bad input", () => {
  test.each([0, -1, 1.5, NaN])("components = %f", (components) => {
    expect(() => gaussianMixtureEm(ROWS, 3000, 2, { components, seed: 0 })).toThrow(DomainError);
  });

  test("no rows to choose by, no components allowed, a constant column", () => {
    const options = { seed: 0 };
    const none = new Float64Array();
    expect(() => selectGaussianMixture(ROWS, 3000, none, 0, 2, options)).toThrow(/validation rows/);
    expect(() =>
      selectGaussianMixture(ROWS, 3000, VALIDATION, 1000, 2, { seed: 0, maxComponents: 0 }),
    ).toThrow(DomainError);
    const constant = Float64Array.of(1, 2, 1, 3);
    expect(() => gaussianMixtureEm(constant, 2, 2, { components: 1, seed: 0 })).toThrow(DataError);
  });
});
