import { type Layer, layersOf } from "../core/bijector.ts";
import type { FlowParams, FlowParts } from "../core/distribution.ts";
import { DomainError } from "../core/errors.ts";
import { type ParameterLayout, parametersAt } from "../core/parameters.ts";
import { keyOf } from "../core/seed.ts";
import { duringTraining } from "../core/training-mode.ts";
import type { Interval, OdeProgress, Rates, VelocityField } from "../core/velocity-field.ts";
import { type NDArray, np, type Tree, tree, withNoise } from "../engine/index.ts";

/** A continuous layer that the host solves in training, behind the plain layers that come before it. */
export interface SolvedLayer extends Layer {
  readonly field: VelocityField;
  /** In the order of `inverse`, from the solved layer before. */
  readonly plain: readonly Layer[];
}

/** A flow whose density takes solved layers. */
export interface SolvedFlow {
  readonly flow: FlowParts;
  readonly solved: readonly SolvedLayer[];
  /** The plain layers after the last of them, up to the base. */
  readonly last: readonly Layer[];
}

/** The layers of a flow, cut after each that declares gradients of its own. */
export function solvedFlow(flow: FlowParts): SolvedFlow {
  const solved: SolvedLayer[] = [];
  let plain: Layer[] = [];
  for (const layer of layersOf(flow.bijector).toReversed()) {
    const { field } = layer.bijector;
    if (field && field.gradients !== "unrolled") {
      solved.push({ ...layer, field, plain });
      plain = [];
    } else plain.push(layer);
  }
  return { flow, solved, last: plain };
}

/** Where rows are after a solved layer, and what they have gathered before it, `[1, n]`. */
export type Reached<A> = { values: A[]; logDet: A; penalty: A };

/** Where a solved layer starts. */
export type Start<A> = { progress: Progress<A>; logDet: A; penalty: A };

type Progress<A> = { [K in keyof OdeProgress]: OdeProgress[K] extends NDArray[] ? A[] : A };

/** What every program takes besides: all parameters as one vector, the layer's noise and the contexts, if any. */
export type Given<A> = { flat: A; noise: A[]; cond: A[] };

/** What a solved layer does, as functions to be traced; arrays are consumed. */
export function layerFunctions({ solved }: SolvedFlow, layout: ParameterLayout, index: number) {
  const layer = solved[index];
  const { field } = layer;
  const interval: Interval = [field.end, 0];
  const parametersOf = (pieces: NDArray[]) => layout.toTree(pieces) as FlowParams;
  const ownOf = (params: FlowParams) => parametersAt(params.bijector, layer.path);

  /** The noise that the rates take, made of what was drawn for `[n, d]` rows. */
  const probeOf = ({ noise }: Given<NDArray>, z: NDArray): NDArray | undefined =>
    withNoise(
      () => noise[0].ref,
      () => duringTraining(keyOf(0), () => field.probe(z.ref.transpose()))[0],
    );

  function ratesFor(params: Tree, given: Given<NDArray>, z: NDArray): Rates {
    const context = layer.bijector.condShape ? given.cond[0] : undefined;
    return field.rates(params, context, probeOf(given, z));
  }

  function start(
    pieces: NDArray[],
    given: Given<NDArray>,
    from: Reached<NDArray> | NDArray,
  ): Start<NDArray> {
    const params = parametersOf(pieces);
    const before = solved[index - 1];
    const place = before ? leave(before.field, from as Reached<NDArray>) : enter(from as NDArray);
    const { z, logDet, penalty } = walk(layer.plain, params, place, given.cond[0]);
    const columns = z.transpose();
    const rates = ratesFor(ownOf(params), given, columns);
    return {
      progress: field.stepper.start(rates, columns, interval, 1 + field.penalties.length),
      logDet,
      penalty,
    };
  }

  return {
    layer,
    interval,
    start,
    /** The rates as a function of all parameters. */
    ratesOf: (given: Given<NDArray>, z: NDArray) => (pieces: Tree) =>
      ratesFor(ownOf(parametersOf(pieces as NDArray[])), given, z),
    step(pieces: NDArray[], given: Given<NDArray>, progress: OdeProgress): OdeProgress {
      const rates = ratesFor(ownOf(parametersOf(pieces)), given, progress.values[0]);
      return field.stepper.step(rates, progress, interval);
    },
  };
}

/** Rows between layers. */
type Place = { z: NDArray; logDet: NDArray; penalty: NDArray };

function enter(x: NDArray): Place {
  const zeros = () => np.zeros([1, x.shape[0] as number]);
  return { z: x, logDet: zeros(), penalty: zeros() };
}

/** Out of a solved layer, with its integrals: the log-determinant, and what is penalised. */
export function leave(
  { penalties }: VelocityField,
  { values, logDet, penalty }: Reached<NDArray>,
): Place {
  const [z, trace, ...costs] = values;
  const weighted = costs.map((cost, j) => np.absolute(cost).mul(penalties[j]));
  return {
    z: z.transpose(),
    logDet: logDet.add(trace),
    penalty: weighted.reduce((sum, each) => sum.add(each), penalty),
  };
}

/**
 * Through plain layers.
 *
 * @throws DomainError for one with noise or state of its own: its gradient would come from another draw.
 */
export function walk(
  layers: readonly Layer[],
  params: FlowParams,
  { z, logDet, penalty }: Place,
  cond: NDArray | undefined,
): Place {
  let place = { z, logDet };
  for (const { path, name, bijector } of layers) {
    const refuse = (): never => {
      throw new DomainError(
        `fit: ${name} changes in training, by noise or by statistics of batches, and cannot stand beside layers whose ` +
          'gradients are recomputed or adjoint. Take gradients: "unrolled", or another layer.',
      );
    };
    const own = tree.ref(parametersAt(params.bijector, path) as never) as Tree;
    const context = bijector.condShape ? cond?.ref : undefined;
    const [[next, more], { updates, penalties }] = withNoise(refuse, () =>
      duringTraining(keyOf(0), () => bijector.inverseAndLogDet(own, place.z, context)),
    );
    if (updates.size + penalties.length > 0) refuse();
    place = { z: next, logDet: place.logDet.add(more.reshape([1, -1])) };
  }
  return { ...place, penalty };
}
