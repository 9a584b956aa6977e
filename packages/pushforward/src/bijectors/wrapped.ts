import {
  type Bijector,
  type BijectorDefinition,
  type Direction,
  defineBijector,
  type Iterations,
  layersOf,
} from "../core/bijector.ts";
import type { Iteration, IterationState } from "../core/iteration.ts";
import { refuseOwnTraining } from "../core/own-training.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import type { NDArray, Tree } from "../engine/index.ts";

/** How an event goes into a bijector on events of another shape, and out again; all consume. */
export interface Wrapping<P extends Tree>
  extends Pick<BijectorDefinition<P>, "interval" | "support" | "integers" | "scales"> {
  readonly kind: string;
  readonly shape: Shape;
  readonly bijector: Bijector<P>;
  /** What the bijector takes, `[m, ...bijector.shape]`, of events `[n, ...shape]`. */
  enter(x: NDArray): NDArray;
  /** What it does not take, where that is a part of the event. */
  aside?(x: NDArray): NDArray;
  /** The events from what the bijector gives, and from what was set aside. */
  leave(y: NDArray, aside: NDArray | undefined): NDArray;
  /** Contexts of what entered; default: those of the events. */
  context?(cond: NDArray | undefined): NDArray | undefined;
  /**
   * Log-determinants of the events, `[n]`, where each enters as several rows, so that no iteration of these has the
   * rows of the whole; default: the bijector's.
   */
  logDet?(logDet: NDArray): NDArray;
  /** The same around one of the bijector's layers. */
  again(layer: Bijector): Bijector;
}

/** A bijector applied to events that are rearranged for it, and arranged as before after it. */
export function wrapped<P extends Tree>(wrapping: Wrapping<P>): Bijector<P> {
  const { kind, shape, bijector, interval, support, integers, scales } = wrapping;
  const { enter, aside, leave, context = (cond) => cond, logDet: total, again } = wrapping;
  const { condShape, cost, initFromData, changesTails, iterations } = bijector;
  refuseOwnTraining(kind, bijector);

  const apply =
    (direction: Direction) =>
    (params: P, x: NDArray, cond: NDArray | undefined): [NDArray, NDArray] => {
      const rest = aside?.(x.ref);
      const map = bijector[`${direction}AndLogDet`];
      const [y, logDet] = map(params, enter(x), context(cond));
      return [leave(y, rest), total ? total(logDet) : logDet];
    };

  return defineBijector<P>({
    kind,
    shape,
    condShape,
    cost,
    options: { shape, bijector },
    init: bijector.init,
    forwardAndLogDet: apply("forward"),
    inverseAndLogDet: apply("inverse"),
    ...(initFromData && {
      initFromData: (params: P, x, cond, direction) =>
        initFromData(params, enter(x), context(cond), direction),
    }),
    interval,
    ...(support && { support }),
    changesTails,
    integers,
    scales,
    checkParameters: bijector.checkParameters,
    settleParameters: bijector.settleParameters,
    iterations: total || !iterations ? undefined : iterationsOf(wrapping, iterations),
    layers: (path) =>
      layersOf(bijector, path).map((layer) => ({ ...layer, bijector: again(layer.bijector) })),
  });
}

/** The bijector's iterations between entering and leaving; what is set aside travels in the state. */
function iterationsOf<P extends Tree>(
  { kind, shape, enter, aside, leave, context = (cond) => cond }: Wrapping<P>,
  { forward, inverse }: Iterations<P>,
): Iterations<P> {
  // Wrappings nest, and what enters one that sets numbers aside is smaller than its event: no name comes twice.
  const name = `${kind}, aside of ${sizeOf(shape)}`;

  const around = (iteration: Iteration<P>): Iteration<P> => ({
    ...iteration,
    start(params, x, cond, wantsLogDet) {
      const rest = aside?.(x.ref);
      const state = iteration.start(params, enter(x), context(cond), wantsLogDet);
      return rest ? { ...state, [name]: rest } : state;
    },
    step(params, { [name]: rest, ...state }, cond) {
      const next = iteration.step(params, state as IterationState, context(cond));
      return rest ? { ...next, [name]: rest } : next;
    },
    finish(params, { [name]: rest, ...state }, cond) {
      const [y, logDet] = iteration.finish(params, state as IterationState, context(cond));
      return [leave(y, rest), logDet];
    },
  });

  return {
    ...(forward && { forward: around(forward) }),
    ...(inverse && { inverse: around(inverse) }),
  };
}
