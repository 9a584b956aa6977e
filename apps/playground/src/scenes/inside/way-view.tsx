import { useMemo } from "preact/hooks";
import { signedColour } from "../../charts/colours.ts";
import { Frame, type Scale } from "../../charts/frame.tsx";
import { dots } from "../../charts/points.tsx";
import {
  classifyCells,
  extentOf,
  largestLogDet,
  layerAt,
  logDetAt,
  NODES,
  pointsAt,
} from "./mesh.ts";
import { place, settings, ways } from "./way-state.ts";

/** Classes of colour of the log-determinants; an odd number, so that one of them keeps the area. */
const CLASSES = 13;

const colourOf = (index: number) => signedColour((2 * index) / (CLASSES - 1) - 1);

type Scales = { readonly x: Scale; readonly y: Scale };

/** The grid and the cloud where they are now. */
export function WayView() {
  const way = ways.value;
  const at = place.value;
  const isSum = settings.value.colour === "sum";
  const layer = layerAt(at);
  const extents = useMemo(() => way?.cloud.stages.map(({ points }) => extentOf(points)), [way]);
  const largest = useMemo(() => (way ? largestLogDet(way.grid, isSum) : 1), [way, isSum]);
  const cells = useMemo(
    () => (way ? classifyCells(logDetAt(way.grid, layer, isSum), largest, CLASSES) : []),
    [way, layer, isSum, largest],
  );
  const [left, right, bottom, top] = extents ? between(extents, at) : [-3, 3, -3, 3];
  return (
    <Frame
      label={
        way
          ? describe(
              way.grid.stages.map(({ name }) => name),
              at,
            )
          : "No model yet"
      }
      x={[left, right]}
      y={[bottom, top]}
      width={560}
      height={480}
    >
      {(scales) => {
        if (!way) return null;
        const nodes = pointsAt(way.grid, at);
        const cloud = dots(pointsAt(way.cloud, at), scales);
        return (
          <>
            {cells.map((corners, index) => (
              <path
                key={index}
                d={cellPath(nodes, corners, scales)}
                fill={colourOf(index)}
                stroke={colourOf(index)}
                stroke-width="0.6"
              />
            ))}
            <path class="mesh" d={gridPath(nodes, scales)} />
            <path class="points halo" d={cloud} />
            <path class="points cloud" d={cloud} />
          </>
        );
      }}
    </Frame>
  );
}

/** What the colours mean. */
export function LogDetBar() {
  const way = ways.value;
  const isSum = settings.value.colour === "sum";
  const largest = useMemo(() => (way ? largestLogDet(way.grid, isSum) : undefined), [way, isSum]);
  const colours = Array.from({ length: CLASSES }, (_, index) => colourOf(index)).join(", ");
  return (
    <div class="colour-bar log-det">
      <span>{largest ? `−${largest.toFixed(2)} shrinks` : "shrinks"}</span>
      <span class="ramp" style={{ background: `linear-gradient(to right, ${colours})` }} />
      <span>{largest ? `stretches +${largest.toFixed(2)} nats` : "stretches"}</span>
    </div>
  );
}

type Extent = readonly [number, number, number, number];

function between(extents: readonly Extent[], at: number): Extent {
  const before = Math.min(Math.floor(at), extents.length - 1);
  const from = extents[before] as Extent;
  const to = extents[before + 1] ?? from;
  const share = at - before;
  return from.map((value, i) => (1 - share) * value + share * (to[i] as number)) as never;
}

function cellPath(nodes: Float32Array, cells: readonly number[], { x, y }: Scales): string {
  const point = (node: number) =>
    `${x(nodes[2 * node] as number).toFixed(1)} ${y(nodes[2 * node + 1] as number).toFixed(1)}`;
  let path = "";
  for (const node of cells) {
    path += `M${point(node)}L${point(node + 1)}L${point(node + NODES + 1)}L${point(node + NODES)}Z`;
  }
  return path;
}

/** Every second line of the grid. */
function gridPath(nodes: Float32Array, { x, y }: Scales): string {
  let path = "";
  for (let line = 0; line < NODES; line += 2) {
    for (const along of [1, NODES]) {
      const start = line * (along === 1 ? NODES : 1);
      for (let step = 0; step < NODES; step++) {
        const node = start + step * along;
        const left = x(nodes[2 * node] as number).toFixed(1);
        path += `${step === 0 ? "M" : "L"}${left} ${y(nodes[2 * node + 1] as number).toFixed(1)}`;
      }
    }
  }
  return path;
}

function describe(names: readonly string[], at: number): string {
  if (at <= 0) return "The base: a square grid and a round cloud of points.";
  const layer = layerAt(at);
  const where = at >= names.length - 1 ? "The data: grid and cloud after" : "Grid and cloud in";
  return `${where} layer ${layer} of ${names.length - 1}, ${names[layer]}.`;
}
