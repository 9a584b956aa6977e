import type { Bijector } from "../../src/core/bijector.ts";
import { jit, type NDArray, np, type Tree } from "../../src/engine/index.ts";
import { upload } from "./host.ts";

type Rows = readonly (readonly number[])[];

/** Both directions of a bijector, each compiled once for many parameters: `[rows, log-dets]`. */
export function programsOf(bijector: Bijector) {
  const run = (direction: "forward" | "inverse") => {
    const program = jit((params: Tree, x: NDArray): NDArray[] =>
      bijector[`${direction}AndLogDet`](params, x),
    );
    return async (params: Record<string, number[] | number[][]>, rows: Rows) => {
      const [y, logDet] = program(arraysOf(params), upload(rows, bijector.shape));
      const flat = [...(await (y as NDArray).data())];
      const width = flat.length / rows.length;
      return {
        y: rows.map((_, row) => flat.slice(row * width, (row + 1) * width)),
        logDet: [...(await (logDet as NDArray).data())],
      };
    };
  };
  return { forward: run("forward"), inverse: run("inverse") };
}

function arraysOf(params: Record<string, number[] | number[][]>): Tree {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, np.array(value)]));
}

/** The length of a vector. */
export const norm = (vector: readonly number[]) => Math.hypot(...vector);

export const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** The largest difference of two rows, by their largest number and at least 1. */
export function relativeError(x: readonly number[], y: readonly number[], back: readonly number[]) {
  const error = Math.max(...x.map((value, i) => Math.abs(back[i]! - value)));
  return error / Math.max(1, ...x.map(Math.abs), ...y.map(Math.abs));
}
