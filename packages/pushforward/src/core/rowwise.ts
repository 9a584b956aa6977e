import {
  ArraySpec,
  type ArrayTree,
  type Engine,
  type EngineArray,
  type NDArray,
  type Program,
  type SpecTree,
  type Tree,
  tree,
} from "../engine/index.ts";
import { along } from "./along.ts";
import { type Bijector, type Direction, type Layer, layersOf } from "./bijector.ts";
import type { Distribution, FlowParams, FlowParts } from "./distribution.ts";
import { drive } from "./drive.ts";
import type { Iteration, IterationState, RowState } from "./iteration.ts";
import { parametersAt } from "./parameters.ts";

/** Functions of rows, and of their contexts if there are any. */
export type RowFunction = "logProb" | "encode" | "decode";

/** Where the parameters of a compiled function come from: arguments before the rows, or what is known already. */
export interface ParameterSource {
  readonly specs: readonly SpecTree[];
  /** The parameters, lent. */
  of(given: NDArray[]): Tree;
}

/** What a {@link RowwiseProgram} made of a batch. */
export interface RowwiseResult {
  readonly values: EngineArray;
  /** Evaluations of networks by the iterations of all layers, in each as many as its slowest row needed; 0 without any. */
  readonly evaluations: number;
}

/** A function of parameters and rows as a program. */
export interface RowwiseProgram {
  run(given: EngineArray[], rows: EngineArray[]): Promise<RowwiseResult>;
  batchesFor: Program<never, never>["batchesFor"];
  dispose(): void;
}

/** Layers in the order of a direction, up to one that is iterated. */
interface Stretch {
  readonly layers: readonly Layer[];
  /** The iterated layer that they end with. */
  readonly iterated: IteratedLayer | undefined;
}

interface IteratedLayer extends Layer {
  readonly iteration: Iteration;
}

/** The layers of a flow in one direction, cut after each that declares an iteration. */
function stretchesOf({ bijector }: FlowParts, direction: Direction): Stretch[] {
  const layers = layersOf(bijector);
  const stretches: Stretch[] = [];
  let plain: Layer[] = [];
  for (const layer of direction === "forward" ? layers : layers.toReversed()) {
    const iteration = layer.bijector.iterations?.[direction];
    if (iteration) {
      stretches.push({ layers: plain, iterated: { ...layer, iteration } });
      plain = [];
    } else plain.push(layer);
  }
  return [...stretches, { layers: plain, iterated: undefined }];
}

/**
 * A function of a flow, or of a distribution, as a program. Where layers declare an iteration, it is several programs
 * with the steps of those in between, driven until every row is done.
 *
 * Its `run` rejects with a SolverError for a row that an iteration failed for.
 */
export function compileRowwise(
  engine: Engine,
  distribution: Distribution,
  name: RowFunction,
  source: ParameterSource,
): RowwiseProgram {
  const direction = name === "decode" ? "forward" : "inverse";
  const { flow } = distribution;
  const stretches = flow ? stretchesOf(flow, direction) : [];
  if (flow && stretches.length > 1) {
    return drivenProgram(engine, flow, { name, direction, stretches, source });
  }
  const { shape, condShape } = distribution;
  const rowSpecs = (condShape ? [shape, condShape] : [shape]).map(
    (each) => new ArraySpec(["n", ...each]),
  );
  const program = engine.compile(
    (given: NDArray[], [x, cond]: NDArray[]): [NDArray] => {
      const params = tree.ref(source.of(given) as never) as Tree;
      if (name === "logProb") return [distribution.logProb(params, x, cond)];
      return [along(distribution, params, direction, x, cond)];
    },
    [[...source.specs], rowSpecs],
  );
  return {
    batchesFor: program.batchesFor,
    dispose: program.dispose,
    async run(given, rows) {
      const [values] = await program.run(given, rows);
      return { values, evaluations: 0 };
    },
  };
}

/** A function of a flow, its layers in stretches. */
interface Route {
  readonly name: RowFunction;
  readonly direction: Direction;
  readonly stretches: readonly Stretch[];
  readonly source: ParameterSource;
}

/** Where rows are between two programs: at the start of an iteration, or at the end. */
type Reached<A> = { state?: Record<string, A>; logDet?: A; result?: A };

type HostState = Record<string, EngineArray>;

/** A program of the parameters' source, of what the one before it left, and of contexts. */
interface AnyProgram extends Pick<Program<never, never>, "batchesFor" | "dispose"> {
  run(given: ArrayTree[], from: ArrayTree, cond: ArrayTree[]): Promise<ArrayTree>;
}

/** Layers of a flow as programs that the host drives from one iteration to the next. */
function drivenProgram(engine: Engine, flow: FlowParts, route: Route): RowwiseProgram {
  const { stretches, source } = route;
  const { base, bijector } = flow;
  const condShape = bijector.condShape ?? base.condShape;
  const condSpecs = condShape ? [new ArraySpec(["n", ...condShape])] : [];
  const compiled = new Map<string, AnyProgram>();

  /** Compiled when the shapes of what it starts from are known. */
  function programOf(
    name: string,
    from: SpecTree,
    fn: (params: Tree, from: Tree, cond: NDArray | undefined) => Tree,
  ): AnyProgram {
    const known = compiled.get(name);
    if (known) return known;
    const traced = (given: NDArray[], start: Tree, [cond]: NDArray[]) =>
      fn(source.of(given), start, cond);
    const program = engine.compile(traced as never, [
      [...source.specs],
      from,
      condSpecs,
    ]) as unknown as AnyProgram;
    compiled.set(name, program);
    return program;
  }

  const stretchProgram = (index: number, from: SpecTree) =>
    programOf(`stretch ${index}`, from, (params, start, cond) =>
      walkStretch(flow, route, index, params as FlowParams, start as Start, cond),
    );

  const stepProgram = ({ iteration, path, bijector: layer }: IteratedLayer, state: SpecTree) =>
    programOf(`step ${path}`, state, (params, now, cond) => {
      const own = tree.ref(parametersAt((params as FlowParams).bijector, path) as never) as Tree;
      return iteration.step(own, now as IterationState, layer.condShape ? cond : undefined);
    });

  /** Step until every row is done; the first state is given away. */
  async function iterate(
    layer: IteratedLayer,
    first: HostState,
    run: (program: AnyProgram, from: ArrayTree) => Promise<ArrayTree>,
  ): Promise<[state: HostState, evaluations: number]> {
    const { evaluations, limit, explain } = layer.iteration;
    let state = first;
    try {
      const program = stepProgram(layer, specsLike(first));
      const steps = drive<HostState>(first, {
        evaluations,
        limit,
        advance: (now) => run(program, now) as Promise<HostState>,
        status: (now) => now.status.data() as Promise<Float32Array>,
        explain: async (now, row, used) => explain(await rowOf(now, row), used),
      });
      for (;;) {
        const { value, done } = await steps.next();
        if (done) return [state, value];
        disposeAll(state);
        state = value;
      }
    } catch (error) {
      disposeAll(state);
      throw error;
    }
  }

  const enter = () => stretchProgram(0, new ArraySpec(["n", ...base.shape]));
  return {
    batchesFor: (count) => enter().batchesFor(count),
    async run(given, [x, ...cond]) {
      const run = (program: AnyProgram, from: ArrayTree) => program.run(given, from, cond);
      let reached = (await run(enter(), x)) as Reached<EngineArray>;
      let evaluations = 0;
      for (const [index, { iterated }] of stretches.entries()) {
        const { state: first, logDet } = reached;
        if (!iterated || !first) break;
        try {
          const [state, used] = await iterate(iterated, first, run);
          const from = { ...reached, state };
          const program = stretchProgram(index + 1, specsLike(from));
          const end = run(program, from).finally(() => disposeAll(state));
          reached = (await end) as Reached<EngineArray>;
          evaluations += used;
        } finally {
          logDet?.dispose();
        }
      }
      return { values: reached.result as EngineArray, evaluations };
    },
    dispose() {
      for (const program of compiled.values()) program.dispose();
      compiled.clear();
    },
  };
}

/** What a stretch starts from: rows, or an iteration that is done, with the log-determinant of what came before it. */
type Start = NDArray | Halfway;

type Halfway = { state: IterationState; logDet?: NDArray };

/** One stretch of layers; parameters are lent, the rest is consumed. */
function walkStretch(
  { base }: FlowParts,
  { name, direction, stretches }: Route,
  index: number,
  params: FlowParams,
  start: Start,
  cond: NDArray | undefined,
): Tree {
  const own = (path: string) => tree.ref(parametersAt(params.bijector, path) as never) as Tree;
  const contextOf = (part: Bijector | Distribution) => (part.condShape ? cond?.ref : undefined);
  const before = stretches[index - 1]?.iterated;
  const logDets: NDArray[] = [];
  let z = start as NDArray;
  if (before) {
    const { state, logDet: earlier } = start as Halfway;
    const [event, logDet] = before.iteration.finish(
      own(before.path),
      state,
      contextOf(before.bijector),
    );
    if (earlier) logDets.push(earlier);
    logDets.push(logDet);
    z = event;
  }
  const { layers, iterated } = stretches[index];
  for (const { path, bijector: layer } of layers) {
    const [next, logDet] = layer[`${direction}AndLogDet`](own(path), z, contextOf(layer));
    logDets.push(logDet);
    z = next;
  }
  const wantsLogDet = name === "logProb";
  const total = wantsLogDet ? sumOf(logDets) : undefined;
  if (iterated) {
    const { iteration, path, bijector: layer } = iterated;
    const state = iteration.start(own(path), z, contextOf(layer), wantsLogDet);
    return { state, ...(total && { logDet: total }) };
  }
  if (!wantsLogDet) return { result: z };
  const logProb = base.logProb(tree.ref(params.base as never) as Tree, z, contextOf(base));
  return { result: total ? logProb.add(total) : logProb };
}

function sumOf(arrays: readonly NDArray[]): NDArray | undefined {
  return arrays.length > 0 ? arrays.reduce((sum, array) => sum.add(array)) : undefined;
}

/** Specs of arrays whose first axis is the rows. */
function specsLike(arrays: object): SpecTree {
  return tree.map(
    ((array: EngineArray) => new ArraySpec(["n", ...array.shape.slice(1)])) as never,
    arrays as never,
  ) as never;
}

/** The numbers of one row. */
async function rowOf(state: HostState, row: number): Promise<RowState> {
  const entries = Object.entries(state).map(async ([name, array]) => {
    const values = (await array.data()) as Float32Array;
    const width = values.length / array.shape[0];
    return [name, values.slice(row * width, (row + 1) * width)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

function disposeAll(arrays: HostState): void {
  for (const array of Object.values(arrays)) array.dispose();
}
