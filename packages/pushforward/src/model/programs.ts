import type { Distribution } from "../core/distribution.ts";
import { type Compiled, compile, type NDArray, type Tree, tree } from "../engine/index.ts";

/** Parameters and inputs (events, then contexts if there are any) to one array; consumes. */
export type Program = (params: Tree, inputs: NDArray[]) => NDArray;

/** Parameters, a random key and contexts if there are any to draws; consumes. */
export type Sampler = (params: Tree, key: NDArray, inputs: NDArray[]) => NDArray;

/** The compiled functions of a model. */
export interface Programs {
  readonly logProb: Program;
  readonly encode: Program;
  readonly decode: Program;
  /** The number of draws is part of a program, so there is one per number. */
  sample(count: number): Sampler;
  sampleBase(count: number): Sampler;
  dispose(): void;
}

/** The functions of the facade, each traced when it is first used. */
export function compilePrograms(flow: Distribution): Programs {
  const compiled: { dispose(): void }[] = [];
  const keep = <P>(program: P & { dispose(): void }): P => {
    compiled.push(program);
    return program;
  };

  const along = (direction: "forward" | "inverse"): Program =>
    keep(
      compile((params: Tree, [x, cond]: NDArray[]) => {
        if (!flow.flow) return x as NDArray;
        const { base, bijector: own } = params as { base: Tree; bijector: Tree };
        tree.dispose(base as never);
        const { bijector } = flow.flow;
        const context = bijector.condShape ? cond : undefined;
        const [y, logDet] = bijector[`${direction}AndLogDet`](own, x as NDArray, context);
        logDet.dispose();
        return y;
      }) as Compiled<[Tree, NDArray[]], NDArray>,
    );

  function samplers(
    draw: (params: Tree, key: NDArray, count: number, cond?: NDArray) => [NDArray, NDArray],
  ): (count: number) => Sampler {
    const byCount = new Map<number, Sampler>();
    return (count) => {
      const sampler =
        byCount.get(count) ??
        keep(
          compile((params: Tree, key: NDArray, [cond]: NDArray[]) => {
            const [x, logProb] = draw(params, key, count, cond);
            logProb.dispose();
            return x;
          }) as Compiled<[Tree, NDArray, NDArray[]], NDArray>,
        );
      byCount.set(count, sampler);
      return sampler;
    };
  }

  return {
    logProb: keep(
      compile((params: Tree, [x, cond]: NDArray[]) => flow.logProb(params, x as NDArray, cond)),
    ),
    encode: along("inverse"),
    decode: along("forward"),
    sample: samplers((params, key, count, cond) => flow.sampleAndLogProb(params, key, count, cond)),
    sampleBase: samplers((params, key, count, cond) => {
      const { base } = flow.flow ?? { base: flow };
      const own = (params as { base: Tree }).base;
      return base.sampleAndLogProb(own, key, count, base.condShape ? cond : undefined);
    }),
    dispose() {
      for (const program of compiled) program.dispose();
    },
  };
}
