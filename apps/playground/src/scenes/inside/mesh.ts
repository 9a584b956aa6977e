import type { Way } from "../../worker/way.ts";

/** Nodes along each side of the grid; it has one cell less. */
export const NODES = 29;

/** Where points are at a place of their way: 0 is the base, 1 after the first layer, and so on; in between, in between. */
export function pointsAt({ stages }: Way, place: number): Float32Array {
  const before = Math.min(Math.floor(place), stages.length - 1);
  const share = place - before;
  const from = (stages[before] as (typeof stages)[number]).points;
  const to = stages[before + 1]?.points;
  if (!to || share === 0) return from;
  return from.map((value, i) => (1 - share) * value + share * (to[i] as number));
}

/** The layer that is at work at a place of the way, counted from 1; at rest, the one before. */
export function layerAt(place: number): number {
  return Math.max(1, Math.ceil(place - 1e-9));
}

/** Log-determinants of one layer, or of all layers up to it; nats. */
export function logDetAt({ stages }: Way, layer: number, isSum: boolean): Float32Array {
  const last = stages[layer]?.logDet ?? new Float32Array(0);
  if (!isSum) return last;
  return last.map((_, i) =>
    stages.slice(1, layer + 1).reduce((sum, { logDet }) => sum + (logDet?.[i] ?? 0), 0),
  );
}

/** A rectangle that holds nearly all points: of each axis the 1st and the 99th percentile, with a margin. */
export function extentOf(points: Float32Array): readonly [number, number, number, number] {
  const side = (axis: number): [number, number] => {
    const values = points.filter((value, i) => i % 2 === axis && Number.isFinite(value)).sort();
    const low = values[Math.floor(0.01 * (values.length - 1))] ?? -1;
    const high = values[Math.ceil(0.99 * (values.length - 1))] ?? 1;
    const room = 0.2 * Math.max(high - low, 1e-3);
    return [low - room, high + room];
  };
  return [...side(0), ...side(1)];
}

/** Cells of a grid in as many classes of colour as asked for: the corners of each cell are nodes of the grid. */
export function classifyCells(values: Float32Array, largest: number, classes: number): number[][] {
  const cells: number[][] = Array.from({ length: classes }, () => []);
  for (let row = 0; row < NODES - 1; row++) {
    for (let column = 0; column < NODES - 1; column++) {
      const node = row * NODES + column;
      const corners = [node, node + 1, node + NODES + 1, node + NODES];
      const mean = corners.reduce((sum, corner) => sum + (values[corner] ?? 0), 0) / 4;
      if (!Number.isFinite(mean)) continue;
      const relative = (1 + Math.max(-1, Math.min(1, mean / largest))) / 2;
      cells[Math.min(classes - 1, Math.floor(relative * classes))]?.push(node);
    }
  }
  return cells;
}

/** The largest log-determinant in size that colours tell apart: most of all layers lie below. */
export function largestLogDet(way: Way, isSum: boolean): number {
  const sizes = way.stages
    .slice(1)
    .flatMap((_, index) => Array.from(logDetAt(way, index + 1, isSum), Math.abs))
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  return Math.max(0.05, sizes[Math.floor(0.97 * (sizes.length - 1))] ?? 0);
}
