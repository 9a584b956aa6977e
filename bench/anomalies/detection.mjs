import { auroc } from "../images/auroc.mjs";
import { averagePrecision } from "./average-precision.mjs";

/**
 * How well scores tell anomalies from the other rows.
 * @param {ArrayLike<number>} scores higher is stranger @param {Uint8Array} labels 1 for an anomaly
 */
export function detection(scores, labels) {
  const missing = Array.from(scores).filter(Number.isNaN).length;
  if (missing > 0) throw new Error(`${missing} of ${scores.length} scores are not numbers`);
  /** @param {number} label */
  const those = (label) => Array.from(scores).filter((_, row) => labels[row] === label);
  const [usual, strange] = [those(0), those(1)];
  return {
    auroc: auroc(usual, strange),
    averagePrecision: averagePrecision(usual, strange),
  };
}
