import type { Distribution, FlowParams, FlowParts } from "../core/distribution.ts";
import { flattenParameters, type ParameterLayout, splitParameters } from "../core/parameters.ts";
import {
  ArraySpec,
  type Engine,
  type EngineArray,
  type NDArray,
  np,
  type Program,
  stopGradient,
  tree,
  valueAndGrad,
} from "../engine/index.ts";
import { type AdamOptions, type AdamState, adamStep } from "./adam.ts";
import {
  type Given,
  leave,
  type Reached,
  type SolvedLayer,
  solvedFlow,
  walk,
} from "./solved-flow.ts";
import { type Compile, type From, givenSpec, reachedSpec, trainedLayer } from "./solved-layer.ts";
import type { NoisyTrainStep } from "./train-step.ts";

/**
 * One maximum-likelihood step of a flow whose continuous layers are solved by the host, as the solver's options say,
 * and differentiated as the layers declare: the programs of {@link trainedLayer} there and back, and Adam.
 */
export function compileSolvedStep(
  engine: Engine,
  distribution: Distribution,
  layout: ParameterLayout,
  options: AdamOptions,
): NoisyTrainStep {
  const flow = solvedFlow(distribution.flow as FlowParts);
  const setting = { engine, distribution, flow, layout };
  const programs: Program<never, never>[] = [];
  /** What programs returned in this step; freed at its end, whatever happens. */
  let made: EngineArray[] = [];
  const compile: Compile = (fn, specs) => {
    const program = engine.compile(fn as never, specs) as unknown as Program<never, never>;
    programs.push(program);
    const run = async (...args: never[]) => {
      const results = await (program.run as unknown as (...given: never[]) => Promise<unknown>)(
        ...args,
      );
      tree.map(((array: EngineArray) => void made.push(array)) as never, results as never);
      return results;
    };
    return run as never;
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
      made = [];
      const left = [...drawn];
      const shared = { flat: state.parameters, cond: cond ? [cond] : [] };
      const givens = layers.map(({ noise: own }) => ({
        ...shared,
        noise: left.splice(0, own.length),
      }));
      try {
        let from: From = x;
        for (const [index, layer] of layers.entries()) {
          from = await layer.forward(givens[index], from);
        }
        const end = from as Reached<EngineArray>;
        const [loss, ...pulled] = await lossBack({ ...shared, noise: [] }, end, rates);
        let [cotangent, gradient]: [Reached<EngineArray>, EngineArray] = pulled;
        for (const [index, layer] of [...layers.entries()].toReversed()) {
          const [before, sum] = await layer.backward(givens[index], cotangent, gradient);
          gradient = sum;
          if (before) cotangent = before;
        }
        const before = made.slice();
        const result = await update(state, rates, gradient, loss);
        made = before;
        return result as never;
      } finally {
        for (const array of made) array.dispose();
      }
    },
    dispose() {
      for (const program of programs) program.dispose();
    },
  };
}
