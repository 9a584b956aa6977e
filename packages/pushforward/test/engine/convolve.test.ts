import { expect, test } from "vitest";
import {
  ArraySpec,
  convolve,
  grad,
  hostArray,
  type NDArray,
  startEngine,
} from "../../src/engine/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";

const [rows, inputs, outputs, height, width] = [3, 2, 1, 4, 3] as const;

function normals(size: number, stream: number): Float32Array {
  const random = hostRandom(7, stream);
  return Float32Array.from({ length: size }, () => random.normal());
}

const x = normals(rows * inputs * height * width, 1);
const kernel = normals(outputs * inputs * 9, 2);

/** Convolution by its definition, zeros beyond the edges, in double precision. */
function reference(image: ArrayLike<number>, weights: ArrayLike<number>): Float64Array {
  const result = new Float64Array(rows * outputs * height * width);
  for (let row = 0; row < rows; row++) {
    for (let y = 0; y < height; y++) {
      for (let z = 0; z < width; z++) {
        let sum = 0;
        for (let channel = 0; channel < inputs; channel++) {
          for (let i = 0; i < 9; i++) {
            const [down, right] = [y + Math.floor(i / 3) - 1, z + (i % 3) - 1];
            if (down < 0 || right < 0 || down >= height || right >= width) continue;
            const value = image[((row * inputs + channel) * height + down) * width + right];
            sum += (value as number) * (weights[channel * 9 + i] as number);
          }
        }
        result[(row * height + y) * width + z] = sum;
      }
    }
  }
  return result;
}

/** Runs a function of image and kernel on the engine of this project. */
async function run(fn: (x: NDArray, kernel: NDArray) => NDArray): Promise<Float32Array> {
  const engine = await startEngine();
  const shapes = [
    [rows, inputs, height, width],
    [outputs, inputs, 3, 3],
  ];
  const program = engine.compile(
    (a: NDArray, b: NDArray): [NDArray] => [fn(a, b)],
    shapes.map((shape) => new ArraySpec(shape)),
  );
  const [result] = await program.run(hostArray(x, shapes[0]), hostArray(kernel, shapes[1]));
  program.dispose();
  return (await result.data()) as Float32Array;
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) expect(actual[i]).toBeCloseTo(expected[i] as number, 4);
}

test("a convolution is the sum over its window, zeros beyond the edges", async () => {
  expectClose(await run(convolve), reference(x, kernel));
});

test("what is computed on the way with a constant in it is padded with zeros", async () => {
  const shifted = x.map((value) => value * 2 - 1);
  const result = await run((image, weights) => convolve(image.mul(2).sub(1), weights));
  expectClose(result, reference(shifted, kernel));
});

test("the gradient by the kernel holds for such an image, that by the image for a constant one", async () => {
  const slope = (fn: (at: NDArray) => NDArray, at: NDArray) =>
    (grad(fn as never) as unknown as (at: NDArray) => NDArray)(at);
  const byKernel = await run((image, weights) =>
    slope((w) => convolve(image.mul(2).sub(1), w).sum(), weights),
  );
  const byImage = await run((image, weights) => slope((v) => convolve(v, weights).sum(), image));
  const unit = (size: number, i: number) =>
    Float32Array.from({ length: size }, (_, k) => Number(k === i));
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
  const shifted = x.map((value) => value * 2 - 1);
  expectClose(
    byKernel,
    Array.from(kernel, (_, i) => sum(reference(shifted, unit(kernel.length, i)))),
  );
  expectClose(
    byImage,
    Array.from(x, (_, i) => sum(reference(unit(x.length, i), kernel))),
  );
});
