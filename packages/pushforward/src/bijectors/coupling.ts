import { type Bijector, defineBijector, discard } from "../core/bijector.ts";
import { DomainError } from "../core/errors.ts";
import type { Network } from "../core/network.ts";
import { checkShape, checkVector, type Shape, sizeOf } from "../core/shape.ts";
import type { Transformer } from "../core/transformer.ts";
import { type NDArray, np, type Tree } from "../engine/index.ts";
import { inverseOrder, takeRows } from "../numerics/reorder.ts";

export interface CouplingOptions {
  shape: Shape;
  /** The scalar map applied to the dimensions that change. */
  transformer: Transformer;
  /** The network from the dimensions that stay, and the context, to the map's parameters. */
  conditioner: Network;
  /**
   * `true` where a dimension stays as it is and conditions the others; default: the first half,
   * `floor(d / 2)` dimensions. All `false`: an elementwise map with one set of parameters per
   * dimension, from the context if there is one and free otherwise; so it is for d = 1.
   */
  mask?: readonly boolean[];
  condShape?: Shape | null;
}

/** Parameters of the network, or the transformer's own where there is nothing to condition on. */
export type CouplingParams = { network: Tree } | { theta: NDArray };

/**
 * A coupling layer: some dimensions stay, the others go through a scalar map whose parameters are a
 * network's function of those that stay,
 * `y_A = x_A`, `y_B = T(x_B; network(x_A, context))`; log-det `sum log T'`
 * (Dinh et al. 2015, arXiv:1410.8516, section 3.2; Dinh et al. 2017, arXiv:1605.08803).
 *
 * Both directions cost one pass of the network. The network's last layer starts at zero, hence the
 * layer as the identity.
 *
 * @throws ShapeError when the event is not a vector; DomainError when the mask has another length
 * or leaves no dimension to change.
 */
export function coupling(options: CouplingOptions): Bijector<CouplingParams> {
  const { shape, transformer, conditioner, condShape = null } = options;
  const size = checkVector("coupling", shape);
  const mask = options.mask ?? Array.from({ length: size }, (_, i) => i < Math.floor(size / 2));
  const kept = indicesWhere(mask, true);
  const changed = indicesWhere(mask, false);
  if (mask.length !== size || changed.length === 0) {
    throw new DomainError(
      `coupling: the mask must have ${size} entries, at least one of them false; got [${mask.join(", ")}].`,
    );
  }
  const back = inverseOrder([...kept, ...changed]);
  const inputs = kept.length + (condShape ? sizeOf(checkShape("coupling", condShape)) : 0);
  const outputs = transformer.parameterCount * changed.length;

  /** The transformer's parameters for each row, `[parameterCount, changed, n]`. */
  function parametersFor(params: CouplingParams, keptRows: NDArray, cond: NDArray | undefined) {
    const count = keptRows.shape[1] as number;
    const shape = [transformer.parameterCount, changed.length, count];
    if ("theta" in params) {
      discard(keptRows);
      return np.broadcastTo(params.theta.reshape([...shape.slice(0, 2), 1]), shape);
    }
    const context = cond?.reshape([count, -1]).transpose();
    const columns = context ? np.concatenate([keptRows, context], 0) : keptRows;
    return conditioner.apply(params.network, columns).reshape(shape);
  }

  function apply(
    direction: "forward" | "inverse",
    params: CouplingParams,
    x: NDArray,
    cond: NDArray | undefined,
  ): [NDArray, NDArray] {
    const columns = x.transpose();
    const keptRows = takeRows(columns.ref, kept);
    const theta = parametersFor(params, keptRows.ref, cond);
    const [y, logDet] = transformer[`${direction}AndLogDet`](theta, takeRows(columns, changed));
    const joined = kept.length ? np.concatenate([keptRows, y], 0) : y;
    if (kept.length === 0) discard(keptRows);
    return [takeRows(joined, back).transpose(), logDet.sum(0)];
  }

  return defineBijector<CouplingParams>({
    kind: "coupling",
    shape,
    condShape,
    options: { shape, transformer, conditioner, mask, condShape },
    init(key) {
      if (inputs > 0) return { network: conditioner.init(key, inputs, outputs) };
      discard(key);
      return { theta: np.zeros([outputs]) };
    },
    forwardAndLogDet: (params, x, cond) => apply("forward", params, x, cond),
    inverseAndLogDet: (params, y, cond) => apply("inverse", params, y, cond),
    interval: transformer.interval && {
      low: transformer.interval[0],
      high: transformer.interval[1],
      indices: changed,
    },
  });
}

function indicesWhere(mask: readonly boolean[], value: boolean): number[] {
  return mask.flatMap((entry, index) => (entry === value ? [index] : []));
}
