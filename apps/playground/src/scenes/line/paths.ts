import { line } from "d3-shape";
import type { Scale } from "../../charts/frame.tsx";
import { grid } from "./tabulated.ts";

type Point = readonly [number, number];

/** A line through points in units of the picture; it has gaps where they are not finite. */
export const pathOf = line<Point>()
  .defined(([x, y]) => Number.isFinite(x + y))
  .digits(2);

/** Farther from the picture's edges nothing is drawn: browsers stumble over large coordinates. */
const FARTHEST = 5000;

export const near = (place: number): number => Math.max(-FARTHEST, Math.min(FARTHEST, place));

/** A function that is tabulated on the grid, as a path. */
export function tabulatedPath(values: Float32Array, x: Scale, y: Scale): string {
  const points = Array.from(values, (value, i): Point => [x(grid[i] as number), near(y(value))]);
  return pathOf(points) ?? "";
}

/** The area between points and a level of the picture. */
export function areaDown(points: readonly Point[], level: number): string {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return "";
  return `${pathOf(points)}L${last[0]} ${level}L${first[0]} ${level}Z`;
}
