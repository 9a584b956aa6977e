import { lax, vmap } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import { EngineError } from "../../../../src/core/errors.ts";
import { type NDArray, np, ready } from "../../../../src/engine/index.ts";
import {
  describeLowered,
  expectLoweredEqual,
  type HostArgument,
  normals,
  runLowered,
} from "../run-lowered.ts";
import { withGradient } from "../with-gradient.ts";

beforeAll(() => ready());

/** Rounding errors, times the condition of the matrices below. */
const tolerance = 5e-6;

/** Square matrices with a dominant diagonal. */
function dominant(seed: number, ...shape: number[]): HostArgument {
  const order = shape.at(-1)!;
  const { data } = normals(seed, ...shape);
  const place = (index: number) => index % (order * order);
  const shifted = Float32Array.from(data, (value, index) =>
    place(index) % (order + 1) === 0 ? Math.sign(value) * (Math.abs(value) + order) : value,
  );
  return { data: shifted, shape };
}

/** Symmetric positive definite matrices. */
function definite(x: NDArray): NDArray {
  const order = x.shape.at(-1)!;
  const transposed = np.swapaxes(x.ref, -1, -2) as NDArray;
  return np.matmul(x, transposed).add(np.eye(order).mul(order));
}

describeLowered("triangular systems", () => {
  const options = [true, false].flatMap((leftSide) =>
    [true, false].flatMap((lower) =>
      [true, false].flatMap((transposeA) =>
        [true, false].map((unitDiagonal) => ({ leftSide, lower, transposeA, unitDiagonal })),
      ),
    ),
  );

  test.each(options)("%o", (option) => {
    const solve = (a: NDArray, b: NDArray) => lax.linalg.triangularSolve(a, b, option) as NDArray;
    const [rows, columns] = option.leftSide ? [5, 3] : [3, 5];
    // A unit diagonal with entries of normal size beside it makes for large solutions.
    const a = option.unitDiagonal ? scaled(dominant(1, 5, 5), 0.3) : dominant(1, 5, 5);
    return expectLoweredEqual(withGradient(solve), [[a, normals(2, rows, columns)]], { tolerance });
  });

  function scaled({ data, shape }: HostArgument, factor: number): HostArgument {
    return { data: Float32Array.from(data, (value) => factor * value), shape };
  }

  test.each([1, 2, 7, 33])("of order %i, in batches", (order) => {
    const solve = (a: NDArray, b: NDArray) =>
      lax.linalg.triangularSolve(a, b, { leftSide: true, lower: true }) as NDArray;
    const args = [dominant(1, 2, 3, order, order), normals(2, 2, 3, order, 4)];
    return expectLoweredEqual(withGradient(solve), [args], { tolerance });
  });

  test("one matrix for any number of rows, and one for each", async () => {
    const right = (a: NDArray, b: NDArray) =>
      lax.linalg.triangularSolve(a, b, { lower: true, transposeA: true }) as NDArray;
    const counts = [11, 1, 5, 64];
    await expectLoweredEqual(
      withGradient(right),
      counts.map((count) => [dominant(1, 6, 6), normals(2, count, 6)]),
      { symbolicRows: 11, tolerance },
    );
    const left = (a: NDArray, b: NDArray) =>
      lax.linalg.triangularSolve(a, b, { leftSide: true }) as NDArray;
    await expectLoweredEqual(
      withGradient(left),
      counts.map((count) => [dominant(1, count, 4, 4), normals(2, count, 4, 2)]),
      { symbolicRows: 11, tolerance },
    );
  });

  test("under vmap, of both or of one side", async () => {
    const solve = (a: NDArray, b: NDArray) =>
      lax.linalg.triangularSolve(a, b, { leftSide: true, lower: true }) as NDArray;
    for (const axes of [
      [0, 0],
      [null, 0],
    ]) {
      const mapped = vmap(solve as never, axes as never) as never as typeof solve;
      const a = axes[0] === 0 ? dominant(1, 3, 4, 4) : dominant(1, 4, 4);
      await expectLoweredEqual((x, y) => mapped(x, y), [[a, normals(2, 3, 4, 2)]], { tolerance });
    }
  });
});

describeLowered("Cholesky factors", () => {
  test.each([1, 2, 5, 20])("of order %i, with gradients", (order) =>
    expectLoweredEqual(
      withGradient((x) => np.linalg.cholesky(definite(x)) as NDArray),
      [[normals(order, 2, order, order)]],
      { tolerance },
    ),
  );

  test("reads the lower triangle only, and gives the upper factor", async () => {
    const lowerOnly = (x: NDArray) => np.tril(definite(x)).add(np.triu(np.full([4, 4], 9), 1));
    await expectLoweredEqual(
      (x) => lax.linalg.cholesky(lowerOnly(x)) as NDArray,
      [[normals(1, 4, 4)]],
      { tolerance },
    );
    await expectLoweredEqual(
      (x) => lax.linalg.cholesky(definite(x), { upper: true }) as NDArray,
      [[normals(1, 4, 4)]],
      { tolerance },
    );
  });

  test("of a matrix that has none is not a number", () =>
    expectLoweredEqual(
      (x) => lax.linalg.cholesky(x) as NDArray,
      [[{ data: [1, 0, 0, 2, 1, 0, 3, 1, 5], shape: [3, 3] }]],
    ));

  test("for any number of rows", () =>
    expectLoweredEqual(
      withGradient((x) => np.linalg.cholesky(definite(x)) as NDArray),
      [11, 1, 4].map((count) => [normals(count, count, 3, 3)]),
      { symbolicRows: 11, tolerance },
    ));
});

describeLowered("LU factors", () => {
  const lu = (x: NDArray) => lax.linalg.lu(x) as [NDArray, NDArray, NDArray];

  test.each([
    [1, 1],
    [2, 2],
    [5, 5],
    [3, 6],
    [6, 3],
    [24, 24],
  ])("of %i x %i, with the pivots and the permutation", (rows, columns) =>
    expectLoweredEqual(lu, [[normals(rows + columns, 3, rows, columns)]], { tolerance }),
  );

  test("of singular matrices, with equal pivots", () =>
    expectLoweredEqual(lu, [
      [{ data: [0, 1, 2, 0, 3, 4, 0, 5, 6], shape: [3, 3] }],
      [{ data: [1, 2, 3, -1, 2, 5, 1, 2, 3], shape: [3, 3] }],
      [{ data: new Float32Array(9), shape: [3, 3] }],
    ]));

  test("determinants, inverses and solutions, with gradients", async () => {
    const x = normals(3, 2, 5, 5);
    const det = withGradient((each) => np.linalg.det(each) as NDArray);
    await expectLoweredEqual(det, [[x]], { tolerance });
    const slogdet = withGradient((each) => (np.linalg.slogdet(each) as [NDArray, NDArray])[1]);
    await expectLoweredEqual(slogdet, [[x]], { tolerance });
    await expectLoweredEqual((each) => np.linalg.slogdet(each) as [NDArray, NDArray], [[x]], {
      tolerance,
    });
    const inverse = withGradient((each) => np.linalg.inv(each) as NDArray);
    await expectLoweredEqual(inverse, [[dominant(4, 4, 4)]], { tolerance });
    const solve = withGradient((a, b) => np.linalg.solve(a, b) as NDArray);
    await expectLoweredEqual(solve, [[dominant(5, 2, 4, 4), normals(6, 2, 4, 3)]], { tolerance });
  });

  test("for any number of rows", async () => {
    const counts = [11, 1, 4, 30];
    await expectLoweredEqual(
      lu,
      counts.map((count) => [normals(count, count, 4, 4)]),
      { symbolicRows: 11, tolerance },
    );
    await expectLoweredEqual(
      withGradient((each) => (np.linalg.slogdet(each) as [NDArray, NDArray])[1]),
      counts.map((count) => [dominant(count, count, 3, 3)]),
      { symbolicRows: 11, tolerance },
    );
  });
});

describeLowered("eigenvalues and eigenvectors", () => {
  const eigh = (x: NDArray) => np.linalg.eigh(x) as NDArray[];

  test.each([1, 2, 3, 5, 8])("of symmetric matrices of order %i", (order) =>
    expectLoweredEqual(eigh, [[normals(order, 3, order, order)]], { tolerance }),
  );

  test("of diagonal and degenerate matrices", () => {
    const block = [2, 1, 0, 0, 1, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3];
    const diagonal = [3, 0, 0, 0, 0, -1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2];
    return expectLoweredEqual(eigh, [[{ data: [...block, ...diagonal], shape: [2, 4, 4] }]], {
      tolerance,
    });
  });

  test("of matrices that are diagonal but for rounding stay as they are", () =>
    expectLoweredEqual(eigh, [[{ data: [1, 5e-8, 5e-8, 1 + 2 ** -22], shape: [2, 2] }]], {
      tolerance,
    }));

  test("reads the lower triangle only", () =>
    expectLoweredEqual(
      (x) => lax.linalg.eigh(x, { symmetrizeInput: false }) as NDArray[],
      [[normals(7, 2, 4, 4)]],
      { tolerance },
    ));

  test("singular values", () =>
    expectLoweredEqual((x) => lax.linalg.svd(x) as NDArray[], [[normals(3, 2, 5, 3)]], {
      tolerance,
    }));

  test("for any number of rows", () =>
    expectLoweredEqual(
      eigh,
      [11, 1, 4].map((count) => [normals(count, count, 3, 3)]),
      { symbolicRows: 11, tolerance },
    ));
});

describeLowered("matrices that would make too long a program", () => {
  test.each<[string, string, (x: NDArray) => NDArray, number]>([
    ["triangular_solve", "64 x 64", (x) => lax.linalg.triangularSolve(x.ref, x) as NDArray, 65],
    ["cholesky", "64 x 64", (x) => lax.linalg.cholesky(x) as NDArray, 65],
    ["lu", "64 x 64", (x) => (lax.linalg.lu(x) as NDArray[])[0]!, 65],
    ["jacobi_eigh", "8 x 8", (x) => (np.linalg.eigh(x) as NDArray[])[0]!, 9],
  ])("%s above %s", async (name, limit, fn, order) => {
    const refused = runLowered((x) => fn(x), [normals(1, order, order)]);
    await expect(refused).rejects.toThrow(EngineError);
    await expect(refused).rejects.toThrow(`${name}\` is written out for matrices up to ${limit}`);
    const growing = runLowered((x) => fn(x), [normals(1, order, order)], order);
    await expect(growing).rejects.toThrow("grows with the number of rows");
  });
});
