import { EngineError } from "../../../core/errors.ts";
import type { Builder, Tensor } from "../builder.ts";
import type { Lowering, LoweringTable } from "../lowering.ts";
import { binary } from "./arithmetic.ts";
import { matmul } from "./matrices.ts";

/** The longest transform: its two matrices are part of the model, 8 MB at this length. */
const LONGEST = 1024;

/**
 * Complex Fourier transform of real and imaginary parts along the last axis,
 * `X_k = sum_j x_j exp(-+ 2 pi i j k / n)`, divided by `n` where it is the inverse one, as products
 * with matrices of cosines and sines.
 */
const fft: Lowering = (builder, [real, imag], { params }) => {
  const length = real.shape.at(-1) as number;
  if (builder.isSymbolic(length) || length > LONGEST) {
    const got = builder.isSymbolic(length) ? "the number of rows" : length;
    throw new EngineError(
      `onnx: \`fft\` is written for fixed lengths up to ${LONGEST}, got ${got}. Run it on jax-js.`,
    );
  }
  const inverse = params.inverse as boolean;
  const scale = inverse ? 1 / length : 1;
  const cosines = rotations(builder, length, (angle) => scale * Math.cos(angle));
  const sines = rotations(builder, length, (angle) => (inverse ? scale : -1) * Math.sin(angle));
  const product = (x: Tensor, matrix: Tensor) => matmul(builder, x, matrix);
  return [
    binary(builder, "Sub", product(real, cosines), product(imag, sines)),
    binary(builder, "Add", product(real, sines), product(imag, cosines)),
  ];
};

/** A function of the angle `2 pi j k / n` for all `j` and `k`. */
function rotations(builder: Builder, length: number, of: (angle: number) => number): Tensor {
  const matrix = Float32Array.from({ length: length ** 2 }, (_, index) => {
    const turns = (Math.floor(index / length) * (index % length)) % length;
    return of((2 * Math.PI * turns) / length);
  });
  return builder.constant(matrix, [length, length], "float32");
}

/** Discrete Fourier transforms. */
export const fourier: LoweringTable = { fft };
