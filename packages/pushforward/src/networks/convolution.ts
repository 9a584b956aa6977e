import { convolve, type NDArray, np, random } from "../engine/index.ts";

/** Parameters of a convolution: `weight` [outputs, inputs, size, size], `bias` [outputs]. */
export type Convolution = { weight: NDArray; bias: NDArray };

/**
 * Weights `N(0, 2 / (inputs size^2))` (He et al. 2015, arXiv:1502.01852), biases 0; the key is consumed.
 *
 * @param size pixels along one side of the kernel, odd.
 */
export function heConvolution(
  key: NDArray,
  outputs: number,
  inputs: number,
  size: number,
): Convolution {
  const weight = random.normal(key, [outputs, inputs, size, size]);
  return {
    weight: weight.mul(Math.sqrt(2 / (inputs * size * size))),
    bias: np.zeros([outputs]),
  };
}

/** All zeros: the last layer of a conditioner. */
export function zeroConvolution(outputs: number, inputs: number, size: number): Convolution {
  return { weight: np.zeros([outputs, inputs, size, size]), bias: np.zeros([outputs]) };
}

/** `[n, inputs, h, w]` to `[n, outputs, h, w]`, zeros beyond the edges; consumes. */
export function applyConvolution({ weight, bias }: Convolution, x: NDArray): NDArray {
  return convolve(x, weight).add(bias.reshape([-1, 1, 1]));
}
