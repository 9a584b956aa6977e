import type { Base } from "./bases.ts";
import { type Geometry, RUG } from "./geometry.ts";
import { near, pathOf } from "./paths.ts";

/** Numbers to learn from that are marked at most. */
const MOST_MARKS = 400;

const LATENT_POINTS = 120;

type Pair = readonly [number, number];

interface PartProps {
  readonly geometry: Geometry;
}

/** What each part of the picture is cut at. */
export function Clips({ id, geometry }: PartProps & { readonly id: string }) {
  const { map, data, latent } = geometry;
  const boxes: [string, Pair, Pair][] = [
    ["map", map.x, map.y],
    ["data", map.x, data],
    ["latent", latent, map.y],
  ];
  return (
    <defs>
      {boxes.map(([name, [left, right], [top, bottom]]) => (
        <clipPath key={name} id={`${id}-${name}`}>
          <rect x={left} y={top} width={right - left} height={bottom - top} />
        </clipPath>
      ))}
    </defs>
  );
}

interface LatentAreaProps extends PartProps {
  readonly base: Base;
  readonly between: Pair;
  readonly kind: string;
}

/** The area of the base's density between two latents, turned: its zero is at the right. */
export function LatentArea({ base, geometry, between, kind }: LatentAreaProps) {
  const { z, latentDensity } = geometry;
  const [low, high] = between.map((at) => Math.max(base.axis[0], Math.min(base.axis[1], at))) as [
    number,
    number,
  ];
  const points = Array.from({ length: LATENT_POINTS + 1 }, (_, i): Pair => {
    const at = low + (i * (high - low)) / LATENT_POINTS;
    return [latentDensity(base.density(at)), z(at)];
  });
  const zero = latentDensity(0);
  return (
    <path class={kind} d={`M${zero} ${z(low)}L${pathOf(points)?.slice(1)}L${zero} ${z(high)}Z`} />
  );
}

/** From the interval up to the curve and over to its image. */
export function Strips({
  geometry: { x, z, map },
  interval: [a, b],
  image,
}: PartProps & { readonly interval: Pair; readonly image: Pair }) {
  const [low, high] = image.map((at) => near(z(at))) as [number, number];
  const [left, right] = [x(a), x(b)];
  const [edge, bottom] = [map.x[0], map.y[1]];
  return (
    <g>
      <path class="strip" d={`M${left} ${bottom}V${low}L${right} ${high}V${bottom}Z`} />
      <path class="strip" d={`M${edge} ${low}H${left}L${right} ${high}H${edge}Z`} />
      <path
        class="guide"
        d={`M${left} ${bottom}V${low}H${edge}M${right} ${bottom}V${high}H${edge}`}
      />
    </g>
  );
}

/** Marks of the numbers to learn from. */
export function rugPath(rows: Float32Array, { x, data: [, bottom] }: Geometry): string {
  const top = bottom - RUG + 3;
  return Array.from(
    rows.subarray(0, MOST_MARKS),
    (at) => `M${x(at).toFixed(1)} ${top}V${bottom}`,
  ).join("");
}

/** Frames of the three parts, and ticks of both axes. */
export function Axes({ geometry }: PartProps) {
  const { x, z, map, data, latent } = geometry;
  const [ticks, latentTicks] = [x.ticks(9), z.ticks(5)];
  return (
    <g class="axes">
      {(
        [
          [map.x, map.y],
          [map.x, data],
          [latent, map.y],
        ] as const
      ).map(([[left, right], [top, bottom]]) => (
        <rect
          key={`${left} ${top}`}
          class="outline"
          x={left}
          y={top}
          width={right - left}
          height={bottom - top}
        />
      ))}
      {ticks.map((tick) => (
        <g key={tick} transform={`translate(${x(tick)},${data[1]})`}>
          <line y2={4} />
          <text y={31} text-anchor="middle">
            {x.tickFormat(9)(tick)}
          </text>
        </g>
      ))}
      {latentTicks.map((tick) => (
        <g key={tick} transform={`translate(${latent[0]},${z(tick)})`}>
          <line x2={-4} />
          <text x={-7} dy="0.32em" text-anchor="end">
            {z.tickFormat(5)(tick)}
          </text>
        </g>
      ))}
      <text class="title" x={(map.x[0] + map.x[1]) / 2} y={data[1] + 50} text-anchor="middle">
        x
      </text>
      <text
        class="title"
        transform={`translate(10,${(map.y[0] + map.y[1]) / 2}) rotate(-90)`}
        text-anchor="middle"
      >
        z
      </text>
    </g>
  );
}

/** What each part is called. */
export function Names({ geometry, isNarrow }: PartProps & { readonly isNarrow: boolean }) {
  const { map, data, latent } = geometry;
  const middle = (latent[0] + latent[1]) / 2;
  const below = map.y[1];
  return (
    <g class="names">
      <text x={map.x[0] + 8} y={map.y[0] + 17}>
        the map z = f(x)
      </text>
      <text x={map.x[0] + 8} y={data[0] + 17}>
        density of x
      </text>
      <text x={middle} y={below + 17} text-anchor="middle">
        {isNarrow ? "density" : "density of z"}
      </text>
      {isNarrow && (
        <text x={middle} y={below + 31} text-anchor="middle">
          of z
        </text>
      )}
    </g>
  );
}
