import { type Bijector, defineBijector, discard } from "../core/bijector.ts";
import { checkCount, checkPositive } from "../core/check-number.ts";
import { checkOptionNames } from "../core/check-options.ts";
import { checkContractiveNetwork } from "../core/check-part.ts";
import type { ContractiveNetwork } from "../core/contractive-network.ts";
import type { HostTree } from "../core/parameters.ts";
import { checkShape, type Shape, sizeOf } from "../core/shape.ts";
import { fence, type NDArray, settle, type Tree, tree } from "../engine/index.ts";
import { banachIteration } from "./banach-iteration.ts";
import { type ResidualLogDet, residualLogDet, resolveLogDet } from "./residual-log-det.ts";

export interface ResidualOptions {
  shape: Shape;
  condShape?: Shape | null;
  /** What is added to an event: a contraction, such as {@link lipschitzMlp}. */
  network: ContractiveNetwork;
  /** How the log-determinant is computed; default `"exact"` for events of up to 8 numbers, else by roulette. */
  logDet?: ResidualLogDet | undefined;
  /** Steps of `inverse`; default: as many as bring the error down to 1e-6 of `|g(y)| / (1 - c)`, 100 at most. */
  steps?: number | undefined;
  /** Error that the inverse of a model may have, relative to a row's largest number and at least 1; default 1e-5. */
  tolerance?: number | undefined;
}

export type ResidualParams = { network: Tree };

/** What remains of the inverse's error, relative, where that does not take too many steps. */
const REMAINING = 1e-6;
const MOST_STEPS = 100;

const names = ["shape", "condShape", "network", "logDet", "steps", "tolerance"];

/**
 * A residual layer, `y = x + g(x)`, invertible since g is a contraction: its Lipschitz constant is
 * `c = network.lipschitz < 1` (Behrmann et al. 2019, arXiv:1811.00995, theorem 1).
 *
 * `forward` costs one pass, and the log-determinant `log|det(I + J)|` what {@link ResidualLogDet} says. A series cut off
 * after k terms is off by at most `d c^(k+1) / ((k + 1) (1 - c))` nats; m vectors of signs miss a trace of A by a standard
 * deviation of `sqrt(2 / m)` times the length of A's symmetric part off the diagonal, in evaluation by the same vectors
 * always.
 *
 * `inverse` is Banach's iteration from `x_0 = y`, `x_k+1 = y - g(x_k)` (their algorithm 1), whose error after k steps is at most
 * `c^k |g(y)| / (1 - c)`. A model takes as many for each row as its `tolerance` asks for; a program that is compiled as a
 * whole has `steps`, and the gradients of these, which converge as the values do. Float32 round trip of an iteration at
 * rest: within 1e-6, relative, for c up to 0.97.
 *
 * Parameters: `network`. A context, `[n, ...condShape]`, goes into the network, as a vector.
 *
 * @throws ShapeError from `init`, when the network does not take events of the shape; DomainError for what is no
 * contractive network, steps that are not a positive integer, or an option or log-determinant there is not.
 */
export function residual(options: ResidualOptions): Bijector<ResidualParams> {
  const { shape, condShape = null, network } = options;
  checkContractiveNetwork("residual", network);
  const size = sizeOf(checkShape("residual", shape));
  const inputs = condShape ? sizeOf(checkShape("residual", condShape)) : 0;
  const needed = Math.ceil(Math.log(REMAINING) / Math.log(network.lipschitz));
  const { steps = Math.min(MOST_STEPS, needed), tolerance = 1e-5 } = options;
  const logDet = resolveLogDet(network.lipschitz, size, options.logDet);
  const logDetOf = residualLogDet({ network, size, method: logDet });
  checkOptionNames("residual", options, names);
  checkCount("residual", "steps", steps);
  checkPositive("residual", "tolerance", tolerance);
  const contextOf = (cond: NDArray | undefined) => cond?.reshape([-1, inputs]);

  /** An event that has been found, with the log-determinant of the way back to it. */
  function arrive(weights: Tree, x: NDArray, context: NDArray | undefined): [NDArray, NDArray] {
    const [moved, jacobian] = network.linearize(weights, x.ref, context);
    discard(moved);
    return [x, logDetOf(jacobian, x.shape).neg()];
  }

  return defineBijector<ResidualParams>({
    kind: "residual",
    shape,
    condShape,
    cost: { forward: "parallel", inverse: "numeric" },
    options: { shape, condShape, network, logDet, steps, tolerance },
    init: (key) => ({ network: network.init(key, shape, inputs) }),
    forwardAndLogDet(params, x, cond) {
      const weights = network.constrain(params.network);
      const [moved, jacobian] = network.linearize(weights, x.ref, contextOf(cond));
      const logDet = logDetOf(jacobian, x.shape);
      return [x.add(moved), logDet];
    },
    inverseAndLogDet(params, y, cond) {
      const weights = network.constrain(params.network);
      const context = contextOf(cond);
      let x = y.ref;
      for (let step = 0; step < steps; step++) {
        x = fence(y.ref.sub(network.apply(tree.ref(weights), x, context?.ref)));
        settle(x);
      }
      discard(y);
      return arrive(weights, x, context);
    },
    checkParameters(params) {
      const bound = network.boundAt((params as { network: HostTree }).network, shape);
      if (bound < 1) return undefined;
      return (
        `the Lipschitz constant of its network can only be said to be below ${Number(bound.toPrecision(4))}, where 1 is ` +
        "the limit of what is invertible: its weights or the vectors for their norms were changed, or are not those " +
        "of a fit. Load the file as it was saved, or fit the model again."
      );
    },
    settleParameters: (params) => network.settle?.((params as { network: HostTree }).network),
    iterations: {
      inverse: banachIteration({
        network,
        size,
        tolerance,
        contextOf,
        finish: (params, x, cond) => arrive(network.constrain(params.network), x, contextOf(cond)),
      }),
    },
  });
}
