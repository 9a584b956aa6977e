import type { TruncationLaw } from "../engine/index.ts";
import type { HostRandom } from "../numerics/host-random.ts";

/**
 * Draw the number N of a series' terms, and give the weights `1 / P(N >= k)` of the terms up to it, `[N]`.
 *
 * N is `exactTerms` and a geometric number of at least 1 on top, so `P(N >= k) = (1 - stop)^(k - exactTerms - 1)`
 * beyond the first `exactTerms + 1` (Chen et al. 2019, arXiv:1906.02735, section 3.2); the mean is
 * `exactTerms + 1 / stop`.
 */
export function drawTruncation({ exactTerms, stop }: TruncationLaw, source: HostRandom) {
  const further = Math.floor(Math.log(1 - source.uniform()) / Math.log(1 - stop));
  const terms = exactTerms + 1 + further;
  const values = Float32Array.from(
    { length: terms },
    (_, index) => (1 - stop) ** -Math.max(0, index - exactTerms),
  );
  return { values, extents: [terms] };
}
