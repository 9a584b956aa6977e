import { batchSizeFor } from "./batch-size.ts";
import { EngineArray } from "./engine-array.ts";
import type { BuiltProgram, Executor } from "./executor.ts";
import { jit, type NDArray, type Tree, tree } from "./jax.ts";
import { currentDevice } from "./ready.ts";

/** Runs programs on jax-js: one compilation per shape, hence batches of few sizes. */
export function createJaxExecutor(): Executor {
  return { name: `jax-js on ${currentDevice()}`, batchSize: batchSizeFor, anyBatch: false, build };
}

async function build(fn: (...args: never[]) => Tree): Promise<BuiltProgram> {
  const jitted = jit(fn as (...args: Tree[]) => Tree);
  return {
    async run(args) {
      const arrays = args.map((each) => mapLeaves(each, (leaf: EngineArray) => leaf.toDevice()));
      const results = jitted(...(arrays as Tree[]));
      return mapLeaves(results, (leaf: NDArray) => new EngineArray(leaf.shape, leaf.dtype, leaf));
    },
    dispose: () => jitted.dispose(),
  };
}

function mapLeaves<T>(arrays: unknown, map: (leaf: T) => unknown): unknown {
  return tree.map(map as never, arrays as never);
}
