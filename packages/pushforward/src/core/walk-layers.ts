import { type NDArray, type Tree, tree } from "../engine/index.ts";
import { type Bijector, type Direction, type Layer, layersOf } from "./bijector.ts";
import { parametersAt } from "./parameters.ts";

/** A layer with what goes in and comes out; the arrays are lent: take `.ref` to use them. */
export interface LayerStep extends Layer {
  readonly input: NDArray;
  readonly output: NDArray;
  readonly logDet: NDArray;
}

/** A layer, or a piece of one. */
export interface Stage extends Layer {
  /** When the piece ends. */
  readonly time?: number;
}

/** The elementary layers of a bijector in forward order, those that have a time in as many pieces. */
export function stagesOf(bijector: Bijector, pieces: number): Stage[] {
  return layersOf(bijector).flatMap((layer): Stage[] => {
    const parts = pieces > 1 ? layer.bijector.pieces?.(pieces) : undefined;
    if (!parts) return [layer];
    return parts.map(({ interval: [, time], bijector: part }) => {
      const name = `${layer.name}, t = ${Number(time.toPrecision(3))}`;
      return { path: layer.path, name, bijector: part, time };
    });
  });
}

/**
 * Send `x` through the layers of a bijector, to look at what happens on the way. Nothing is consumed.
 *
 * @param layers in forward order.
 */
export function* walkLayers(
  layers: readonly Layer[],
  params: Tree,
  x: NDArray,
  cond: NDArray | undefined,
  direction: Direction,
): Generator<LayerStep, void> {
  let input = x.ref;
  try {
    for (const layer of direction === "forward" ? layers : layers.toReversed()) {
      const own = tree.ref(parametersAt(params, layer.path));
      const layerCond = layer.bijector.condShape ? cond?.ref : undefined;
      const map = layer.bijector[`${direction}AndLogDet`];
      const [output, logDet] = map(own, input.ref, layerCond);
      try {
        yield { ...layer, input, output, logDet };
      } finally {
        logDet.dispose();
        input.dispose();
        input = output;
      }
    }
  } finally {
    input.dispose();
  }
}
