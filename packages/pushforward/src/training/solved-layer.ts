import type { Distribution } from "../core/distribution.ts";
import { drive } from "../core/drive.ts";
import { flattenParameters, type ParameterLayout, splitParameters } from "../core/parameters.ts";
import { keyOf } from "../core/seed.ts";
import { sizeOf } from "../core/shape.ts";
import { duringTraining } from "../core/training-mode.ts";
import type { Interval, OdeProgress, VelocityField } from "../core/velocity-field.ts";
import {
  ArraySpec,
  type Engine,
  type EngineArray,
  grad,
  hostArray,
  type NDArray,
  np,
  type SpecTree,
  tree,
} from "../engine/index.ts";
import { odeStatus } from "../numerics/ode-stepper.ts";
import { adjointRates, adjointStep } from "./adjoint.ts";
import { type Given, layerFunctions, type Reached, type SolvedFlow } from "./solved-flow.ts";
import { noiseOf, type TrainingNoise } from "./training-noise.ts";

/** What all programs of a step share. */
export interface Setting {
  readonly engine: Engine;
  readonly distribution: Distribution;
  readonly flow: SolvedFlow;
  readonly layout: ParameterLayout;
}

/** The gradient of `sum_i <cotangent_i, output_i>` by a function's argument, a tree; arrays are consumed. */
function pullBack<T>(fn: (at: T) => readonly NDArray[], at: T, cotangents: readonly NDArray[]): T {
  const inner = (point: T): NDArray =>
    fn(point)
      .map((output, i) => output.mul(cotangents[i].ref).sum())
      .reduce((sum, each) => sum.add(each));
  return (grad(inner as never) as unknown as (point: T) => T)(at);
}

/** A tree of arrays on the host's side of a program. */
export type Host<T> = T extends NDArray ? EngineArray : { -readonly [K in keyof T]: Host<T[K]> };

type HostProgress = Host<OdeProgress>;

type Shares<A> = { left: A; length: A };

/** A function as a program, with the types that the function has; what it returns is freed with the step. */
export type Compile = <A extends unknown[], R>(
  fn: (...args: A) => R,
  specs: SpecTree[],
) => (...args: { [K in keyof A]: Host<A[K]> }) => Promise<Host<R>>;

/** A solved layer of a training step. */
export interface TrainedLayer {
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

export type From = EngineArray | Reached<EngineArray>;

const row = new ArraySpec([1, "n"]);

export function reachedSpec(size: number, penalties: number) {
  const costs = Array.from({ length: 1 + penalties }, () => row);
  return { values: [new ArraySpec([size, "n"]), ...costs], logDet: row, penalty: row };
}

/** The programs of a solved layer, and the ways through them. */
export function trainedLayer(setting: Setting, index: number, compile: Compile): TrainedLayer {
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

  const statusOf = compile(
    (ends: Shares<NDArray>) => odeStatus(ends),
    [{ left: row, length: row }],
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
      return stepper.start(rates, np.concatenate([z, a], 0), backwards, 0);
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

  const solving = (next: (state: HostProgress) => Promise<HostProgress>, way: Interval) => ({
    evaluations: stepper.evaluations,
    limit: stepper.limit,
    advance: next,
    status: async (state: HostProgress) => {
      const status = await statusOf({ left: state.left, length: state.length });
      return status.data() as Promise<Float32Array>;
    },
    async explain(state: HostProgress, at: number, used: number) {
      const numberAt = async (each: EngineArray) =>
        ((await each.data()) as Float32Array).slice(at, at + 1);
      const numbers = { left: await numberAt(state.left), length: await numberAt(state.length) };
      return stepper.explain(numbers, way, used);
    },
  });

  /** The states of the way there: all of them to compute again, or the last alone. */
  let states: HostProgress[] = [];
  let entered: From;

  async function forward(now: Given<EngineArray>, at: From): Promise<Reached<EngineArray>> {
    const { progress: first, logDet, penalty } = await enter(now, at as never);
    entered = at;
    states = [first];
    for await (const state of drive(
      first,
      solving((each) => advance(now, each), interval),
    )) {
      if (gradients === "adjoint") disposeTree(states.pop());
      states.push(state);
    }
    return { values: (states.at(-1) as HostProgress).values, logDet, penalty };
  }

  async function recompute(
    now: Given<EngineArray>,
    cotangents: Host<Cotangents>,
    gradient: EngineArray,
  ): Promise<[Host<Cotangents>, EngineArray]> {
    let [back, sum] = [cotangents, gradient];
    states.pop();
    for (let state = states.pop(); state; state = states.pop()) {
      const [before, more] = await advanceBack(now, state, back, sum);
      disposeTree([state, back, sum]);
      [back, sum] = [before, more];
    }
    return [back, sum];
  }

  async function solveAdjoint(
    now: Given<EngineArray>,
    [a, ...w]: EngineArray[],
    gradient: EngineArray,
  ): Promise<[Host<Cotangents>, EngineArray]> {
    let sum = gradient;
    const next = async (each: HostProgress) => {
      const [after, more] = await adjointAdvance(now, each, w, sum);
      disposeTree([each, sum]);
      sum = more;
      return after;
    };
    let state = await adjointStart(now, (states[0] as HostProgress).values[0], a, w);
    for await (const each of drive(state, solving(next, backwards))) state = each;
    const values = [await secondHalf(state.values[0]), ...w];
    return [{ values, slopes: slopes.map((_, part) => zerosLike(values[part])) }, sum];
  }

  async function backward(
    now: Given<EngineArray>,
    { values: given, logDet, penalty }: Reached<EngineArray>,
    gradient: EngineArray,
  ): Promise<[Reached<EngineArray> | undefined, EngineArray]> {
    const zeros = slopes.map((_, part) => zerosLike(given[part]));
    const [back, sum] =
      gradients === "recomputed"
        ? await recompute(now, { values: given, slopes: zeros }, gradient)
        : await solveAdjoint(now, given, gradient);
    const pulled = await enterBack(now, entered as never, { ...back, logDet, penalty }, sum);
    return [before && (pulled[0] as Reached<EngineArray>), pulled[1]];
  }

  return { noise, forward, backward };
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

/** Specs of what every program takes besides. */
export function givenSpec({ layout, distribution }: Setting, noise: readonly TrainingNoise[]) {
  const { condShape } = distribution;
  const shapeOf = (each: TrainingNoise) => (each.kind === "truncation" ? [1] : each.shape);
  return {
    flat: new ArraySpec([layout.size]),
    noise: noise.map((each) => new ArraySpec(shapeOf(each))),
    cond: condShape ? [new ArraySpec(["n", ...condShape])] : [],
  };
}
