import { type NDArray, type Tree, tree } from "../engine/index.ts";
import { type Bijector, type Direction, type Layer, layersOf } from "./bijector.ts";
import { parametersAt } from "./parameters.ts";

/** A layer with what goes in and comes out; the arrays are lent: take `.ref` to use them. */
export interface LayerStep extends Layer {
  readonly input: NDArray;
  readonly output: NDArray;
  readonly logDet: NDArray;
}

/**
 * Send `x` through a bijector layer by layer, to look at what happens on the way.
 * Nothing is consumed.
 */
export function* walkLayers(
  bijector: Bijector,
  params: Tree,
  x: NDArray,
  cond: NDArray | undefined,
  direction: Direction,
): Generator<LayerStep, void> {
  const layers = layersOf(bijector);
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
