import { type Bijector, defineBijector, noParams } from "../core/bijector.ts";
import type { Shape } from "../core/shape.ts";
import { type NDArray, np } from "../engine/index.ts";

/** A parameter-free scalar map with the logarithm of its derivative, elementwise; consumes. */
type ScalarMap = (x: NDArray) => [value: NDArray, logDerivative: NDArray];

interface ScalarBijection {
  kind: string;
  shape: Shape;
  options: object;
  forward: ScalarMap;
  /** Called only with values inside the range of `forward`. */
  inverse: ScalarMap;
  /** The open interval that `forward` maps onto. */
  range: readonly [low: number, high: number];
}

/**
 * Lift a scalar bijection of the real line onto an interval to events of any shape.
 *
 * A value outside the interval has density 0, not NaN: `inverse` returns the midpoint of what it
 * can reach and a log-determinant of -Infinity.
 */
export function scalarBijector(definition: ScalarBijection): Bijector<Record<string, never>> {
  const { kind, shape, options, forward, inverse, range } = definition;
  const [low, high] = range;
  const inner = Number.isFinite(high) ? (low + high) / 2 : low + 1;
  const axes = shape.map((_, axis) => axis + 1);
  const sumEvent = (terms: NDArray): NDArray => (axes.length ? terms.sum(axes) : terms);
  return defineBijector({
    kind,
    shape,
    options,
    support: range,
    init: noParams,
    forwardAndLogDet(_, x) {
      const [y, logDerivative] = forward(x);
      return [y, sumEvent(logDerivative)];
    },
    inverseAndLogDet(_, y) {
      const outside = np.logicalOr(np.lessEqual(y.ref, low), np.greaterEqual(y.ref, high));
      const [x, logDerivative] = inverse(np.where(outside.ref, inner, y));
      return [x, sumEvent(np.where(outside, -Infinity, logDerivative))];
    },
  });
}
