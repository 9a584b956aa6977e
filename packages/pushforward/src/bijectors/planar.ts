import { type Bijector, defineBijector, discard } from "../core/bijector.ts";
import { ConditionError } from "../core/errors.ts";
import { splitKey } from "../core/keys.ts";
import type { Network } from "../core/network.ts";
import { checkShape, checkVector, type Shape, sizeOf } from "../core/shape.ts";
import { type NDArray, np, random, type Tree } from "../engine/index.ts";
import { type Gain, gainOf, logSlopeAt, solveTanhResidual } from "../numerics/tanh-residual.ts";

export interface PlanarOptions {
  shape: Shape;
  condShape?: Shape | null;
  /** With a context only: the network from it to what is added to w, u and b in each row. */
  conditioner?: Network;
}

export type PlanarParams = { w: NDArray; u: NDArray; b: NDArray; network?: Tree };

/** w, u-hat and b as columns, `[d, 1]` or `[d, n]`, and the gain `w . u-hat` along w. */
interface Plane extends Gain {
  readonly w: NDArray;
  readonly uHat: NDArray;
  readonly b: NDArray;
}

/** `|w|^2` counts as at least this. */
const SHORTEST_SQUARED = 1e-30;

/**
 * A planar layer, `y = x + u^ tanh(w . x + b)`, which moves points along one direction depending on
 * their side of a plane; log-det `log(1 + (w . u^) tanh')` (Rezende and Mohamed 2015, arXiv:1505.05770,
 * eq. 10 to 12).
 *
 * It is invertible for `w . u^ > -1`: `u^ = u + (m(w . u) - w . u) w / |w|^2` (their appendix A.1) with
 * `m(x) = 2x / (2 + sqrt(x^2 + 4) - x)` in the place of `-1 + log(1 + exp(x))`, so that `u = 0`
 * is the identity, at which it starts; w and b start random, `w ~ N(0, 1/d)`, `b ~ N(0, 1)`.
 *
 * Parameters: `w` [d], `u` [d], `b` [1]; with a context, also `network`, whose outputs `[2d + 1, n]`
 * are added to the three and start at zero. `forward` is parallel, `inverse` numeric: the one unknown
 * `a = w . x + b` is the root of `a + (w . u^) tanh(a) = w . y + b`, bracketed. Float32 round trip
 * within `3e-7 (1 + |w| |u^|) / (1 + min(0, w . u^))` of the largest of 1, |x| and |y|.
 *
 * @throws ShapeError when the event is not a vector; ConditionError when only one of `condShape` and
 * `conditioner` is given.
 */
export function planar({
  shape,
  condShape = null,
  conditioner,
}: PlanarOptions): Bijector<PlanarParams> {
  const size = checkVector("planar", shape);
  if ((condShape === null) !== (conditioner === undefined)) {
    throw new ConditionError(
      `planar: got ${condShape ? "condShape without a conditioner" : "a conditioner without condShape"}. ` +
        "Give both for a layer that depends on a context, or neither.",
    );
  }
  const inputs = condShape ? sizeOf(checkShape("planar", condShape)) : 0;

  function planeAt(params: PlanarParams, cond: NDArray | undefined): Plane {
    const [w, u, b] = columnsOf(params, cond);
    const inner = w.ref.mul(u.ref).sum(0, { keepdims: true });
    const squared = np.maximum(w.ref.mul(w.ref).sum(0, { keepdims: true }), SHORTEST_SQUARED);
    const { gain, slope } = gainOf(inner.ref);
    const uHat = u.add(w.ref.mul(gain.ref.sub(inner).div(squared)));
    return { w, uHat, b, gain, slope };
  }

  function columnsOf({ w, u, b, network }: PlanarParams, cond: NDArray | undefined) {
    const own = [w, u, b].map((vector) => vector.reshape([-1, 1]));
    if (!conditioner || !cond) return own as [NDArray, NDArray, NDArray];
    const context = cond.reshape([-1, inputs]).transpose();
    const theta = np.concatenate(own, 0).add(conditioner.apply(network as Tree, context));
    return np.split(theta, [size, 2 * size], 0) as [NDArray, NDArray, NDArray];
  }

  const height = (w: NDArray, x: NDArray, b: NDArray) => w.mul(x).sum(0, { keepdims: true }).add(b);

  return defineBijector<PlanarParams>({
    kind: "planar",
    shape,
    condShape,
    cost: { forward: "parallel", inverse: "numeric" },
    options: { shape, condShape, conditioner },
    init(key) {
      const [wKey, bKey, networkKey] = splitKey(key, 3) as [NDArray, NDArray, NDArray];
      const own = {
        w: random.normal(wKey, [size]).mul(1 / Math.sqrt(size)),
        u: np.zeros([size]),
        b: random.normal(bKey, [1]),
      };
      if (conditioner)
        return { ...own, network: conditioner.init(networkKey, inputs, 2 * size + 1) };
      discard(networkKey);
      return own;
    },
    forwardAndLogDet(params, x, cond) {
      const { w, uHat, b, gain, slope } = planeAt(params, cond);
      discard(gain);
      const columns = x.transpose();
      const tanh = np.tanh(height(w, columns.ref, b));
      const logDet = logSlopeAt(tanh.ref, slope).sum(0);
      return [columns.add(uHat.mul(tanh)).transpose(), logDet];
    },
    inverseAndLogDet(params, y, cond) {
      const { w, uHat, b, gain, slope } = planeAt(params, cond);
      const columns = y.transpose();
      const target = height(w, columns.ref, b);
      const tanh = np.tanh(solveTanhResidual({ gain, slope: slope.ref }, target));
      const logDet = logSlopeAt(tanh.ref, slope).sum(0).neg();
      return [columns.sub(uHat.mul(tanh)).transpose(), logDet];
    },
  });
}
