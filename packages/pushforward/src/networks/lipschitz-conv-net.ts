import type { ContractiveNetwork } from "../core/contractive-network.ts";
import { checkImage } from "../core/image.ts";
import { convolve, type NDArray, np, random } from "../engine/index.ts";
import {
  convolutionNormBound,
  type HostKernel,
  hostConvolution,
} from "../numerics/convolution-norm.ts";
import {
  boundedWeight,
  type LinearLayers,
  type LipschitzNetworkOptions,
  type LipschitzTrees,
  lipschitzNetwork,
} from "./lipschitz-network.ts";

/**
 * A convolutional network of LipSwish activations that is a contraction: a convolution of 3 by 3 pixels, one of 1 by 1
 * for each further hidden layer, and one of 3 by 3 at the end, each within its bound as in {@link lipschitzMlp}
 * (Behrmann et al. 2019, arXiv:1811.00995, appendix E; Chen et al. 2019, arXiv:1906.02735).
 *
 * The norm of a convolution is that of the linear map of images of this size, with zeros beyond the edges: the power
 * iteration goes through the convolution and its transpose, and its vectors are images (Gouk et al. 2018,
 * arXiv:1804.04368). The norm of the kernel as a matrix is another number. A context is added in the first layer at every
 * pixel.
 *
 * @throws DomainError as {@link lipschitzMlp}.
 */
export function lipschitzConvNet(
  options: LipschitzNetworkOptions = {},
): ContractiveNetwork<LipschitzTrees> {
  return lipschitzNetwork("lipschitzConvNet", options, convolutions);
}

/** Weights [outputs, inputs, size, size], vectors [inputs, height, width]. */
const convolutions: LinearLayers = {
  widthOf: (shape) => checkImage("lipschitzConvNet", shape)[0],
  init([weightKey, vectorKey], { outputs, inputs, isInner }, [, height, width], coefficient) {
    const size = isInner ? 1 : 3;
    const [kernelKey, startKey] = [...random.split(vectorKey, 2)] as [NDArray, NDArray];
    // A number of the image is in size^2 windows, so the norm is at most `size` times that of the kernel as a matrix.
    const area = inputs * size * size;
    const { weight, vector } = boundedWeight([weightKey, kernelKey], outputs, area, coefficient);
    vector.dispose();
    return {
      weight: weight.div(size).reshape([outputs, inputs, size, size]),
      vector: random.normal(startKey, [inputs, height as number, width as number]),
    };
  },
  operator: {
    apply: (weight, v) => onOne(weight, v),
    adjoint: (weight, u) => onOne(np.flip(weight.transpose([1, 0, 2, 3]), [2, 3]), u),
  },
  apply: (weight, x) => convolve(x, weight),
  spread: (values) => values.reshape([...values.shape, 1, 1]),
  onHost(weight, { shape: [, height, width] }) {
    const flipped = adjointKernel(weight);
    return {
      apply: (v) => hostConvolution(weight, v, height, width),
      adjoint: (u) => hostConvolution(flipped, u, height, width),
    };
  },
  normBound: (weight, { data, shape: [, height, width] }) =>
    convolutionNormBound(weight, data, height, width),
};

/** The kernel of the transposed convolution: inputs and outputs change places, the window is turned round. */
function adjointKernel({ data, shape }: HostKernel): HostKernel {
  const [outputs, inputs, size] = shape as [number, number, number];
  const taps = size * size;
  const turned = Float64Array.from({ length: data.length }, (_, index) => {
    const [input, rest] = [Math.floor(index / (outputs * taps)), index % (outputs * taps)];
    const [output, tap] = [Math.floor(rest / taps), rest % taps];
    return data[(output * inputs + input) * taps + taps - 1 - tap];
  });
  return { data: turned, shape: [inputs, outputs, size, size] };
}

/** The convolution of one image, `[c, h, w]`. */
function onOne(kernel: NDArray, image: NDArray): NDArray {
  const [channels, height, width] = image.shape as [number, number, number];
  const result = convolve(image.reshape([1, channels, height, width]), kernel);
  return result.reshape([-1, height, width]);
}
