import { type NDArray, type Tree, tree } from "../engine/index.ts";
import type { Direction } from "./bijector.ts";
import type { Distribution } from "./distribution.ts";

/**
 * Carry rows through a flow's layers: `forward` from the base to the data, `inverse` back. A bare
 * distribution has none. Rows and context are consumed, parameters are not.
 */
export function along(
  { flow }: Distribution,
  params: Tree,
  direction: Direction,
  x: NDArray,
  cond: NDArray | undefined,
): NDArray {
  if (!flow) return x;
  const { bijector } = flow;
  const own = tree.ref((params as { bijector: Tree }).bijector);
  const context = bijector.condShape ? cond : undefined;
  const [y, logDet] = bijector[`${direction}AndLogDet`](own, x, context);
  logDet.dispose();
  return y;
}
