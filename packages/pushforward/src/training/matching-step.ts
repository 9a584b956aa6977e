import type { Direction, Layer } from "../core/bijector.ts";
import type { Distribution, FlowParams } from "../core/distribution.ts";
import { DomainError } from "../core/errors.ts";
import {
  flattenParameters,
  type ParameterLayout,
  parametersAt,
  splitParameters,
} from "../core/parameters.ts";
import { keyOf } from "../core/seed.ts";
import { sizeOf } from "../core/shape.ts";
import {
  ArraySpec,
  type Engine,
  type EngineArray,
  type Extent,
  hostArray,
  type NDArray,
  np,
  type Tree,
  tree,
  valueAndGrad,
  withNoise,
} from "../engine/index.ts";
import { assign } from "../numerics/assignment.ts";
import { type AdamOptions, type AdamState, adamStep } from "./adam.ts";
import type { MatchedFlow } from "./matched-flow.ts";
import type { Batch, NoisyTrainStep } from "./train-step.ts";
import { noiseOf, type TrainingNoise } from "./training-noise.ts";

/**
 * Most rows that are paired together. The cost of pairs grows nearly with the cube of their number; what is learned in as
 * many steps hardly changes (docs/design.md).
 */
const GROUP = 64;

/** The ends of a path for each row, and its context. */
type Ends<A> = { start: A; end: A; cond?: A };

/** Where on the paths the velocity is looked at: times `[n]` in (0, 1), and noise around them. */
type Places<A> = { time: A; around?: A };

/**
 * One step of flow matching (Lipman et al. 2023, arXiv:2210.02747; in this form Tong et al. 2024,
 * arXiv:2302.00482, sections 3.2 and 3.3): with `x1` what the layers behind make of a row, `x0` a draw of the base and
 * t even in (0, 1), the loss is the mean over rows of `|f(x_t, t) - (x1 - x0)|^2`, `x_t = (1 - t) x0 + t x1 + s e`.
 *
 * The pairs by optimal transport, of least total `|x1 - x0|^2` in each group of at most {@link GROUP} rows, are found on
 * the host between two programs.
 */
export function compileMatchingStep(
  engine: Engine,
  distribution: Distribution,
  matched: MatchedFlow,
  layout: ParameterLayout,
  options: AdamOptions,
): NoisyTrainStep {
  const { coupling, deviation } = matched.field.matching;
  const { shape, condShape } = distribution;
  const events = new ArraySpec(["n", ...shape]);
  const context = condShape && { cond: new ArraySpec(["n", ...condShape]) };
  const vector = new ArraySpec([layout.size]);

  const places: TrainingNoise[] = [{ kind: "uniform", shape: ["n"] }];
  if (deviation > 0) places.push({ kind: "normal", shape: ["n", ...shape] });
  const draws = noiseOf(distribution, (x, cond) => drawStart(matched, layout, x, cond));
  const drawing = engine.compile(
    ({ x, cond, noise = [] }: Batch<NDArray>): [NDArray, NDArray] => {
      const left = [...noise];
      const start = withNoise(
        () => left.shift() as NDArray,
        () => drawStart(matched, layout, x.ref, cond?.ref),
      );
      return [start, endOf(matched, layout, x, cond)];
    },
    [{ x: events, ...context, noise: draws.map((each) => new ArraySpec(shapeOf(each))) }],
  );
  const step = engine.compile(
    (
      state: AdamState<NDArray>,
      rates: NDArray,
      ends: Ends<NDArray>,
      at: Places<NDArray>,
    ): [AdamState<NDArray>, NDArray] => {
      const [learningRate, stepSize, epsilon, perRow] = np.unstack(rates, 0);
      const leaves = splitParameters(layout, state.parameters.ref);
      const lossOf = (pieces: NDArray[]) =>
        distanceOf(matched, layout.toTree(pieces), tree.ref(ends), tree.ref(at)).mul(perRow.ref);
      const [loss, gradients] = differentiate(lossOf)(leaves);
      const gradient = flattenParameters(gradients);
      const [next, norm] = adamStep(state, gradient, [learningRate, stepSize, epsilon], options);
      return [next, np.stack([loss, norm])];
    },
    [
      { parameters: vector, mean: vector, square: vector },
      new ArraySpec([4]),
      { start: events, end: events, ...context },
      { time: new ArraySpec(["n"]), ...(deviation > 0 && { around: events }) },
    ],
  );

  return {
    noise: [...places, ...draws],
    async run(state, rates, { x, cond, noise = [] }) {
      const [time, around] = noise;
      const given = { x, ...(cond && { cond }), noise: noise.slice(places.length) };
      const [drawn, end] = await drawing.run(given);
      try {
        const start = coupling === "independent" ? drawn : await nearest(drawn, end);
        const ends = { start, end, ...(cond && { cond }) };
        const at = { time: await spread(time), ...(deviation > 0 && { around }) };
        return await step.run(state, rates, ends, at as Places<EngineArray>);
      } finally {
        for (const array of [drawn, end]) array.dispose();
      }
    },
    dispose() {
      drawing.dispose();
      step.dispose();
    },
  };
}

function shapeOf(noise: TrainingNoise): readonly Extent[] {
  if (noise.kind !== "truncation") return noise.shape;
  throw new DomainError("fit: a base whose draws are cut off at random cannot be matched.");
}

/** Parameters of the layers that have none. */
function emptyParameters({ slots, toTree }: ParameterLayout): FlowParams {
  return toTree(slots.map(({ shape }) => np.zeros([...shape]))) as FlowParams;
}

/** A draw of the base for each row, at the start of the layer; rows are looked at for their number alone. */
function drawStart(
  { flow, before }: MatchedFlow,
  layout: ParameterLayout,
  x: NDArray,
  cond: NDArray | undefined,
): NDArray {
  const { base, bijector } = emptyParameters(layout);
  const context = flow.base.condShape ? cond?.ref : undefined;
  const count = x.shape[0] as number;
  const [z, logProb] = flow.base.sampleAndLogProb(base, keyOf(0), count, context);
  for (const unused of [logProb, x]) unused.dispose();
  return through(before, bijector, "forward", z, cond);
}

/** Where the layer has to carry a row's draw to. */
function endOf(
  { after }: MatchedFlow,
  layout: ParameterLayout,
  x: NDArray,
  cond: NDArray | undefined,
): NDArray {
  const { bijector } = emptyParameters(layout);
  return through(after.toReversed(), bijector, "inverse", x, cond);
}

function through(
  layers: readonly Layer[],
  params: Tree,
  direction: Direction,
  x: NDArray,
  cond: NDArray | undefined,
): NDArray {
  let value = x;
  for (const { path, bijector } of layers) {
    const own = tree.ref(parametersAt(params, path) as never) as Tree;
    const context = bijector.condShape ? cond?.ref : undefined;
    const [next, logDet] = bijector[`${direction}AndLogDet`](own, value, context);
    logDet.dispose();
    value = next;
  }
  cond?.dispose();
  return value;
}

/** The sum over rows of the squared distance between the velocity and the path's own; arrays are consumed. */
function distanceOf(
  { field, layer }: MatchedFlow,
  params: Tree,
  { start, end, cond }: Ends<NDArray>,
  { time, around }: Places<NDArray>,
): NDArray {
  const rows = time.shape[0] as number;
  const share = time.ref.reshape([rows, ...start.shape.slice(1).map(() => 1)]);
  const path = end.sub(start.ref);
  const straight = start.add(path.ref.mul(share));
  const place = around ? straight.add(around.mul(field.matching.deviation)) : straight;
  const own = parametersAt((params as FlowParams).bijector, layer.path);
  // The path takes all of the time that the layer has.
  const velocity = field.at(own, time.mul(field.end), place, cond).mul(field.end);
  const gap = velocity.sub(path);
  return gap.ref.mul(gap).sum();
}

/** The draws in the order in which they belong to the rows, group by group. */
async function nearest(draws: EngineArray, rows: EngineArray): Promise<EngineArray> {
  const [from, to] = (await Promise.all([draws.data(), rows.data()])) as Float32Array[];
  const count = draws.shape[0];
  const size = sizeOf(draws.shape.slice(1));
  const paired = new Float32Array(from.length);
  const groups = Math.ceil(count / GROUP);
  for (let group = 0; group < groups; group++) {
    const ends = [group, group + 1].map((at) => size * Math.floor((at * count) / groups));
    paired.set(nearestTo(to.subarray(...ends), from.subarray(...ends), size), ends[0]);
  }
  return hostArray(paired, draws.shape);
}

/**
 * Draws in the order of the rows, by least total squared distance. Where one is not finite they stay as they are: no
 * pairs make that loss a number, and the step is rolled back.
 */
function nearestTo(rows: Float32Array, draws: Float32Array, size: number): Float32Array {
  const count = rows.length / size;
  const cost = new Float64Array(count * count);
  for (let row = 0; row < count; row++) {
    for (let draw = 0; draw < count; draw++) {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += (rows[row * size + i] - draws[draw * size + i]) ** 2;
      cost[row * count + draw] = sum;
    }
  }
  if (!cost.every(Number.isFinite)) return draws;
  const chosen = assign(cost, count);
  return draws.map((_, at) => draws[chosen[Math.floor(at / size)] * size + (at % size)]);
}

/** Times in even strips of (0, 1), one for each row: as even as before, and less noisy. */
async function spread(uniform: EngineArray): Promise<EngineArray> {
  const values = (await uniform.data()) as Float32Array;
  return hostArray(
    values.map((value, row) => (row + value) / values.length),
    uniform.shape,
  );
}

function differentiate(loss: (pieces: NDArray[]) => NDArray) {
  return valueAndGrad(loss as never) as unknown as (pieces: NDArray[]) => [NDArray, NDArray[]];
}
