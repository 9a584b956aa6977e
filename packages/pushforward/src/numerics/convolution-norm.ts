import { isPositiveDefinite } from "./banded-cholesky.ts";
import { spectralNormBound } from "./spectral-norm.ts";

/** Numbers on the host with their shape, of a kernel `[outputs, inputs, size, size]`, `size` odd. */
export interface HostKernel {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

/** Factors on a lower bound of the norm that are tried one after the other. */
const FACTORS = [1.001, 1.005, 1.02, 1.1, 1.5, 2, 4, 8];

/**
 * An upper bound of the spectral norm of a convolution of images of a size, zeros beyond the edges, in double
 * precision: the least s of some tried for which `s^2 I - A A^T` is positive definite, which elimination proves. `A A^T`
 * relates pixels at most two kernels apart, and is banded. It costs about `(c h w) (2 r w c)^2`, c being the smaller
 * number of channels and r the kernel's reach to both sides.
 *
 * @param vector an image `[inputs, height, width]`, best near the first singular vector: `|A v| / |v|` is where the
 * search begins.
 */
export function convolutionNormBound(
  kernel: HostKernel,
  vector: ArrayLike<number>,
  height: number,
  width: number,
): number {
  const [outputs, inputs, size] = kernel.shape as [number, number, number];
  const matrixNorm = spectralNormBound(kernel.data, outputs, inputs * size * size);
  if (size === 1 || matrixNorm === 0) return matrixNorm;
  // A number of the image is in size^2 windows at most.
  const most = size * matrixNorm;
  const least = length(hostConvolution(kernel, vector, height, width)) / length(vector);
  const gram = gramBands(kernel, height, width);
  for (const factor of FACTORS) {
    const bound = factor * least;
    if (!(bound < most)) break;
    if (bound > 0 && isPositiveDefinite(gram.shifted(bound * bound), gram.count, gram.reach)) {
      return bound;
    }
  }
  return most;
}

/** The convolution of one image, `[inputs, height, width]` to `[outputs, height, width]`. */
export function hostConvolution(
  { data, shape }: HostKernel,
  image: ArrayLike<number>,
  height: number,
  width: number,
): Float64Array {
  const [outputs, inputs, size] = shape as [number, number, number];
  const result = new Float64Array(outputs * height * width);
  for (let output = 0; output < outputs; output++) {
    for (let input = 0; input < inputs; input++) {
      for (let tap = 0; tap < size * size; tap++) {
        const weight = data[(output * inputs + input) * size * size + tap];
        forWindow(height, width, size, tap, (from, to) => {
          result[output * height * width + to] += weight * image[input * height * width + from];
        });
      }
    }
  }
  return result;
}

/** Calls with each pixel that a kernel's entry sees, and the pixel for which it does. */
function forWindow(
  height: number,
  width: number,
  size: number,
  tap: number,
  call: (from: number, to: number) => void,
): void {
  const [down, right] = offsetOf(size, tap);
  for (let y = Math.max(0, -down); y < Math.min(height, height - down); y++) {
    for (let x = Math.max(0, -right); x < Math.min(width, width - right); x++) {
      call((y + down) * width + x + right, y * width + x);
    }
  }
}

function offsetOf(size: number, tap: number): [down: number, right: number] {
  const half = (size - 1) / 2;
  return [Math.floor(tap / size) - half, (tap % size) - half];
}

/**
 * `A A^T`, or `A^T A` where that is smaller, its rows ordered by pixel and then by channel: row i has the entries
 * `(i, i - reach) ... (i, i)`.
 */
function gramBands({ data, shape }: HostKernel, height: number, width: number) {
  const [outputs, inputs, size] = shape as [number, number, number];
  const ofInputs = inputs < outputs;
  const channels = ofInputs ? inputs : outputs;
  const summed = ofInputs ? outputs : inputs;
  const taps = size * size;
  const at = (channel: number, other: number, tap: number) =>
    ofInputs
      ? data[(other * inputs + channel) * taps + (taps - 1 - tap)]
      : data[(channel * inputs + other) * taps + tap];

  /** `sum_l K[a, l, first] K[b, l, second]` of two entries of the kernel. */
  const blocks = Array.from({ length: taps * taps }, (_, pair) => {
    const [first, second] = [Math.floor(pair / taps), pair % taps];
    return Float64Array.from({ length: channels * channels }, (_, entry) => {
      const [a, b] = [Math.floor(entry / channels), entry % channels];
      let sum = 0;
      for (let l = 0; l < summed; l++) sum += at(a, l, first) * at(b, l, second);
      return sum;
    });
  });

  const count = channels * height * width;
  const reach = Math.min(count - 1, ((size - 1) * (width + 1) + 1) * channels - 1);
  const bands = new Float64Array(count * (reach + 1));
  for (let first = 0; first < taps; first++) {
    for (let second = 0; second < taps; second++) {
      const block = blocks[first * taps + second];
      const [down, right] = offsetOf(size, second);
      // Pixel p sees r by the first entry; q is the pixel that sees r by the second.
      forWindow(height, width, size, first, (r, p) => {
        const [y, x] = [Math.floor(r / width) - down, (r % width) - right];
        if (y < 0 || y >= height || x < 0 || x >= width) return;
        const q = y * width + x;
        if (q > p) return;
        for (let a = 0; a < channels; a++) {
          const row = p * channels + a;
          for (let b = 0; b < channels; b++) {
            const column = q * channels + b;
            if (column <= row)
              bands[row * (reach + 1) + reach - (row - column)] += block[a * channels + b];
          }
        }
      });
    }
  }
  return {
    count,
    reach,
    /** `shift I` minus it. */
    shifted(shift: number): Float64Array {
      const result = bands.map((value) => -value);
      for (let row = 0; row < count; row++) result[row * (reach + 1) + reach] += shift;
      return result;
    },
  };
}

function length(vector: ArrayLike<number>): number {
  return Math.sqrt(Array.from(vector).reduce((sum, value) => sum + value * value, 0));
}
