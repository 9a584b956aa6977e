import { type Box, type Distribution, defineDistribution } from "../core/distribution.ts";
import { checkShape, type Shape, sizeOf } from "../core/shape.ts";
import { type NDArray, type Tree, tree } from "../engine/index.ts";

interface ScalarDensity<P extends Tree> {
  kind: string;
  shape: Shape;
  options: object;
  support?: Box;
  centred?: boolean;
  init(key: NDArray): P;
  /** The log-density of each number, of x's shape `[n, ...shape]`; consumes. */
  logDensity(params: P, x: NDArray): NDArray;
  /** Independent draws of the shape asked for, `[count, ...shape]`; consumes. */
  draw(params: P, key: NDArray, shape: number[]): NDArray;
}

/** Make events of independent numbers from a density on the line: log-densities add up. */
export function scalarDistribution<P extends Tree>({
  logDensity,
  draw,
  ...definition
}: ScalarDensity<P>): Distribution<P> {
  const shape = checkShape(definition.kind, definition.shape);
  const logProb = (params: P, x: NDArray): NDArray =>
    logDensity(params, x)
      .reshape([-1, sizeOf(shape)])
      .sum(1);
  return defineDistribution<P>({
    ...definition,
    logProb,
    sampleAndLogProb(params, key, count) {
      const x = draw(tree.ref(params as never) as P, key, [count, ...shape]);
      return [x.ref, logProb(params, x)];
    },
  });
}
