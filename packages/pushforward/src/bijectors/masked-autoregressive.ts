import { type Bijector, defineBijector } from "../core/bijector.ts";
import { checkScalarMap } from "../core/check-part.ts";
import { DomainError } from "../core/errors.ts";
import type { AutoregressiveNetwork } from "../core/network.ts";
import { checkShape, checkVector, type Shape, sizeOf } from "../core/shape.ts";
import type { Transformer } from "../core/transformer.ts";
import { np, type Tree } from "../engine/index.ts";
import { contextColumns, invertInOrder, mapAtOnce } from "./autoregressive-map.ts";
import { inversePermutation } from "./permute.ts";

export interface MaskedAutoregressiveOptions {
  shape: Shape;
  /** The scalar map applied to each dimension. */
  transformer: Transformer;
  /** The network from the dimensions before, and the context, to the map's parameters. */
  conditioner: AutoregressiveNetwork;
  /** The dimensions in the order in which they see each other; default 0, 1, ... d - 1. */
  order?: readonly number[] | undefined;
  condShape?: Shape | null;
}

/**
 * An autoregressive layer, `y_i = T(x_i; network(x_before i, context))`; log-det `sum log T'`
 * (Papamakarios et al. 2017, arXiv:1705.07057; Kingma et al. 2016, arXiv:1606.04934).
 *
 * `forward` is one pass of the network. `inverse` finds one dimension after the other; the network's
 * units are computed as soon as what they see is known, each once, so that it costs d small steps
 * that add up to one pass. It is exact: no iteration, no tolerance but the transformer's own. Direct it is
 * the layer of IAF; in `invert`, which makes the density the fast direction, that of MAF.
 *
 * @throws ShapeError when the event is not a vector; DomainError when the order is not a permutation.
 */
export function maskedAutoregressive(
  options: MaskedAutoregressiveOptions,
): Bijector<{ network: Tree }> {
  const { shape, transformer, conditioner, condShape = null } = options;
  const features = checkVector("maskedAutoregressive", shape);
  checkScalarMap("maskedAutoregressive", transformer, conditioner, "unfold", "maskedMlp()");
  const order = options.order ?? Array.from({ length: features }, (_, i) => i);
  const ranks = inversePermutation("maskedAutoregressive: order", order);
  if (ranks.length !== features) {
    throw new DomainError(
      `maskedAutoregressive: the order must have ${features} entries, got ${order.length}.`,
    );
  }
  const context = condShape ? sizeOf(checkShape("maskedAutoregressive", condShape)) : 0;
  const sizes = { features, context, parameters: transformer.parameterCount };
  const parts = { transformer, conditioner, sizes };

  return defineBijector<{ network: Tree }>({
    kind: "maskedAutoregressive",
    shape,
    condShape,
    cost: {
      forward: transformer.cost.forward,
      inverse: transformer.cost.inverse === "numeric" ? "numeric" : "sequential",
    },
    options: { shape, transformer, conditioner, order, condShape },
    init: (key) => ({ network: conditioner.init(key, sizes) }),
    forwardAndLogDet({ network }, x, cond) {
      const given = contextColumns(cond, sizes);
      const places = np.array(Float32Array.from(ranks));
      const [y, logDet] = mapAtOnce(parts, network, x.transpose(), given, places);
      return [y.transpose(), logDet.sum(0)];
    },
    inverseAndLogDet({ network }, y, cond) {
      const given = contextColumns(cond, sizes);
      const [x, logDet] = invertInOrder(parts, network, y.transpose(), given, order);
      return [x.transpose(), logDet.sum(0)];
    },
    interval: transformer.interval && {
      low: transformer.interval[0],
      high: transformer.interval[1],
      indices: order,
      ...(transformer.isCircular && { isDomain: true }),
    },
  });
}
