import type { Bijector, Direction } from "../../src/core/bijector.ts";
import { layoutOf, uploadParameters } from "../../src/core/parameters.ts";
import { jit, type NDArray, np, random, type Tree } from "../../src/engine/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";

/** Parameters as `init` makes them, with normal noise added to each. */
export function perturbed(bijector: Bijector, noise: number, seed = 0): Tree {
  const layout = layoutOf(bijector.init(random.key(seed)) as Tree);
  const source = hostRandom(seed);
  return uploadParameters(
    layout,
    Float32Array.from({ length: layout.size }, () => noise * source.normal()),
  );
}

/** `[y, log-det]` of rows on the host; parameters are consumed. */
export async function apply(
  bijector: Bijector,
  direction: Direction,
  params: Tree,
  rows: readonly (readonly number[])[],
  cond?: readonly (readonly number[])[],
): Promise<{ y: number[][]; logDet: number[] }> {
  const program = jit((args: { params: Tree; x: NDArray; cond?: NDArray }): NDArray[] =>
    bijector[`${direction}AndLogDet`](args.params, args.x, args.cond),
  );
  const [y, logDet] = program({
    params,
    x: upload(rows, bijector.shape),
    ...(cond && bijector.condShape && { cond: upload(cond, bijector.condShape) }),
  }) as [NDArray, NDArray];
  const flat = [...(await y.data())];
  const width = flat.length / rows.length;
  return {
    y: rows.map((_, row) => flat.slice(row * width, (row + 1) * width)),
    logDet: [...(await logDet.data())],
  };
}

/** Rows as an array `[n, ...shape]`. */
export function upload(rows: readonly (readonly number[])[], shape: readonly number[]): NDArray {
  return np.array(Float32Array.from(rows.flat()), { shape: [rows.length, ...shape] });
}
