import { type Layer, layersOf } from "../core/bijector.ts";
import type { Distribution, FlowParams, FlowParts } from "../core/distribution.ts";
import { DomainError, SolverError } from "../core/errors.ts";
import {
  flattenParameters,
  type ParameterLayout,
  parametersAt,
  splitParameters,
} from "../core/parameters.ts";
import { keyOf } from "../core/seed.ts";
import { sizeOf } from "../core/shape.ts";
import { duringTraining } from "../core/training-mode.ts";
import type { Interval, OdeProgress, Rates, VelocityField } from "../core/velocity-field.ts";
import {
  ArraySpec,
  type Engine,
  type EngineArray,
  grad,
  hostArray,
  type NDArray,
  np,
  type Program,
  type SpecTree,
  stopGradient,
  type Tree,
  tree,
  valueAndGrad,
  withNoise,
} from "../engine/index.ts";
import { SHORTEST } from "../numerics/adaptive-step.ts";
import { type AdamOptions, type AdamState, adamStep } from "./adam.ts";
import { adjointRates, adjointStep } from "./adjoint.ts";
import type { TrainStep } from "./train-step.ts";
import { noiseOf, type TrainingNoise } from "./training-noise.ts";

/** A continuous layer that the host solves in training, behind the plain layers that come before it. */
interface SolvedLayer extends Layer {
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

/** The layers of a flow that declare gradients of their own; undefined where none does. */
export function solvedFlow({ flow }: Distribution): SolvedFlow | undefined {
  const solved: SolvedLayer[] = [];
  let plain: Layer[] = [];
  for (const layer of flow ? layersOf(flow.bijector).toReversed() : []) {
    const { field } = layer.bijector;
    if (field && field.gradients !== "unrolled") {
      solved.push({ ...layer, field, plain });
      plain = [];
    } else plain.push(layer);
  }
  return flow && solved.length > 0 ? { flow, solved, last: plain } : undefined;
}

/** Where rows are after a solved layer, and what they have gathered before it, `[1, n]`. */
type Reached<A> = { values: A[]; logDet: A; penalty: A };

/** Where a solved layer starts. */
type Start<A> = { progress: Progress<A>; logDet: A; penalty: A };

type Progress<A> = { [K in keyof OdeProgress]: OdeProgress[K] extends NDArray[] ? A[] : A };

/** What every program takes besides: all parameters as one vector, the layer's noise and the contexts, if any. */
type Given<A> = { flat: A; noise: A[]; cond: A[] };

/** What a solved layer does, as functions to be traced; arrays are consumed. */
function layerFunctions({ solved }: SolvedFlow, layout: ParameterLayout, index: number) {
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
    return { progress: field.stepper.start(rates, columns, interval), logDet, penalty };
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
function leave({ penalties }: VelocityField, { values, logDet, penalty }: Reached<NDArray>): Place {
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
function walk(
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

/** The gradient of `sum_i <cotangent_i, output_i>` by a function's argument, a tree; arrays are consumed. */
function pullBack<T>(fn: (at: T) => readonly NDArray[], at: T, cotangents: readonly NDArray[]): T {
  const inner = (point: T): NDArray =>
    fn(point)
      .map((output, i) => output.mul(cotangents[i].ref).sum())
      .reduce((sum, each) => sum.add(each));
  return (grad(inner as never) as unknown as (point: T) => T)(at);
}

/** What all programs of a step share. */
interface Setting {
  readonly engine: Engine;
  readonly distribution: Distribution;
  readonly flow: SolvedFlow;
  readonly layout: ParameterLayout;
}

/** A tree of arrays on the host's side of a program. */
type Host<T> = T extends NDArray ? EngineArray : { -readonly [K in keyof T]: Host<T[K]> };

/** A function as a program, with the types that the function has. */
type Compile = <A extends unknown[], R>(
  fn: (...args: A) => R,
  specs: SpecTree[],
) => (...args: { [K in keyof A]: Host<A[K]> }) => Promise<Host<R>>;

/** A solved layer of a training step. */
interface TrainedLayer {
  readonly noise: readonly TrainingNoise[];
  /** From rows, or from where the layer before it ended. */
  forward(given: Given<EngineArray>, from: From): Promise<Reached<EngineArray>>;
  /** The gradients by `from` and, added to those so far, by the parameters; follows `forward`. */
  backward(
    given: Given<EngineArray>,
    cotangent: Reached<EngineArray>,
    gradient: EngineArray,
  ): Promise<[Reached<EngineArray> | undefined, EngineArray]>;
}

type From = EngineArray | Reached<EngineArray>;

const row = new ArraySpec([1, "n"]);

function reachedSpec(size: number, penalties: number) {
  const costs = Array.from({ length: 1 + penalties }, () => row);
  return { values: [new ArraySpec([size, "n"]), ...costs], logDet: row, penalty: row };
}

function trainedLayer(setting: Setting, index: number, compile: Compile): TrainedLayer {
  const { distribution, flow, layout } = setting;
  const { layer, interval, start, step, ratesOf } = layerFunctions(flow, layout, index);
  const { stepper, penalties, gradients } = layer.field;
  const size = distribution.shape[0] as number;
  const noise = noiseOf(distribution, (x) => probeOrNothing(layer.field, x));
  const given = givenSpec(setting, noise);
  const { values } = reachedSpec(size, penalties.length);
  const slopes = stepper.reusesSlopes ? values : [];
  const progress = { values, slopes, left: row, length: row };
  const before = flow.solved[index - 1]?.field;
  const from = before
    ? reachedSpec(size, before.penalties.length)
    : new ArraySpec(["n", ...distribution.shape]);
  const vector = new ArraySpec([layout.size]);
  const leaves = (flat: NDArray) => splitParameters(layout, flat);
  type Cotangents = { values: NDArray[]; slopes: NDArray[] };

  const enter = compile(
    (now: Given<NDArray>, at: NDArray | Reached<NDArray>) => start(leaves(now.flat), now, at),
    [given, from],
  );
  const advance = compile(
    (now: Given<NDArray>, at: OdeProgress) => step(leaves(now.flat), now, at),
    [given, progress],
  );
  const enterBack = compile(
    (
      now: Given<NDArray>,
      at: NDArray | Reached<NDArray>,
      cotangent: Cotangents & { logDet: NDArray; penalty: NDArray },
      gradient: NDArray,
    ) => {
      const pulled = pullBack(
        (point: { pieces: NDArray[]; at: NDArray | Reached<NDArray> }) => {
          const { progress: begun, logDet, penalty } = start(point.pieces, now, point.at);
          return [...begun.values, ...begun.slopes, logDet, penalty];
        },
        { pieces: leaves(now.flat), at },
        [...cotangent.values, ...cotangent.slopes, cotangent.logDet, cotangent.penalty],
      );
      return [pulled.at, gradient.add(flattenParameters(pulled.pieces))] as const;
    },
    [given, from, { values, slopes, logDet: row, penalty: row }, vector],
  );
  const advanceBack = compile(
    (now: Given<NDArray>, at: OdeProgress, cotangent: Cotangents, gradient: NDArray) => {
      const { left, length } = at;
      const pulled = pullBack(
        (point: { pieces: NDArray[]; at: Cotangents }) => {
          const next = step(point.pieces, now, { ...point.at, left: left.ref, length: length.ref });
          return [...next.values, ...next.slopes];
        },
        { pieces: leaves(now.flat), at: { values: at.values, slopes: at.slopes } },
        [...cotangent.values, ...cotangent.slopes],
      );
      return [pulled.at, gradient.add(flattenParameters(pulled.pieces))] as const;
    },
    [given, progress, { values, slopes }, vector],
  );

  const both = [new ArraySpec([2 * size, "n"])];
  const adjoint = {
    values: both,
    slopes: stepper.reusesSlopes ? both : [],
    left: row,
    length: row,
  };
  const backwards: Interval = [interval[1], interval[0]];
  const weights = values.slice(1);
  const adjointStart = compile(
    (now: Given<NDArray>, z: NDArray, a: NDArray, w: NDArray[]) => {
      const rates = adjointRates(ratesOf(now, z)(leaves(now.flat)), w);
      return stepper.start(rates, np.concatenate([z, a], 0), backwards);
    },
    [given, values[0], values[0], weights],
  );
  const adjointAdvance = compile(
    (now: Given<NDArray>, at: OdeProgress, w: NDArray[], gradient: NDArray) => {
      const [z] = np.split(at.values[0].ref, 2, 0);
      const rates = ratesOf(now, z);
      const [next, more] = adjointStep(stepper, rates, leaves(now.flat), at, w, backwards);
      return [next, gradient.add(flattenParameters(more))] as const;
    },
    [given, adjoint, weights, vector],
  );

  /** The states of the way there: all of them to compute again, or the last alone. */
  let states: Host<OdeProgress>[] = [];
  let start0: From;

  async function forward(now: Given<EngineArray>, at: From): Promise<Reached<EngineArray>> {
    const { progress: first, logDet, penalty } = await enter(now, at as never);
    start0 = at;
    states = [first];
    for await (const state of drive(layer, first, (each) => advance(now, each))) {
      if (gradients === "adjoint") disposeTree(states.pop());
      states.push(state);
    }
    return { values: (states.at(-1) as Host<OdeProgress>).values, logDet, penalty };
  }

  async function backward(
    now: Given<EngineArray>,
    { values: cotangents, logDet, penalty }: Reached<EngineArray>,
    gradient: EngineArray,
  ): Promise<[Reached<EngineArray> | undefined, EngineArray]> {
    const zeros = slopes.map((_, part) => zerosLike(cotangents[part]));
    let back: Host<Cotangents> = { values: cotangents, slopes: zeros };
    let sum = gradient;
    if (gradients === "recomputed") {
      for (const state of states.slice(0, -1).toReversed()) {
        const [before, more] = await advanceBack(now, state, back, sum);
        [back, sum] = [before, more];
      }
    } else {
      const [a, ...w] = cotangents;
      const first = await adjointStart(now, states[0].values[0], a, w);
      let state = first;
      const next = async (each: Host<OdeProgress>) => {
        const [after, more] = await adjointAdvance(now, each, w, sum);
        sum = more;
        return after;
      };
      for await (const each of drive(layer, first, next)) state = each;
      back = { values: [await secondHalf(state.values[0]), ...w], slopes: zeros };
    }
    const pulled = await enterBack(now, start0 as never, { ...back, logDet, penalty }, sum);
    for (const state of states) disposeTree(state);
    return [before && (pulled[0] as Reached<EngineArray>), pulled[1]];
  }

  return { noise, forward, backward };
}

/**
 * The states after a first one, until every row is done.
 *
 * @throws SolverError, in the words of the layer.
 */
async function* drive(
  { bijector, field: { stepper } }: SolvedLayer,
  first: Host<OdeProgress>,
  advance: (state: Host<OdeProgress>) => Promise<Host<OdeProgress>>,
): AsyncGenerator<Host<OdeProgress>, void> {
  const { evaluations, limit } = stepper;
  let state = first;
  for (let steps = 0; ; steps++) {
    const left = (await state.left.data()) as Float32Array;
    const length = (await state.length.data()) as Float32Array;
    const stuck = left.findIndex((share, row) => !(share === 0 || length[row] >= SHORTEST));
    const late = steps >= limit ? left.findIndex((share) => share > 0) : -1;
    const failed = stuck >= 0 ? stuck : late;
    if (failed >= 0) {
      const numbers = {
        left: left.slice(failed, failed + 1),
        length: length.slice(failed, failed + 1),
      };
      const used = evaluations.start + steps * evaluations.step;
      const explain = bijector.iterations?.inverse?.explain;
      throw new SolverError(failed, explain?.(numbers, used) ?? "its solution is not finite.");
    }
    if (!left.some((share) => share > 0)) return;
    state = await advance(state);
    yield state;
  }
}

function zerosLike({ shape }: EngineArray): EngineArray {
  return hostArray(new Float32Array(sizeOf(shape)), shape);
}

/** The gradient under the state. */
async function secondHalf(both: EngineArray): Promise<EngineArray> {
  const values = (await both.data()) as Float32Array;
  const [size, rows] = both.shape as [number, number];
  return hostArray(values.slice(values.length / 2), [size / 2, rows]);
}

function disposeTree(arrays: unknown): void {
  tree.map(((array: EngineArray) => array.dispose()) as never, arrays as never);
}

/** What `noiseOf` can trace: the noise, or anything. */
function probeOrNothing(field: VelocityField, rows: NDArray): NDArray {
  const [probe] = duringTraining(keyOf(0), () => field.probe(rows.ref));
  if (!probe) return rows;
  rows.dispose();
  return probe;
}

function givenSpec({ layout, distribution }: Setting, noise: readonly TrainingNoise[]) {
  const { condShape } = distribution;
  const shapeOf = (each: TrainingNoise) => (each.kind === "truncation" ? [1] : each.shape);
  return {
    flat: new ArraySpec([layout.size]),
    noise: noise.map((each) => new ArraySpec(shapeOf(each))),
    cond: condShape ? [new ArraySpec(["n", ...condShape])] : [],
  };
}

/** A training step that says which noise it takes. */
export interface SolvedStep extends TrainStep {
  readonly noise: readonly TrainingNoise[];
}

/**
 * One maximum-likelihood step of a flow whose continuous layers are solved by the host, as the solver's options say,
 * and differentiated as the layers declare: the programs of {@link trainedLayer} there and back, and Adam.
 */
export function compileSolvedStep(
  engine: Engine,
  distribution: Distribution,
  flow: SolvedFlow,
  layout: ParameterLayout,
  options: AdamOptions,
): SolvedStep {
  const setting = { engine, distribution, flow, layout };
  const programs: Program<never, never>[] = [];
  const compile: Compile = (fn, specs) => {
    const program = engine.compile(fn as never, specs) as unknown as Program<never, never>;
    programs.push(program);
    return program.run as never;
  };
  const layers = flow.solved.map((_, index) => trainedLayer(setting, index, compile));
  const noise = layers.flatMap((layer) => layer.noise);
  const last = flow.solved.at(-1) as SolvedLayer;
  const reached = reachedSpec(distribution.shape[0] as number, last.field.penalties.length);
  const vector = new ArraySpec([layout.size]);
  const lossBack = compile(
    (now: Given<NDArray>, at: Reached<NDArray>, rates: NDArray) => {
      const perRow = np.unstack(rates, 0)[3] as NDArray;
      const lossOf = (point: { pieces: NDArray[]; at: Reached<NDArray> }): [NDArray, NDArray] => {
        const params = layout.toTree(point.pieces) as FlowParams;
        const place = walk(flow.last, params, leave(last.field, point.at), now.cond[0]);
        const { base } = flow.flow;
        const context = base.condShape ? now.cond[0].ref : undefined;
        const logProb = base.logProb(params.base, place.z, context).add(place.logDet.reshape([-1]));
        const loss = logProb.sum().mul(perRow.ref).neg();
        return [loss.ref.add(place.penalty.sum().mul(perRow.ref)), stopGradient(loss)];
      };
      const differentiate = valueAndGrad(lossOf as never, { hasAux: true }) as unknown as (
        point: Parameters<typeof lossOf>[0],
      ) => [[NDArray, NDArray], Parameters<typeof lossOf>[0]];
      const [[, loss], pulled] = differentiate({ pieces: splitParameters(layout, now.flat), at });
      return [loss, pulled.at, flattenParameters(pulled.pieces)] as const;
    },
    [givenSpec(setting, []), reached, new ArraySpec([4])],
  );
  const update = compile(
    (state: AdamState<NDArray>, rates: NDArray, gradient: NDArray, loss: NDArray) => {
      const [learningRate, stepSize, epsilon, perRow] = np.unstack(rates, 0);
      perRow.dispose();
      const [next, norm] = adamStep(state, gradient, [learningRate, stepSize, epsilon], options);
      return [next, np.stack([loss, norm])] as const;
    },
    [
      { parameters: vector, mean: vector, square: vector },
      new ArraySpec([4]),
      vector,
      new ArraySpec([]),
    ],
  );

  return {
    noise,
    async run(state, rates, { x, cond, noise: drawn = [] }) {
      const left = [...drawn];
      const shared = { flat: state.parameters, cond: cond ? [cond] : [] };
      const givens = layers.map(({ noise: own }) => ({
        ...shared,
        noise: left.splice(0, own.length),
      }));
      let from: From = x;
      for (const [index, layer] of layers.entries())
        from = await layer.forward(givens[index], from);
      const end = from as Reached<EngineArray>;
      let [loss, cotangent, gradient] = await lossBack({ ...shared, noise: [] }, end, rates);
      for (const [index, layer] of [...layers.entries()].toReversed()) {
        const [before, sum] = await layer.backward(givens[index], cotangent, gradient);
        gradient = sum;
        if (before) cotangent = before as never;
      }
      return (await update(state, rates, gradient, loss)) as never;
    },
    dispose() {
      for (const program of programs) program.dispose();
    },
  };
}
