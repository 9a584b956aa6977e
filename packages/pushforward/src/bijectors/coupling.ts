import { type Bijector, type Direction, defineBijector, discard } from "../core/bijector.ts";
import { checkScalarMap } from "../core/check-part.ts";
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
  /**
   * Send the dimensions that condition through the transformer, too, after the network has seen them,
   * with parameters that depend on nothing; default false. Then no dimension stays as it is.
   */
  unconditional?: boolean;
  condShape?: Shape | null;
}

/**
 * Parameters of the network; and the transformer's own for dimensions that depend on nothing,
 * [parameterCount * dimensions].
 */
export type CouplingParams = { network?: Tree; theta?: NDArray };

/**
 * A coupling layer: some dimensions stay, the others go through a scalar map whose parameters are a
 * network's function of those that stay,
 * `y_A = x_A`, `y_B = T(x_B; network(x_A, context))`; log-det `sum log T'`
 * (Dinh et al. 2015, arXiv:1410.8516, section 3.2; Dinh et al. 2017, arXiv:1605.08803).
 *
 * With `unconditional`, `y_A = T(x_A; theta)` (Durkan et al. 2019, arXiv:1906.04032, section 4.1).
 *
 * Both directions cost one pass of the network. The network's last layer starts at zero, hence the
 * layer as the identity.
 *
 * @throws ShapeError when the event is not a vector; DomainError when the mask has another length
 * or leaves no dimension to change.
 */
export function coupling(options: CouplingOptions): Bijector<CouplingParams> {
  const { shape, transformer, conditioner, unconditional = false, condShape = null } = options;
  const size = checkVector("coupling", shape);
  checkScalarMap("coupling", transformer, conditioner, "apply", "mlp()");
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
  const { parameterCount } = transformer;
  const hasOwn = unconditional && kept.length > 0;

  /** The transformer's parameters for the dimensions that change, `[parameterCount, changed, n]`. */
  function conditionedParameters(
    params: CouplingParams,
    keptRows: NDArray,
    cond: NDArray | undefined,
  ): NDArray {
    const count = keptRows.shape[1] as number;
    if (inputs === 0) {
      discard(keptRows);
      return spread(params.theta as NDArray, changed.length, count);
    }
    const context = cond?.reshape([count, -1]).transpose();
    const columns = context ? np.concatenate([keptRows, context], 0) : keptRows;
    const outputs = conditioner.apply(params.network as Tree, columns);
    return outputs.reshape([parameterCount, changed.length, count]);
  }

  /** Parameters that are the same for every row, `[parameterCount, dimensions, n]`. */
  function spread(theta: NDArray, dimensions: number, count: number): NDArray {
    const shape = [parameterCount, dimensions, count];
    return np.broadcastTo(theta.reshape([parameterCount, dimensions, 1]), shape);
  }

  /** The kept and then the changed dimensions, as they come out. */
  function mapParts(
    direction: Direction,
    params: CouplingParams,
    keptRows: NDArray,
    changedRows: NDArray,
    cond: NDArray | undefined,
  ): [NDArray, NDArray] {
    const map = transformer[`${direction}AndLogDet`];
    if (!hasOwn) {
      const theta = conditionedParameters(params, keptRows.ref, cond);
      const [y, logDet] = map(theta, changedRows);
      if (kept.length > 0) return [np.concatenate([keptRows, y], 0), logDet];
      discard(keptRows);
      return [y, logDet];
    }
    const own = spread(params.theta as NDArray, kept.length, keptRows.shape[1] as number);
    if (direction === "forward") {
      const theta = conditionedParameters(params, keptRows.ref, cond);
      return map(np.concatenate([own, theta], 1), np.concatenate([keptRows, changedRows], 0));
    }
    const [x, logDet] = map(own, keptRows);
    const [rest, more] = map(conditionedParameters(params, x.ref, cond), changedRows);
    return [np.concatenate([x, rest], 0), np.concatenate([logDet, more], 0)];
  }

  function apply(
    direction: Direction,
    params: CouplingParams,
    x: NDArray,
    cond: NDArray | undefined,
  ): [NDArray, NDArray] {
    const columns = x.transpose();
    const keptRows = takeRows(columns.ref, kept);
    const changedRows = takeRows(columns, changed);
    const [joined, logDet] = mapParts(direction, params, keptRows, changedRows, cond);
    return [takeRows(joined, back).transpose(), logDet.sum(0)];
  }

  return defineBijector<CouplingParams>({
    kind: "coupling",
    shape,
    condShape,
    cost: transformer.cost,
    options: { shape, transformer, conditioner, mask, unconditional, condShape },
    init(key) {
      const zeros = (dimensions: number) => np.zeros([parameterCount * dimensions]);
      if (inputs === 0) {
        discard(key);
        return { theta: zeros(changed.length) };
      }
      const network = conditioner.init(key, inputs, parameterCount * changed.length);
      return hasOwn ? { network, theta: zeros(kept.length) } : { network };
    },
    forwardAndLogDet: (params, x, cond) => apply("forward", params, x, cond),
    inverseAndLogDet: (params, y, cond) => apply("inverse", params, y, cond),
    interval: transformer.interval && {
      low: transformer.interval[0],
      high: transformer.interval[1],
      indices: hasOwn ? mask.map((_, index) => index) : changed,
      ...(transformer.isCircular && { isDomain: true }),
    },
  });
}

function indicesWhere(mask: readonly boolean[], value: boolean): number[] {
  return mask.flatMap((entry, index) => (entry === value ? [index] : []));
}
