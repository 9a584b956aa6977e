import { discard } from "../core/bijector.ts";
import type { AutoregressiveNetwork, AutoregressiveSizes } from "../core/network.ts";
import type { Transformer } from "../core/transformer.ts";
import { type NDArray, np, type Tree } from "../engine/index.ts";
import { inverseOrder, takeRows } from "../numerics/reorder.ts";

/** A network, the scalar map whose parameters it gives, and the sizes of both. */
export interface AutoregressiveParts {
  readonly transformer: Transformer;
  readonly conditioner: AutoregressiveNetwork;
  readonly sizes: AutoregressiveSizes;
}

/**
 * `y_i = T(x_i; network(x_before i, context))` of columns `[d, n]`, all dimensions in one pass, and the
 * log-derivative of each, `[d, n]`. Consumes.
 *
 * @param context `[c, n]`.
 * @param ranks `[d]`, the place of each dimension in the order.
 */
export function mapAtOnce(
  { transformer, conditioner, sizes }: AutoregressiveParts,
  network: Tree,
  x: NDArray,
  context: NDArray | undefined,
  ranks: NDArray,
): [NDArray, NDArray] {
  const theta = conditioner.apply(network, sizes, x.ref, context, ranks);
  return transformer.forwardAndLogDet(theta, x);
}

/**
 * The inverse of {@link mapAtOnce}, one dimension after the other; each unit of the network is computed
 * once, as soon as what it sees is known. Consumes.
 *
 * @param order the dimensions in their order.
 */
export function invertInOrder(
  { transformer, conditioner, sizes }: AutoregressiveParts,
  network: Tree,
  y: NDArray,
  context: NDArray | undefined,
  order: readonly number[],
): [NDArray, NDArray] {
  const next = conditioner.unfold(network, sizes, context, order, y.shape[1] as number);
  const columns = takeRows(y, order);
  const [found, logDets] = [[], []] as [NDArray[], NDArray[]];
  for (const rank of order.keys()) {
    const theta = next(found.at(-1)?.ref);
    const row = columns.ref.slice([rank, rank + 1]);
    const [x, logDet] = transformer.inverseAndLogDet(theta, row);
    found.push(x);
    logDets.push(logDet);
  }
  discard(columns);
  const places = inverseOrder(order);
  return [takeRows(np.concatenate(found, 0), places), takeRows(np.concatenate(logDets, 0), places)];
}

/** The context as columns `[c, n]`; consumes. */
export function contextColumns(
  cond: NDArray | undefined,
  { context }: AutoregressiveSizes,
): NDArray | undefined {
  return cond?.reshape([-1, context]).transpose();
}
