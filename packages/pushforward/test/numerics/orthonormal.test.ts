import { beforeAll, describe, expect, test } from "vitest";
import { ready } from "../../src/engine/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { orthonormalColumns } from "../../src/numerics/orthonormal.ts";
import {
  distance,
  identity,
  matrixOf,
  product,
  reflection,
  transpose,
} from "../bijectors/matrices.ts";
import { download, upload } from "./device-matrix.ts";

beforeAll(() => ready());

const source = hostRandom(2);
const draw = (rows: number, columns: number) =>
  matrixOf(rows, columns, () => Math.fround(source.normal()));

describe("orthonormalColumns", () => {
  /** A matrix with the given singular values, and its polar factor, `U S V^T` and `U V^T`. */
  function withSingularValues(d: number, values: readonly number[]) {
    const rotation = (size: number) => draw(size, size).map(reflection).reduce(product);
    const left = rotation(d).map((row) => row.slice(0, values.length));
    const right = transpose(rotation(values.length));
    const scaled = left.map((row) => row.map((value, j) => value * values[j]!));
    return { matrix: product(scaled, right), factor: product(left, right) };
  }

  test.each([
    ["of condition number 1", 5, [3, 3, 3]],
    ["square", 4, [2, 1.5, 1, 0.5]],
    ["of condition number 200", 6, [20, 5, 1, 0.1]],
    ["of condition number 1e4", 6, [20, 5, 1, 2e-3]],
    ["small", 3, [1e-5, 2e-5]],
    ["large", 3, [1e5, 2e5]],
    ["a column", 4, [7]],
  ])("a matrix %s: its polar factor", async (_, d, values) => {
    const { matrix, factor } = withSingularValues(d, values);
    const q = await download(orthonormalColumns(upload(matrix)));
    expect(distance(product(transpose(q), q), identity(values.length))).toBeLessThan(2e-6);
    expect(distance(q, factor)).toBeLessThan(1e-4);
  });

  test("columns stay orthonormal up to a condition number of 1e5", async () => {
    const values = Array.from({ length: 8 }, (_, i) => 10 ** ((-5 * i) / 7));
    const q = await download(orthonormalColumns(upload(withSingularValues(12, values).matrix)));
    expect(distance(product(transpose(q), q), identity(8))).toBeLessThan(2e-6);
  });

  test("a matrix of zeros gives zeros, not NaN", async () => {
    const q = await download(orthonormalColumns(upload(matrixOf(3, 2, () => 0))));
    expect(q.flat().every((value) => value === 0)).toBe(true);
  });
});
