import { discard } from "../core/bijector.ts";
import { checkCount } from "../core/check-number.ts";
import { type Distribution, defineDistribution } from "../core/distribution.ts";
import { checkShape, type Shape, sizeOf } from "../core/shape.ts";
import { type NDArray, np, random } from "../engine/index.ts";
import { standardNormalLogProb } from "./normal.ts";

export interface ClassConditionalNormalOptions {
  shape: Shape;
  /** Number of classes k. */
  classes: number;
}

/** For each class, the numbers of an event in a row, `[k, size]`. */
export type ClassConditionalNormalParams = { mean: NDArray; logScale: NDArray };

/**
 * A normal distribution for each class, with a learned mean and a learned diagonal covariance:
 * `log p(x | c) = sum(log N(x; mean_c, exp(logScale_c)^2))`. The context is the class, one-hot: a vector of
 * length k that is 1 at the class and 0 elsewhere (weights in between interpolate means and log-scales).
 * With a flow on top it is the base of FlowGMM (Izmailov et al. 2020, arXiv:1912.13025), whose
 * `log p(x | c)` for all c is a classifier as well. All classes start as the standard normal.
 *
 * @throws DomainError when there is no class.
 */
export function classConditionalNormal({
  shape,
  classes,
}: ClassConditionalNormalOptions): Distribution<ClassConditionalNormalParams> {
  const size = sizeOf(checkShape("classConditionalNormal", shape));
  checkCount("classConditionalNormal", "classes", classes);
  /** Mean and log-scale of each row, `[n, size]`; consumes. */
  const select = ({ mean, logScale }: ClassConditionalNormalParams, cond: NDArray) =>
    [np.dot(cond.ref, mean), np.dot(cond, logScale)] as const;

  return defineDistribution<ClassConditionalNormalParams>({
    kind: "classConditionalNormal",
    shape,
    condShape: [classes],
    options: { shape, classes },
    init(key) {
      discard(key);
      return { mean: np.zeros([classes, size]), logScale: np.zeros([classes, size]) };
    },
    logProb(params, x, cond) {
      const [mean, logScale] = select(params, cond as NDArray);
      const z = x.reshape([-1, size]).sub(mean).mul(np.exp(logScale.ref.neg()));
      return standardNormalLogProb(z).sub(logScale.sum(1));
    },
    sampleAndLogProb(params, key, count, cond) {
      const [mean, logScale] = select(params, cond as NDArray);
      const z = random.normal(key, [count, size]);
      const logProb = standardNormalLogProb(z.ref).sub(logScale.ref.sum(1));
      return [
        z
          .mul(np.exp(logScale))
          .add(mean)
          .reshape([count, ...shape]),
        logProb,
      ];
    },
  });
}
