import {
  layoutOf,
  type ParameterLayout,
  splitParameters,
  uploadParameters,
} from "../core/parameters.ts";
import type { ParameterSource } from "../core/rowwise.ts";
import { ArraySpec, type EngineArray, hostArray, type Tree, tree } from "../engine/index.ts";

/** The parameters of a model, and how its programs come by them. */
export interface ModelParameters {
  readonly layout: ParameterLayout;
  readonly source: ParameterSource;
  /** What the source takes; lent. */
  given(): EngineArray[];
  /** Lent, until the next parameters come. */
  tree(): Tree;
  dispose(): void;
}

/** Work with the parameters as they are now, whatever replaces them meanwhile. */
export async function withTree<T>(
  parameters: ModelParameters,
  work: (params: Tree) => Promise<T>,
): Promise<T> {
  const params = tree.ref(parameters.tree() as never) as Tree;
  try {
    return await work(params);
  } finally {
    tree.dispose(params as never);
  }
}

/** Parameters that never change: constants of the programs, which are the faster for it. They are consumed. */
export function fixedParameters(params: Tree): ModelParameters {
  return {
    layout: layoutOf(params),
    source: { specs: [], of: () => params },
    given: () => [],
    tree: () => params,
    dispose: () => tree.dispose(params as never),
  };
}

/** Parameters that are replaced again and again: an argument of the programs, which need not be built anew. */
export interface ReplaceableParameters extends ModelParameters {
  /** @param values all of them in the order of the layout; not copied. */
  replace(values: Float32Array): void;
}

export function replaceableParameters(
  layout: ParameterLayout,
  values: Float32Array,
): ReplaceableParameters {
  let current = values;
  let uploaded: Tree | undefined;
  const forget = () => {
    if (uploaded) tree.dispose(uploaded as never);
    uploaded = undefined;
  };
  return {
    layout,
    source: {
      specs: [new ArraySpec([layout.size])],
      of: ([flat]) => layout.toTree(splitParameters(layout, flat)),
    },
    given: () => [hostArray(current, [layout.size])],
    tree() {
      uploaded ??= uploadParameters(layout, current);
      return uploaded;
    },
    replace(next) {
      current = next;
      forget();
    },
    dispose: forget,
  };
}
