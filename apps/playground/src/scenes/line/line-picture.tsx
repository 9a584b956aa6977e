import { useId, useMemo, useRef } from "preact/hooks";
import { type Base, bases, quantile } from "./bases.ts";
import { DragLayer } from "./drag-layer.tsx";
import { FallingDraws } from "./falling-draws.tsx";
import { geometryOf } from "./geometry.ts";
import { data, picture } from "./line-run.ts";
import { areaDown, near, tabulatedPath } from "./paths.ts";
import { Axes, Clips, LatentArea, Names, rugPath, Strips } from "./picture-parts.tsx";
import { intervalOf, settings } from "./settings.ts";
import { grid, pointsBetween, shownLine, valueAt } from "./tabulated.ts";
import { type LineDistribution, targets } from "./targets.ts";
import { useNarrow } from "./use-narrow.ts";

/**
 * The map in the middle, the density of the data below it and that of the base, turned, to its left: each stretch of
 * either axis lies under, or beside, the stretch of the curve that joins it to the other.
 */
export function LinePicture({ label }: { readonly label: string }) {
  const target: LineDistribution = targets[settings.value.target];
  const base: Base = bases[settings.value.base];
  const isNarrow = useNarrow();
  const truth = useMemo(
    () => ({
      density: Float32Array.from(grid, target.density),
      z: Float32Array.from(grid, (x) => quantile(base, target.cdf(x))),
    }),
    [target, base],
  );
  const geometry = useMemo(
    () => geometryOf(base, Math.max(...truth.density), isNarrow),
    [base, truth, isNarrow],
  );
  const learned = picture.value;
  const density = useMemo(() => learned?.logDensity.map((log) => Math.exp(log)), [learned]);
  const interval = intervalOf(settings.value);
  const image =
    learned && ([valueAt(learned.z, interval[0]), valueAt(learned.z, interval[1])] as const);
  const clip = useId();
  const svg = useRef<SVGSVGElement>(null);
  const { width, height, x, z, density: up } = geometry;
  const under = (values: Float32Array, [from, to]: readonly [number, number]) =>
    areaDown(
      pointsBetween(values, from, to).map(([at, value]) => [x(at), near(up(value))]),
      up(0),
    );

  return (
    <svg
      ref={svg}
      class="chart line-picture"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={label}
    >
      <Clips id={clip} geometry={geometry} />
      <g clip-path={`url(#${clip}-latent)`}>
        <LatentArea base={base} geometry={geometry} between={base.shown} kind="base-area" />
        {image && <LatentArea base={base} geometry={geometry} between={image} kind="mass" />}
        <LatentArea base={base} geometry={geometry} between={base.shown} kind="base-line" />
      </g>
      <g clip-path={`url(#${clip}-data)`}>
        <path class="truth-area" d={under(truth.density, shownLine)} />
        {density && <path class="mass" d={under(density, interval)} />}
        {density && <path class="curve learned" d={tabulatedPath(density, x, up)} />}
        <path class="curve truth" d={tabulatedPath(truth.density, x, up)} />
        <path class="rug" d={rugPath(data.value.rows, geometry)} />
      </g>
      <g clip-path={`url(#${clip}-map)`}>
        {image && <Strips geometry={geometry} interval={interval} image={image} />}
        {learned && <path class="curve learned" d={tabulatedPath(learned.z, x, z)} />}
        <path class="curve truth" d={tabulatedPath(truth.z, x, z)} />
      </g>
      <Axes geometry={geometry} />
      <Names geometry={geometry} isNarrow={isNarrow} />
      <FallingDraws geometry={geometry} base={base} />
      <DragLayer geometry={geometry} interval={interval} svg={svg} />
    </svg>
  );
}
