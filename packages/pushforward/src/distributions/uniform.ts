import { noParams } from "../core/bijector.ts";
import { type Distribution, defineDistribution } from "../core/distribution.ts";
import { DomainError } from "../core/errors.ts";
import { checkShape, type Shape, sizeOf } from "../core/shape.ts";
import { type NDArray, np } from "../engine/index.ts";
import { hostMatrix } from "../numerics/host-matrix.ts";
import { openUniform } from "./open-uniform.ts";

export interface UniformOptions {
  shape: Shape;
  /** Lower ends: one for all dimensions, or one per number of the event, row-major; default 0. */
  low?: number | readonly number[];
  /** Upper ends, likewise; default 1. */
  high?: number | readonly number[];
}

/**
 * The uniform distribution on a box, `log p = -sum log(high - low)` inside (ends included) and
 * -Infinity outside. No parameters: a box that could learn would never move back.
 *
 * @throws DomainError unless low < high, all finite, and one of each for every number of the event.
 */
export function uniform({
  shape,
  low = 0,
  high = 1,
}: UniformOptions): Distribution<Record<string, never>> {
  checkShape("uniform", shape);
  const size = sizeOf(shape);
  const lows = endsOf("low", low, size);
  const highs = endsOf("high", high, size);
  const wrong = lows.findIndex((end, i) => !(end < (highs[i] as number)));
  if (wrong >= 0 || ![...lows, ...highs].every(Number.isFinite)) {
    const at = Math.max(wrong, 0);
    throw new DomainError(
      `uniform: needs finite low < high, got low = ${lows[at]}, high = ${highs[at]}.`,
    );
  }
  const widths = highs.map((end, i) => end - (lows[i] as number));
  const inside = -widths.reduce((sum, width) => sum + Math.log(width), 0);
  const row = (values: readonly number[]) => hostMatrix(1, size, (_, i) => values[i] as number);
  return defineDistribution<Record<string, never>>({
    kind: "uniform",
    shape,
    options: { shape, low, high },
    support: lows.map((end, i) => [end, highs[i] as number] as const),
    init: noParams,
    logProb(_, x) {
      const flat = x.reshape([-1, size]);
      const isOutside: NDArray = np.logicalOr(
        np.less(flat.ref, row(lows)),
        np.greater(flat.ref, row(highs)),
      );
      // Times 0: a NaN has the density NaN.
      const total = np.clip(flat, -1e30, 1e30).mul(0).sum(1).add(inside);
      return np.where(isOutside.any(1), -Infinity, total);
    },
    sampleAndLogProb(_, key, count) {
      const u = openUniform(key, [count, size]);
      // Rounding must not carry a draw over the end.
      const x = np.minimum(u.mul(row(widths)).add(row(lows)), row(highs));
      return [x.reshape([count, ...shape]), np.full([count], inside)];
    },
  });
}

function endsOf(
  name: "low" | "high",
  ends: number | readonly number[],
  size: number,
): readonly number[] {
  if (typeof ends === "number") return new Array<number>(size).fill(ends);
  if (ends.length === size) return ends;
  throw new DomainError(
    `uniform: ${name} must be a number or a list of ${size}, one per number of the event; ` +
      `got ${ends.length}.`,
  );
}
