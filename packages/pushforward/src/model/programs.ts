import type { Distribution, FlowParts } from "../core/distribution.ts";
import { compileRowwise, type RowFunction, type RowwiseProgram } from "../core/rowwise.ts";
import {
  ArraySpec,
  type Engine,
  type Program as EngineProgram,
  type NDArray,
  type Tree,
  tree,
} from "../engine/index.ts";
import type { ModelParameters } from "./model-parameters.ts";
import { type TraceRoute, type TraceSettings, traceRoute } from "./trace-route.ts";

/** From parameters and inputs (events, then contexts if there are any) to several arrays of a number for each row. */
export type Program = EngineProgram<[given: NDArray[], inputs: NDArray[]], NDArray[]>;

/** From parameters, a random key, and contexts if there are any, to draws. */
export type Sampler = EngineProgram<[given: NDArray[], key: NDArray, inputs: NDArray[]], [NDArray]>;

/** The compiled functions of a model. */
export interface Programs {
  readonly logProb: RowwiseProgram;
  readonly encode: RowwiseProgram;
  readonly decode: RowwiseProgram;
  /** The stages of a flow, and what becomes of latents in each. */
  trace(
    flow: FlowParts,
    settings: TraceSettings,
  ): Pick<TraceRoute, "stages"> & { program: Program };
  /**
   * Draws of the base. They are made on jax-js whatever the engine, and then decoded: equal seeds
   * give equal draws on all engines, up to rounding. The number of draws is part of a program.
   */
  sampleBase(count: number): Sampler;
  dispose(): void;
}

/** The functions of the facade, each built when it is first used; what their parameters' source takes comes first. */
export function compilePrograms(
  engine: Engine,
  flow: Distribution,
  parameters: ModelParameters,
): Programs {
  const { source } = parameters;
  const compiled: { dispose(): void }[] = [];
  const keep = <P extends { dispose(): void }>(program: P): P => {
    compiled.push(program);
    return program;
  };
  const shapes = flow.condShape ? [flow.shape, flow.condShape] : [flow.shape];
  const specs = [[...source.specs], shapes.map((shape) => new ArraySpec(["n", ...shape]))];
  const rowwise = (name: RowFunction) => keep(compileRowwise(engine, flow, name, source));

  function sampleBase(count: number): Sampler {
    const { base } = flow.flow ?? { base: flow };
    return keep(
      engine.compileOnJax((given: NDArray[], key: NDArray, [cond]: NDArray[]): [NDArray] => {
        const params = source.of(given);
        const own = tree.ref(flow.flow ? (params as { base: Tree }).base : params);
        const context = base.condShape ? cond : undefined;
        const [z, logProb] = base.sampleAndLogProb(own, key, count, context);
        logProb.dispose();
        return [z];
      }),
    );
  }

  const samplers = new Map<number, Sampler>();
  const traces = new Map<string, ReturnType<Programs["trace"]>>();
  return {
    logProb: rowwise("logProb"),
    encode: rowwise("encode"),
    decode: rowwise("decode"),
    trace(parts, settings) {
      const name = `${settings.pieces} ${settings.units}`;
      const known = traces.get(name);
      if (known) return known;
      const { bijector } = parameters.tree() as { bijector: Tree };
      const { stages, follow } = traceRoute(parts, bijector, settings);
      const program = keep(
        engine.compile((given: NDArray[], [z, cond]: NDArray[]) => {
          const own = source.of(given) as { bijector: Tree };
          return follow(own.bijector, z, cond);
        }, specs),
      );
      const traced = { stages, program };
      traces.set(name, traced);
      return traced;
    },
    sampleBase(count) {
      const sampler = samplers.get(count) ?? sampleBase(count);
      samplers.set(count, sampler);
      return sampler;
    },
    dispose() {
      for (const program of compiled) program.dispose();
    },
  };
}
