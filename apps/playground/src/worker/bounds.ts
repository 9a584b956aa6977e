/** A rectangle of the plane, `[low, high]` of each column. */
export interface Bounds {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** Where points of the plane lie, with a margin. */
export function boundsOf(points: Float32Array, margin = 0.08): Bounds {
  const side = (axis: number): [number, number] => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = axis; i < points.length; i += 2) {
      low = Math.min(low, points[i] as number);
      high = Math.max(high, points[i] as number);
    }
    const room = (high > low ? high - low : Math.max(1, Math.abs(low))) * margin;
    return [low - room, high + room];
  };
  return { x: side(0), y: side(1) };
}
