import { expect, test } from "vitest";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { dependentColumns } from "../../src/tables/dependent-columns.ts";

const random = hostRandom(1);
const draw = () => Float64Array.from({ length: 500 }, () => random.normal());
const [a, b, c] = [draw(), draw(), draw()];

test("finds a column that is a sum of multiples of others, and says of which", () => {
  const sum = a.map((value, i) => 1e4 * (2 * value - 3 * (b[i] as number)) + 7);
  expect(dependentColumns([a, b, c, sum])).toEqual([{ column: 3, of: [0, 1] }]);
});

test("finds a copy, and several dependences one after the other", () => {
  const both = a.map((value, i) => value + (c[i] as number));
  expect(dependentColumns([a, a, c, both])).toEqual([
    { column: 1, of: [0] },
    { column: 3, of: [0, 2] },
  ]);
});

test("leaves alone what is nearly, but not quite, determined", () => {
  const near = a.map((value, i) => value + 1e-3 * (b[i] as number));
  expect(dependentColumns([a, near, b.map((value) => value ** 2)])).toEqual([]);
});

test("an outlier that columns share does not make them alike", () => {
  const withOutlier = (values: Float64Array) => Float64Array.of(1e9, ...values.subarray(1));
  expect(dependentColumns([a, b, c].map(withOutlier))).toEqual([]);
});
