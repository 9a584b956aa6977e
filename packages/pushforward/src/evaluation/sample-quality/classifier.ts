import {
  downloadParameters,
  flattenParameters,
  layoutOf,
  type ParameterLayout,
  splitParameters,
} from "../../core/parameters.ts";
import type { HostRows } from "../../core/rows.ts";
import { keyOf } from "../../core/seed.ts";
import {
  ArraySpec,
  createBreather,
  type Engine,
  type EngineArray,
  hostArray,
  mapBatches,
  type NDArray,
  np,
  tree,
  valueAndGrad,
} from "../../engine/index.ts";
import { mlp } from "../../networks/mlp.ts";
import type { HostRandom } from "../../numerics/host-random.ts";
import { softplus } from "../../numerics/stable.ts";
import { type AdamState, adamRates, adamStep } from "../../training/adam.ts";
import { disposeState } from "../../training/run.ts";

/** Rows of two kinds; `labels` are 1 for one and 0 for the other. */
export interface LabelledRows {
  readonly rows: HostRows;
  readonly labels: Float32Array;
}

/** Tells rows of two kinds apart, by a small network. */
export interface Classifier {
  /** Fit a fresh network, up to where the loss on the validation rows no longer falls; its parameters. */
  fit(train: LabelledRows, validation: LabelledRows, random: HostRandom): Promise<EngineArray>;
  /** The log-odds of label 1. */
  logOdds(parameters: EngineArray, rows: HostRows): Promise<Float32Array>;
  dispose(): void;
}

/** What all fits of a classifier have in common. */
export interface ClassifierOptions {
  readonly features: number;
  readonly batchSize: number;
  readonly seed: number;
}

const network = mlp({ hidden: [64, 64], activation: "silu" });
const LEARNING_RATE = 5e-3;
const ADAM = { optimizer: "adamw", weightDecay: 1e-2, clipNorm: 5 } as const;
const MOST_STEPS = 1000;
const VALIDATE_EVERY = 20;
/** Validations without a new best after which a fit ends: what no single column shows takes some time to find. */
const PATIENCE = 15;
/** Validation loss at which a fit ends: all is told apart. */
const DECIDED = 0.01;

/**
 * A network of two hidden layers of 64 that is fitted by Adam to the mean logistic loss,
 * `softplus(f(x)) - y f(x)`, in batches; the weights of the best validation are kept. The programs are compiled once
 * for all fits.
 */
export async function compileClassifier(
  engine: Engine,
  { features, batchSize, seed }: ClassifierOptions,
): Promise<Classifier> {
  const initial = network.init(keyOf(seed), features, 1);
  const layout = layoutOf(initial);
  const fresh = await downloadParameters(initial);
  const step = compileStep(engine, layout, features);
  const evaluation = engine.compile(
    (parameters: NDArray, [x]: NDArray[]) =>
      logOddsOf(splitParameters(layout, parameters), layout, x),
    [new ArraySpec([layout.size]), [new ArraySpec(["n", features])]],
  );

  async function logOdds(parameters: EngineArray, rows: HostRows): Promise<Float32Array> {
    const inputs = [{ data: rows.data, shape: [features] }];
    const [values] = await mapBatches(evaluation, inputs, rows.count, async (batch) => [
      await evaluation.run(parameters, batch),
    ]);
    return values;
  }

  async function takeStep(state: AdamState, done: number, batch: LabelledRows): Promise<AdamState> {
    const rates = hostArray(Float32Array.of(...adamRates(LEARNING_RATE, done + 1)), [3]);
    const x = hostArray(Float32Array.from(batch.rows.data), [batchSize, features]);
    const next = await step.run(state, rates, x, hostArray(batch.labels, [batchSize]));
    disposeState(state);
    return next;
  }

  async function fit(train: LabelledRows, validation: LabelledRows, random: HostRandom) {
    const breathe = createBreather();
    const batches = shuffledBatches(train, batchSize, random);
    // A fresh network says 1/2 of every row.
    let best = { loss: Math.LN2, parameters: fresh };
    let state = startAdam(fresh);
    let [done, worse] = [0, 0];
    while (done < MOST_STEPS && worse < PATIENCE && best.loss > DECIDED) {
      await breathe();
      state = await takeStep(state, done, batches());
      if (++done % VALIDATE_EVERY !== 0) continue;
      const loss = logisticLoss(
        await logOdds(state.parameters, validation.rows),
        validation.labels,
      );
      worse = loss < best.loss ? 0 : worse + 1;
      if (worse > 0) continue;
      best = { loss, parameters: (await state.parameters.data()).slice() as Float32Array };
    }
    disposeState(state);
    return hostArray(best.parameters, [layout.size]);
  }

  return {
    fit,
    logOdds,
    dispose() {
      step.dispose();
      evaluation.dispose();
    },
  };
}

function startAdam(parameters: Float32Array): AdamState {
  const vector = (values: Float32Array) => hostArray(values, [values.length]);
  const zeros = new Float32Array(parameters.length);
  return { parameters: vector(parameters), mean: vector(zeros), square: vector(zeros) };
}

/** One step of Adam on the mean logistic loss of a batch. */
function compileStep(engine: Engine, layout: ParameterLayout, features: number) {
  const step = (state: AdamState<NDArray>, rates: NDArray, x: NDArray, labels: NDArray) => {
    const [learningRate, stepSize, epsilon] = np.unstack(rates, 0);
    const lossOf = (leaves: NDArray[]): NDArray => {
      const odds = logOddsOf(leaves, layout, x.ref);
      return softplus(odds.ref).sub(odds.mul(labels.ref)).mean();
    };
    const leaves = splitParameters(layout, state.parameters.ref);
    const [loss, gradients] = differentiate(lossOf)(leaves);
    tree.dispose([loss, x, labels]);
    const gradient = flattenParameters(gradients);
    const [next, norm] = adamStep(state, gradient, [learningRate, stepSize, epsilon], ADAM);
    norm.dispose();
    return next;
  };
  const vector = new ArraySpec([layout.size]);
  return engine.compile(step, [
    { parameters: vector, mean: vector, square: vector },
    new ArraySpec([3]),
    new ArraySpec(["n", features]),
    new ArraySpec(["n"]),
  ]);
}

const differentiate = (loss: (leaves: NDArray[]) => NDArray) =>
  valueAndGrad(loss as never) as unknown as (leaves: NDArray[]) => [NDArray, NDArray[]];

/** `[n]` from rows `[n, features]`; consumes. */
function logOddsOf(leaves: NDArray[], layout: ParameterLayout, x: NDArray): NDArray {
  return network.apply(layout.toTree(leaves) as never, x.transpose()).reshape([-1]);
}

/** On the host. */
function logisticLoss(odds: Float32Array, labels: Float32Array): number {
  const losses = odds.map(
    (value, row) =>
      Math.log1p(Math.exp(-Math.abs(value))) + Math.max(value, 0) - labels[row] * value,
  );
  return losses.reduce((sum, loss) => sum + loss / losses.length, 0);
}

/** Batches without replacement, each epoch a new shuffle, its incomplete last batch left out. */
function shuffledBatches(
  { rows, labels }: LabelledRows,
  batchSize: number,
  random: HostRandom,
): () => LabelledRows {
  let order = random.shuffle(rows.count);
  let from = 0;
  return () => {
    if (from + batchSize > rows.count) {
      order = random.shuffle(rows.count);
      from = 0;
    }
    const chosen = order.subarray(from, from + batchSize);
    from += batchSize;
    return selectLabelled({ rows, labels }, chosen);
  };
}

/** The labelled rows at the given indices. */
export function selectLabelled(
  { rows, labels }: LabelledRows,
  chosen: ArrayLike<number>,
): LabelledRows {
  const { size } = rows;
  const data = new Float64Array(chosen.length * size);
  for (let at = 0; at < chosen.length; at++) {
    data.set(rows.data.subarray(chosen[at] * size, (chosen[at] + 1) * size), at * size);
  }
  return {
    rows: { data, count: chosen.length, size },
    labels: Float32Array.from(chosen, (row) => labels[row]),
  };
}
