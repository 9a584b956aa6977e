import { expect, test } from "vitest";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { spectralNormBound } from "../../src/numerics/spectral-norm.ts";
import { matrixOf, product, reflection, transpose } from "../bijectors/matrices.ts";

const source = hostRandom(1);
const rotation = (size: number) =>
  matrixOf(size, size, () => source.normal())
    .map(reflection)
    .reduce(product);

test.each([
  ["one number", 1, 1, [3]],
  ["wide", 2, 5, [0.97, 0.5]],
  ["tall, equal values", 6, 3, [0.97, 0.97, 0.97]],
  ["square, values close together", 8, 8, [1, 0.9999, 0.9998, 0.9, 0.9, 0.9, 0.1, 0]],
  ["small", 4, 4, [1e-20, 1e-21, 0, 0]],
  ["large", 4, 4, [1e20, 1e19, 0, 0]],
  ["zero", 3, 2, [0, 0]],
])("%s: at least the norm, and hardly more", (_, rows, columns, values) => {
  const middle = matrixOf(rows, columns, (i, j) => (i === j ? values[i]! : 0));
  const matrix = product(product(rotation(rows), middle), transpose(rotation(columns)));
  const bound = spectralNormBound(matrix.flat(), rows, columns);
  expect(bound).toBeGreaterThanOrEqual(values[0]! * (1 - 1e-12));
  expect(bound).toBeLessThanOrEqual(values[0]! * (1 + 6e-4));
});
