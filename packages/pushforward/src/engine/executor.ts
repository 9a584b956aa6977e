import type { SpecTree } from "./array-spec.ts";

import type { Tree } from "./jax.ts";

/** Something that runs traced functions. */
export interface Executor {
  /** For people: `"onnxruntime 1.30.0 on cpu"`. */
  readonly name: string;
  /** How many of `count` rows, at least one, a program should take at once. */
  batchSize(count: number): number;
  /** Whether a program runs at any number of rows as it is; otherwise each number costs a build. */
  readonly anyBatch: boolean;
  build(fn: (...args: never[]) => Tree, specs: readonly SpecTree[]): Promise<BuiltProgram>;
}

/** A function that an executor has made ready to run. */
export interface BuiltProgram {
  /** Arguments are trees of arrays as the specs say; they are not consumed. */
  run(args: readonly unknown[]): Promise<unknown>;
  dispose(): void;
}
