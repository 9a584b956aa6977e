import { line } from "d3-shape";
import type { Scale } from "./frame.tsx";

interface CurveProps {
  readonly scales: { readonly x: Scale; readonly y: Scale };
  readonly points: readonly (readonly [number, number])[];
  /** Of the style sheet. */
  readonly kind: string;
}

/** A line through points; it has gaps where they are not finite. */
export function Curve({ scales: { x, y }, points, kind }: CurveProps) {
  const path = line<readonly [number, number]>(
    (point) => x(point[0]),
    (point) => y(point[1]),
  ).defined((point) => Number.isFinite(point[0]) && Number.isFinite(point[1]));
  return <path class={`curve ${kind}`} d={path(points) ?? ""} />;
}
