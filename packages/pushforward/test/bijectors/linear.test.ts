import { beforeAll, describe, expect, test } from "vitest";
import {
  householder,
  lowRankLinear,
  luLinear,
  permute,
  qrLinear,
  randomPermutation,
  triangularLinear,
} from "../../src/bijectors/index.ts";
import type { Bijector } from "../../src/core/bijector.ts";
import { np, random, ready, type Tree } from "../../src/engine/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { logAbsDet } from "../../src/numerics/log-abs-det.ts";
import { apply } from "./host.ts";
import {
  distance,
  identity,
  type Matrix,
  matrixOf,
  product,
  reflection,
  transpose,
  triangular,
} from "./matrices.ts";

beforeAll(() => ready());

const d = 5;
const source = hostRandom(11);
const draw = (rows: number, columns: number, scale = 0.5) =>
  matrixOf(rows, columns, () => Math.fround(scale * source.normal()));
const vectorOf = (length: number) => draw(1, length)[0]!;
const upload = (rows: Matrix) =>
  np.array(Float32Array.from(rows.flat()), { shape: [rows.length, rows[0]!.length] });
const uploadVector = (values: readonly number[]) => np.array([...values]);
const reflections = (vectors: Matrix) => vectors.map(reflection).reduce(product);
/** The first columns of a matrix. */
const columns = (a: Matrix, count: number) => a.map((row) => row.slice(0, count));

interface Case {
  readonly bijector: Bijector;
  readonly params: () => Tree;
  /** A, written out. */
  readonly matrix: number[][];
  readonly bias: number[];
}

function triangularCase(): Case {
  const [lower, logDiagonal, bias] = [draw(d, d), vectorOf(d), vectorOf(d)];
  return {
    bijector: triangularLinear({ shape: [d] }),
    params: () => ({
      lower: upload(lower),
      logDiagonal: uploadVector(logDiagonal),
      bias: uploadVector(bias),
    }),
    matrix: triangular(lower, logDiagonal, "lower"),
    bias,
  };
}

function householderCase(count: number): Case {
  const [vectors, bias] = [draw(count, d), vectorOf(d)];
  return {
    bijector: householder({ shape: [d], reflections: count }),
    params: () => ({ vectors: upload(vectors), bias: uploadVector(bias) }),
    matrix: reflections(vectors),
    bias,
  };
}

function qrCase(): Case {
  const [vectors, upper] = [draw(6, d), draw(d, d)];
  const [logDiagonal, bias] = [vectorOf(d), vectorOf(d)];
  return {
    bijector: qrLinear({ shape: [d] }),
    params: () => ({
      vectors: upload(vectors),
      upper: upload(upper),
      logDiagonal: uploadVector(logDiagonal),
      bias: uploadVector(bias),
    }),
    matrix: product(reflections(vectors), triangular(upper, logDiagonal, "upper")),
    bias,
  };
}

function lowRankCase(rank: number): Case {
  const [vectors, upper, logFactors] = [draw(rank, d), draw(rank, rank), vectorOf(rank)];
  const [logDiagonal, bias] = [vectorOf(d), vectorOf(d)];
  const frame = columns(reflections(vectors), rank);
  const within = triangular(upper, logFactors, "upper").map((row, i) =>
    row.map((value, j) => value - Number(i === j)),
  );
  const added = product(product(frame, within), transpose(frame));
  return {
    bijector: lowRankLinear({ shape: [d], rank }),
    params: () => ({
      vectors: upload(vectors),
      upper: upload(upper),
      logFactors: uploadVector(logFactors),
      logDiagonal: uploadVector(logDiagonal),
      bias: uploadVector(bias),
    }),
    matrix: matrixOf(d, d, (i, j) => Math.exp(logDiagonal[i]!) * (added[i]![j]! + Number(i === j))),
    bias,
  };
}

function permutedLuCase(): Case {
  const [lu, logDiagonal, bias] = [draw(d, d), vectorOf(d), vectorOf(d)];
  const permutation = [3, 0, 4, 1, 2];
  const factors = product(
    triangular(lu, new Array<number>(d).fill(0), "lower"),
    triangular(lu, logDiagonal, "upper"),
  );
  return {
    bijector: luLinear({ shape: [d], permutation }),
    params: () => ({
      lu: upload(lu),
      logDiagonal: uploadVector(logDiagonal),
      bias: uploadVector(bias),
    }),
    matrix: permutation.map((from) => factors[from]!),
    bias,
  };
}

const cases: Record<string, Case> = {
  triangularLinear: triangularCase(),
  "householder, 6 reflections": householderCase(6),
  "householder, 3 reflections": householderCase(3),
  qrLinear: qrCase(),
  "lowRankLinear, rank 1": lowRankCase(1),
  "lowRankLinear, rank 3": lowRankCase(3),
  "luLinear with a permutation": permutedLuCase(),
};

describe.each(Object.entries(cases))("%s", (_, { bijector, params, matrix, bias }) => {
  const rows = draw(4, d, 1);
  const images = product(rows, transpose(matrix)).map((row) => row.map((y, i) => y + bias[i]!));
  const logDet = logAbsDet(matrix.flat(), d);

  test("multiplies by the matrix that its docstring states, with its determinant", async () => {
    const forward = await apply(bijector, "forward", params(), rows);
    expect(distance(forward.y, images)).toBeLessThan(1e-5);
    for (const value of forward.logDet) expect(value).toBeCloseTo(logDet, 5);
  });

  test("the inverse solves for it", async () => {
    const inverse = await apply(bijector, "inverse", params(), images);
    expect(distance(inverse.y, rows)).toBeLessThan(3e-5);
    for (const value of inverse.logDet) expect(value).toBeCloseTo(-logDet, 5);
  });
});

test.each([
  ["triangularLinear", triangularLinear({ shape: [d] })],
  ["householder", householder({ shape: [d] })],
  ["householder, d = 2", householder({ shape: [2] })],
  ["qrLinear", qrLinear({ shape: [4] })],
  ["lowRankLinear", lowRankLinear({ shape: [d] })],
  ["luLinear", luLinear({ shape: [d] })],
])("%s starts as the identity", async (_, bijector) => {
  const size = bijector.shape[0]!;
  const start = bijector.init(random.key(4)) as Tree;
  const { y, logDet } = await apply(bijector, "forward", start, identity(size));
  expect(distance(y, identity(size))).toBeLessThan(1e-6);
  for (const value of logDet) expect(Math.abs(value)).toBeLessThan(1e-6);
});

test("an odd number of reflections starts as a reflection", async () => {
  const bijector = householder({ shape: [3], reflections: 3 });
  const { y } = await apply(bijector, "forward", bijector.init(random.key(4)), identity(3));
  expect(distance(product(y, y), identity(3))).toBeLessThan(1e-6);
  expect(y[0]![0]! + y[1]![1]! + y[2]![2]!).toBeCloseTo(1, 5);
});

test("randomPermutation is a permute, the same for the same seed", () => {
  const specOf = (seed: number) => randomPermutation({ features: 20, seed }).spec;
  const { indices } = specOf(5).options as { indices: number[] };
  expect(specOf(5)).toEqual(permute({ indices }).spec);
  expect(specOf(6)).not.toEqual(specOf(5));
  expect(randomPermutation({ features: 20 }).spec).toEqual(specOf(0));
  expect(indices.toSorted((a, b) => a - b)).toEqual([...Array(20).keys()]);
});

test.each([
  [() => lowRankLinear({ shape: [3], rank: 4 }), /^lowRankLinear: rank must be .* 1 to 3, got 4/],
  [() => lowRankLinear({ shape: [3], rank: 0 }), /^lowRankLinear: rank/],
  [() => householder({ shape: [3], reflections: 1.5 }), /^householder: reflections must/],
  [() => qrLinear({ shape: [3], reflections: 0 }), /^qrLinear: reflections must/],
  [() => qrLinear({ shape: [2, 2] }), /^qrLinear: works on vectors/],
  [() => luLinear({ shape: [3], permutation: [0, 1] }), /^luLinear: the permutation must have 3/],
  [() => luLinear({ shape: [2], permutation: [0, 0] }), /^luLinear: permutation must be/],
  [() => randomPermutation({ features: 0 }), /^randomPermutation: features must/],
  [() => randomPermutation({ features: 2, seed: 0.5 }), /seed/],
])("what cannot be built says why (%#)", (build, message) => {
  expect(build).toThrow(message);
});
