import { checkCount } from "../core/check-number.ts";
import { type Distribution, defineDistribution } from "../core/distribution.ts";
import { splitKey } from "../core/keys.ts";
import { checkVector, type Shape } from "../core/shape.ts";
import { type NDArray, np, random } from "../engine/index.ts";
import { logSumExp } from "../numerics/stable.ts";
import { solveTriangular } from "../numerics/triangular.ts";
import { whiteningMatrix } from "./normal.ts";

export interface MixtureOptions {
  shape: Shape;
  /** Number of Gaussians k. */
  components: number;
}

export type MixtureParams = {
  /** Unnormalised log-weights [k]. */
  logits: NDArray;
  /** [k, d]. */
  mean: NDArray;
  /** [k, d, d], used strictly below the diagonal; see {@link normal}. */
  whitening: NDArray;
  /** [k, d]. */
  logDiagonal: NDArray;
};

/**
 * A mixture of Gaussians with full covariances,
 * `p(x) = sum_k pi_k N(x; mu_k, (W_k^T W_k)^-1)`, all of it learned. Means start as standard normal
 * draws.
 *
 * @throws ShapeError when the event is not a vector; DomainError when there is no component.
 */
export function mixture({ shape, components }: MixtureOptions): Distribution<MixtureParams> {
  const size = checkVector("mixture", shape);
  checkCount("mixture", "components", components);

  /** Log-density under each component plus its log-weight, `[k, n]`; consumes. */
  function jointLogProb({ logits, mean, whitening, logDiagonal }: MixtureParams, x: NDArray) {
    const logWeights = logits.ref.sub(logSumExp(logits.reshape([1, -1]), 1));
    const constant = logWeights.add(logDiagonal.ref.sum(1)).sub(0.5 * size * Math.log(2 * Math.PI));
    const centred = x.transpose().reshape([1, size, -1]).sub(np.expandDims(mean, -1));
    const z = np.matmul(whiteningMatrix(whitening, logDiagonal), centred);
    return z.ref
      .mul(z)
      .sum(1)
      .mul(-0.5)
      .add(constant.reshape([-1, 1]));
  }

  /** One component index per draw as a one-hot `[k, n]`, by inverting the weights' CDF. */
  function chooseComponents(logits: NDArray, key: NDArray, count: number): NDArray {
    const weights = np.exp(logits.ref.sub(logSumExp(logits.reshape([1, -1]), 1)));
    const upTo = np.cumsum(weights).reshape([-1, 1]);
    // The very sums, not sums minus weights: rounding would leave gaps and overlaps between them.
    const before = np.concatenate([np.zeros([1, 1]), upTo.ref.slice([0, components - 1])], 0);
    const u = random.uniform(key, [1, count]).mul(upTo.ref.max());
    return np.logicalAnd(np.greaterEqual(u.ref, before), np.less(u, upTo)).astype(np.float32);
  }

  const logProb = (params: MixtureParams, x: NDArray) => logSumExp(jointLogProb(params, x), 0);
  return defineDistribution<MixtureParams>({
    kind: "mixture",
    shape,
    options: { shape, components },
    init: (key) => ({
      logits: np.zeros([components]),
      mean: random.normal(key, [components, size]),
      whitening: np.zeros([components, size, size]),
      logDiagonal: np.zeros([components, size]),
    }),
    logProb,
    sampleAndLogProb(params, key, count) {
      const [choiceKey, noiseKey] = splitKey(key, 2) as [NDArray, NDArray];
      const { logits, mean, whitening, logDiagonal } = params;
      const chosen = chooseComponents(logits.ref, choiceKey, count);
      const noise = random.normal(noiseKey, [1, size, count]);
      const matrices = whiteningMatrix(whitening.ref, logDiagonal.ref);
      const draws = solveTriangular(
        matrices,
        np.broadcastTo(noise, [components, size, count]),
        "lower",
      ).add(np.expandDims(mean.ref, -1));
      const x = draws.mul(np.expandDims(chosen, 1)).sum(0).transpose();
      return [x.ref, logProb(params, x)];
    },
  });
}
