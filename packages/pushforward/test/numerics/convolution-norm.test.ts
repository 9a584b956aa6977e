import { expect, test } from "vitest";
import { convolutionNormBound, hostConvolution } from "../../src/numerics/convolution-norm.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { spectralNormBound } from "../../src/numerics/spectral-norm.ts";

const source = hostRandom(1);

/** The convolution as a matrix, column by column. */
function matrixOf(kernel: { data: number[]; shape: number[] }, height: number, width: number) {
  const [outputs, inputs] = kernel.shape as [number, number];
  const [rows, columns] = [outputs * height * width, inputs * height * width];
  const matrix = new Float64Array(rows * columns);
  for (let column = 0; column < columns; column++) {
    const unit = Array.from({ length: columns }, (_, i) => Number(i === column));
    const image = hostConvolution(kernel, unit, height, width);
    for (const [row, value] of image.entries()) matrix[row * columns + column] = value;
  }
  return { matrix, rows, columns };
}

/** The first right singular vector, by power iteration. */
function singularVector({ matrix, rows, columns }: ReturnType<typeof matrixOf>) {
  let v = Array.from({ length: columns }, () => source.normal());
  for (let step = 0; step < 300; step++) {
    const image = Array.from({ length: rows }, (_, i) =>
      v.reduce((sum, x, j) => sum + x * matrix[i * columns + j]!, 0),
    );
    const back = v.map((_, j) =>
      image.reduce((sum, x, i) => sum + x * matrix[i * columns + j]!, 0),
    );
    const length = Math.hypot(...back);
    v = back.map((x) => x / length);
  }
  return v;
}

test.each([
  [1, 1, 3, 4, 4],
  [2, 3, 3, 3, 5],
  [4, 2, 3, 5, 3],
  [3, 3, 3, 1, 1],
  [2, 2, 3, 2, 2],
  [1, 2, 5, 4, 6],
  [3, 4, 1, 3, 3],
])(
  "%i from %i channels, kernel %i, image %i by %i: at least the norm, and hardly more",
  (...sizes) => {
    const [outputs, inputs, size, height, width] = sizes;
    const shape = [outputs, inputs, size, size];
    // Weights of one sign add up over an image, up to its edges.
    for (const mean of [0, 1]) {
      const data = Array.from(
        { length: outputs * inputs * size * size },
        () => mean + source.normal(),
      );
      const operator = matrixOf({ data, shape }, height, width);
      const norm = spectralNormBound(operator.matrix, operator.rows, operator.columns);
      const vector = singularVector(operator);
      const bound = convolutionNormBound({ data, shape }, vector, height, width);
      expect(bound).toBeGreaterThan(norm * (1 - 1e-3));
      expect(bound).toBeLessThan(norm * 1.006);
      const anywhere = convolutionNormBound(
        { data, shape },
        vector.map(() => source.normal()),
        height,
        width,
      );
      expect(anywhere).toBeGreaterThan(norm * (1 - 1e-3));
    }
  },
);

test("it is not the norm of the kernel as a matrix, nor that without edges", () => {
  const kernel = { data: new Array(9).fill(1), shape: [1, 1, 3, 3] };
  const vector = [1, 1, 1, 1];
  // All four pixels see all four: 4, where the kernel's length is 3 and a large image would have 9.
  expect(convolutionNormBound(kernel, vector, 2, 2)).toBeCloseTo(4, 1);
});

test("a kernel of zeros has norm 0", () => {
  const kernel = { data: new Array(18).fill(0), shape: [2, 1, 3, 3] };
  expect(convolutionNormBound(kernel, [1, 1, 1, 1], 2, 2)).toBe(0);
});
