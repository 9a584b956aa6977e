import { type Bijector, defineBijector } from "../../src/core/bijector.ts";
import { isTraining, trainingUniform } from "../../src/core/training-mode.ts";
import { type NDArray, np } from "../../src/engine/index.ts";

export interface FaultyOptions {
  /** Number of dimensions. */
  size: number;
  /**
   * `"always"`: NaN for every row; `"large inputs"`: NaN for rows with a value above 50;
   * `"infinite density"`: +Infinity for such rows; `"large weights"`: NaN when a shift is beyond
   * ±0.3; `"gradient"`: finite, but with a gradient that is NaN; `"training"`: NaN in training steps,
   * for the rows whose noise is positive.
   */
  fault: "always" | "large inputs" | "infinite density" | "large weights" | "gradient" | "training";
}

/** A learned shift, `y = x + b`, that fails on the way from data to base as it is told to. */
export function faulty({ size, fault }: FaultyOptions): Bijector<{ shift: NDArray }> {
  /** 0 for each row, or what goes wrong with it. */
  function error(y: NDArray, shift: NDArray): NDArray {
    const rows = y.shape[0] as number;
    const zeros = () => np.zeros([rows]);
    const spoiled = (isBad: NDArray, value: number) => np.where(isBad, value, zeros());
    if (fault === "large weights") {
      y.dispose();
      return spoiled(np.broadcastTo(np.absolute(shift).max().greater(0.3), [rows]), Number.NaN);
    }
    if (fault === "gradient") {
      y.dispose();
      // The length of a vector of zeros: 0, of slope 0 / 0.
      return np.broadcastTo(np.sqrt(shift.ref.mul(shift).sum()), [rows]);
    }
    shift.dispose();
    if (fault === "training") {
      y.dispose();
      return isTraining() ? spoiled(trainingUniform([rows]).greater(0), Number.NaN) : zeros();
    }
    if (fault === "always") return spoiled(y.max(1).greater(-Infinity), Number.NaN);
    const value = fault === "infinite density" ? Infinity : Number.NaN;
    return spoiled(y.max(1).greater(50), value);
  }

  return defineBijector<{ shift: NDArray }>({
    kind: "faulty",
    shape: [size],
    options: { size, fault },
    init(key) {
      key.dispose();
      return { shift: np.zeros([size]) };
    },
    forwardAndLogDet: ({ shift }, x) => [x.ref.add(shift), x.sum(1).mul(0)],
    inverseAndLogDet: ({ shift }, y) => {
      const logDet = error(y.ref, shift.ref);
      return [y.sub(shift), logDet];
    },
  });
}
