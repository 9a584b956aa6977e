import { scaleLinear } from "d3-scale";
import type { Scale } from "../../charts/frame.tsx";
import type { Base } from "./bases.ts";
import { shownLine } from "./tabulated.ts";

/** Where the parts of the picture lie, in its own units. */
interface Layout {
  readonly width: number;
  readonly height: number;
  /** Left and right, or top and bottom. */
  readonly latent: readonly [number, number];
  readonly map: { readonly x: readonly [number, number]; readonly y: readonly [number, number] };
  readonly data: readonly [number, number];
}

const wide: Layout = {
  width: 600,
  height: 630,
  latent: [46, 142],
  map: { x: [150, 592], y: [10, 380] },
  data: [388, 572],
};

/** Of a phone: fewer units, so that letters stay legible. */
const narrow: Layout = {
  width: 370,
  height: 450,
  latent: [40, 96],
  map: { x: [102, 364], y: [8, 248] },
  data: [254, 394],
};

export interface Geometry extends Layout {
  readonly x: Scale;
  readonly z: Scale;
  /** The density of x: 0 at the bottom of its part. */
  readonly density: Scale;
  /** The density of z: 0 at the right of its part. */
  readonly latentDensity: Scale;
}

/** Room above the highest density. */
const HEADROOM = 1.22;

/** Radius of what the ends of the interval are held by, below the density. */
export const GRIP = 9;

/** The numbers to learn from are marked in a strip below the density's zero. */
export const RUG = 12;

export function geometryOf(base: Base, highest: number, isNarrow: boolean): Geometry {
  const layout = isNarrow ? narrow : wide;
  const { latent, map, data } = layout;
  return {
    ...layout,
    x: scaleLinear(shownLine, map.x),
    z: scaleLinear(base.axis, [map.y[1], map.y[0]]),
    density: scaleLinear([0, highest * HEADROOM], [data[1] - RUG, data[0]]),
    latentDensity: scaleLinear([0, base.highest * HEADROOM], [latent[1], latent[0]]),
  };
}
