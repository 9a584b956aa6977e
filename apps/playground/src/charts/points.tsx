import type { Scale } from "./frame.tsx";

interface PointsProps {
  readonly scales: { readonly x: Scale; readonly y: Scale };
  /** `[n, 2]`, row-major. */
  readonly points: Float32Array;
  /** Of the style sheet: `"data"`, `"samples"`. */
  readonly kind: string;
}

/** Points as one path of dots: thousands cost no more than a line. */
export function Points({ scales, points, kind }: PointsProps) {
  return <path class={`points ${kind}`} d={dots(points, scales)} />;
}

/** A path of lines without length, whose round ends are dots. */
export function dots(points: Float32Array, { x, y }: PointsProps["scales"]): string {
  let path = "";
  for (let i = 0; i < points.length; i += 2) {
    const [left, top] = [x(points[i] as number), y(points[i + 1] as number)];
    if (Number.isFinite(left + top)) path += `M${left.toFixed(1)} ${top.toFixed(1)}h0`;
  }
  return path;
}
