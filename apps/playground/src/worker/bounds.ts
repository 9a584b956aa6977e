/** A rectangle of the plane, `[low, high]` of each column. */
export interface Bounds {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** A few points in far tails must not make all others a spot: these quantiles, and as far beyond as they are apart. */
const [LOWER, UPPER] = [0.005, 0.995];

/** Where points of the plane lie, with a margin. */
export function boundsOf(points: Float32Array, margin = 0.08): Bounds {
  const side = (axis: number): [number, number] => {
    const sorted = points.filter((_, i) => i % 2 === axis).sort();
    const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
    const width = at(UPPER) - at(LOWER);
    const low = Math.max(at(0), at(LOWER) - width);
    const high = Math.min(at(1), at(UPPER) + width);
    const room = (high > low ? high - low : Math.max(1, Math.abs(low))) * margin;
    return [low - room, high + room];
  };
  return { x: side(0), y: side(1) };
}
