import { contextColumns, invertInOrder, mapAtOnce } from "../bijectors/autoregressive-map.ts";
import { discard, slowest } from "../core/bijector.ts";
import { checkCount } from "../core/check-number.ts";
import { checkScalarMap } from "../core/check-part.ts";
import { type Distribution, defineDistribution } from "../core/distribution.ts";
import { ConditionError, ShapeError } from "../core/errors.ts";
import { splitKey } from "../core/keys.ts";
import type { AutoregressiveNetwork } from "../core/network.ts";
import { checkSeed } from "../core/seed.ts";
import {
  checkShape,
  checkVector,
  type Shape,
  sameShape,
  showShape,
  sizeOf,
} from "../core/shape.ts";
import { isTraining, trainingUniform } from "../core/training-mode.ts";
import type { Transformer } from "../core/transformer.ts";
import { type NDArray, np, random, type Tree, tree } from "../engine/index.ts";
import { hostRandom } from "../numerics/host-random.ts";
import { inverseOrder } from "../numerics/reorder.ts";
import { logSumExp } from "../numerics/stable.ts";

export interface OrderEnsembleOptions {
  shape: Shape;
  /** What each dimension is distributed as after the transformer; takes no context. */
  base: Distribution;
  /** The scalar map from a dimension to the base; its parameters come from the conditioner. */
  transformer: Transformer;
  conditioner: AutoregressiveNetwork;
  /** Number of orders that the density is averaged over; default 8. */
  orders?: number;
  /** Seed of these orders; default 0. */
  seed?: number;
  condShape?: Shape | null;
}

export type OrderEnsembleParams = { base: Tree; network: Tree };

/**
 * An autoregressive density averaged over several orders of the dimensions, which all share one network:
 * `p(x) = 1/M sum_m p(x; order m)` (Germain et al. 2015, arXiv:1502.03509, sections 4.1 and 4.2; Uria et al.
 * 2014, arXiv:1310.1757).
 *
 * A training step draws a fresh order and learns its density alone; every other call takes the mean over
 * `orders` fixed ones. Their probabilities are averaged, not their logarithms: a density again. It costs
 * `orders` passes; a draw costs as many, d small steps each, and one of them is kept. Being a mixture, it
 * has no latents: those of a model that is fitted to it are the standardised rows.
 *
 * @throws ShapeError, ConditionError, DomainError for parts and sizes that do not fit.
 */
export function orderEnsemble(options: OrderEnsembleOptions): Distribution<OrderEnsembleParams> {
  const { shape, base, transformer, conditioner, condShape = null } = options;
  const { orders = 8, seed = 0 } = options;
  const features = checkVector("orderEnsemble", shape);
  checkBase(base, shape);
  checkCount("orderEnsemble", "orders", orders);
  checkScalarMap("orderEnsemble", transformer, conditioner, "unfold", "maskedMlp()");
  checkSeed("orderEnsemble", seed);
  const context = condShape ? sizeOf(checkShape("orderEnsemble", condShape)) : 0;
  const sizes = { features, context, parameters: transformer.parameterCount };
  const parts = { transformer, conditioner, sizes };
  const fixed = Array.from({ length: orders }, (_, m) => [
    ...hostRandom(seed, m).shuffle(features),
  ]);

  function logProbInOrder(
    { base: ownBase, network }: OrderEnsembleParams,
    x: NDArray,
    given: NDArray | undefined,
    ranks: NDArray,
  ): NDArray {
    const [z, logDet] = mapAtOnce(parts, network, x.transpose(), given, ranks);
    return base.logProb(ownBase, z.transpose()).add(logDet.sum(0));
  }

  function logProb(params: OrderEnsembleParams, x: NDArray, cond: NDArray | undefined): NDArray {
    const given = contextColumns(cond, sizes);
    if (isTraining()) return logProbInOrder(params, x, given, randomRanks(features));
    const each = fixed.map((order) => {
      const ranks = np.array(Float32Array.from(inverseOrder(order)));
      return logProbInOrder(tree.ref(params), x.ref, given?.ref, ranks);
    });
    discard(params, x, given);
    return logSumExp(np.stack(each), 0).sub(Math.log(orders));
  }

  return defineDistribution<OrderEnsembleParams>({
    kind: "orderEnsemble",
    shape,
    condShape,
    cost: {
      density: slowest(base.cost.density, transformer.cost.forward),
      sampling: slowest(base.cost.sampling, "sequential", transformer.cost.inverse),
    },
    options: { shape, base, transformer, conditioner, orders, seed, condShape },
    init(key) {
      const [baseKey, networkKey] = splitKey(key, 2) as [NDArray, NDArray];
      return { base: base.init(baseKey), network: conditioner.init(networkKey, sizes) };
    },
    logProb,
    sampleAndLogProb(params, key, count, cond) {
      const [baseKey, orderKey] = splitKey(key, 2) as [NDArray, NDArray];
      const [z, unused] = base.sampleAndLogProb(tree.ref(params.base), baseKey, count);
      const choice = np.floor(random.uniform(orderKey, [1, count]).mul(orders));
      const columns = z.transpose();
      const given = contextColumns(cond?.ref, sizes);
      const draws = fixed.map((order, m) => {
        const network = tree.ref(params.network);
        const [x, logDet] = invertInOrder(parts, network, columns.ref, given?.ref, order);
        discard(logDet);
        return np.where(np.equal(choice.ref, m), x, 0);
      });
      discard(unused, columns, given, choice);
      const x = draws.reduce((sum, draw) => sum.add(draw)).transpose();
      return [x.ref, logProb(params, x, cond)];
    },
  });
}

/** The places of the dimensions in an order drawn for this training step. */
function randomRanks(features: number): NDArray {
  const u = trainingUniform([features, 1]);
  return np.greater(u.ref, u.transpose()).astype(np.float32).sum(1);
}

function checkBase(base: Distribution, shape: Shape): void {
  if (!sameShape(base.shape, shape)) {
    throw new ShapeError(
      `orderEnsemble: the base has the event shape ${showShape(base.shape)}, expected ${showShape(shape)}.`,
    );
  }
  if (base.condShape) {
    throw new ConditionError("orderEnsemble: the base must not take a context; the network does.");
  }
}
