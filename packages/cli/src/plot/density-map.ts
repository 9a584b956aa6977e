import * as Plot from "@observablehq/plot";
import { axisMarks } from "./axis.ts";
import { frame } from "./frame.ts";
import { whole } from "./label.ts";
import { type LegendItem, legend } from "./legend.ts";
import { dataColor, densityRamp, frameColor } from "./palette.ts";
import { padded, type Range, within } from "./range.ts";
import { dotStyle } from "./scatter.ts";
import { picture, plotPanel } from "./svg.ts";
import { column, evenly, rowCount, type Table } from "./table.ts";
import type { TimeScale } from "./time-ticks.ts";

export interface DensityMapOptions {
  /** Names of the two variables, horizontal and vertical. */
  readonly names: readonly [string, string];
  /** For each of them, where it is a date or a time. */
  readonly times?: readonly (TimeScale | undefined)[];
  /** Where the density was evaluated horizontally: ascending, evenly spaced. */
  readonly xs: ArrayLike<number>;
  /** Where the density was evaluated vertically: ascending, evenly spaced. */
  readonly ys: ArrayLike<number>;
  /** The density, row-major `[ys.length, xs.length]`. Cells that are not positive numbers count as 0. */
  readonly density: ArrayLike<number>;
  /** The data; the first two columns are drawn. */
  readonly points: Table;
  /** What the legend calls these rows; default "data". */
  readonly dataName?: string;
}

/** Shares of the probability that the coloured regions hold, from the palest to the darkest. */
const shares = [0.999, 0.99, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1] as const;

const height = 500;
const mostPoints = 3000;

/**
 * Draws a two-dimensional density as filled highest-density regions with the data over it.
 *
 * A region's colour tells the share of the probability that it holds (Hyndman, 1996), not the
 * density itself: so a sharp spike leaves the rest as it is.
 *
 * @returns an SVG document.
 */
export function densityMap(options: DensityMapOptions): string {
  const { names, times = [], xs, ys, density, points, dataName = "data" } = options;
  const [xView, yView] = [gridRange(xs), gridRange(ys)];
  const {
    x,
    y,
    width,
    options: layout,
  } = frame(
    height,
    { title: names[0], domain: xView, time: times[0] },
    { title: names[1], domain: yView, time: times[1] },
  );
  const drawn = visible(points, xView, yView);
  const regions = densityRegions(density, xs.length * ys.length);

  const panel = plotPanel({
    ...layout,
    color: { type: "identity" },
    marks: [
      ...regionMarks(regions, xs, ys),
      Plot.dot(drawn, {
        ...dotStyle(drawn.length),
        fill: dataColor,
        stroke: drawn.length <= 1000 ? "white" : "none",
        strokeWidth: 0.4,
      }),
      Plot.frame({ stroke: frameColor }),
      ...axisMarks(x, y),
    ],
  });
  const rows = rowCount(points);
  const all = `${whole(rows)} rows`;
  const drawnRows = drawn.length === rows ? all : `${whole(drawn.length)} of ${all}`;
  const key = legend(legendItems(`${dataName} (${drawnRows})`, regions.spiked), width - 32);
  return picture(`Density of ${names[0]} and ${names[1]}`, width, key.height + 12 + height, [
    { panel: key, x: 16, y: 8 },
    { panel, x: 0, y: key.height + 12 },
  ]);
}

function legendItems(dots: string, spiked: boolean): LegendItem[] {
  const spike = spiked ? ", a spike counted as half of it" : "";
  const label = `regions with 99.9 % to 10 % of the probability${spike}`;
  return [
    { mark: "ramp", colors: densityRamp, label },
    { mark: "dot", color: dataColor, label: dots },
  ];
}

/** The data in view, thinned to what can be told apart. */
function visible(points: Table, xView: Range, yView: Range): [number, number][] {
  const [first, second] = [column(points, 0), column(points, 1)];
  const pairs = Array.from(first, (x, row): [number, number] => [x, second[row] as number]);
  const inside = pairs.filter(([x, y]) => within(x, xView) && within(y, yView));
  return evenly(inside.length, mostPoints).map((index) => inside[index] as [number, number]);
}

/** The range of a grid whose points are the middles of cells. */
function gridRange(grid: ArrayLike<number>): Range {
  const first = grid[0] ?? 0;
  const last = grid[grid.length - 1] ?? 1;
  return padded([first, last], 0.5 / Math.max(1, grid.length - 1));
}

/** The cube roots of the cells, and for each share the root that its region's cells exceed. */
interface Regions {
  readonly roots: Float64Array;
  readonly levels: readonly number[];
  readonly spiked: boolean;
}

function regionMarks(
  { roots, levels }: Regions,
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
): Plot.Markish[] {
  const [x1, x2] = gridRange(xs);
  const [y1, y2] = gridRange(ys);
  return levels.map((level, index) =>
    Plot.contour(roots, {
      ...{ x1, x2, y1, y2, width: xs.length, height: ys.length },
      value: Plot.identity,
      thresholds: [level],
      fill: densityRamp[index] as string,
      stroke: "none",
    }),
  );
}

/**
 * The highest-density regions of a grid. A spike of a few cells that holds more than all the rest
 * counts as much as the rest: its true mass is beyond the grid, and the rest shall be seen.
 */
function densityRegions(density: ArrayLike<number>, length: number): Regions {
  const cells = cleaned(density, length);
  // Contours interpolate linearly between cells, and a root of a bell is straighter than the bell.
  const roots = cells.map(Math.cbrt);
  const sorted = cells.slice().sort().reverse();
  const spikeCells = Math.ceil(length / 2000);
  const spike = sum(sorted.subarray(0, spikeCells));
  const rest = sum(sorted.subarray(spikeCells));
  const spiked = rest > 0 && spike > rest;
  const total = spiked ? 2 * rest : spike + rest;
  if (total === 0) return { roots, levels: [], spiked };

  let held = 0;
  const cumulative = sorted.map((cell, rank) => {
    held += spiked && rank < spikeCells ? (cell * rest) / spike : cell;
    return held;
  });
  const levels = shares.map((share) => {
    const rank = cumulative.findIndex((mass) => mass >= share * total * (1 - 1e-12));
    // Halfway to the next cell, else the region of a single cell would be a point.
    const next = sorted[rank + 1] ?? (sorted[rank] as number);
    return (Math.cbrt(sorted[rank] as number) + Math.cbrt(next)) / 2;
  });
  return { roots, levels, spiked };
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Densities as numbers from 0 on: what is infinite becomes the largest finite one. */
function cleaned(density: ArrayLike<number>, length: number): Float64Array {
  let largest = 0;
  for (let cell = 0; cell < length; cell++) {
    const value = density[cell] ?? 0;
    if (Number.isFinite(value) && value > largest) largest = value;
  }
  return Float64Array.from({ length }, (_, cell) => {
    const value = density[cell] ?? 0;
    return value > 0 ? Math.min(value, largest) : 0;
  });
}
