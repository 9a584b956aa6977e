import type { RefObject } from "preact";
import { useRef } from "preact/hooks";
import { type Geometry, GRIP } from "./geometry.ts";
import { intervalOf, moveEnd, settings } from "./settings.ts";

interface DragLayerProps {
  readonly geometry: Geometry;
  readonly interval: readonly [number, number];
  readonly svg: RefObject<SVGSVGElement | null>;
}

/** The ends of the interval, to be dragged by mouse or finger; sliders beside the picture do it by keyboard. */
export function DragLayer({ geometry, interval, svg }: DragLayerProps) {
  const dragged = useRef<"a" | "b" | undefined>(undefined);
  const { x, map, data } = geometry;
  const placeOf = (event: PointerEvent) => {
    const seen = svg.current?.getScreenCTM();
    return seen ? x.invert((event.clientX - seen.e) / seen.a) : Number.NaN;
  };
  const drag = (event: PointerEvent) => {
    const place = placeOf(event);
    if (dragged.current && Number.isFinite(place)) moveEnd(dragged.current, place);
  };
  const grips = data[1] + GRIP;
  return (
    <g
      class="drag-layer"
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        const [a, b] = intervalOf(settings.value);
        const place = placeOf(event);
        dragged.current = Math.abs(place - a) <= Math.abs(place - b) ? "a" : "b";
        event.currentTarget.setPointerCapture(event.pointerId);
        drag(event);
      }}
      onPointerMove={drag}
      onPointerUp={() => {
        dragged.current = undefined;
      }}
      onPointerCancel={() => {
        dragged.current = undefined;
      }}
    >
      <rect
        class="reach"
        x={map.x[0]}
        y={data[0]}
        width={map.x[1] - map.x[0]}
        height={data[1] - data[0] + 2 * GRIP}
      />
      {interval.map((end, i) => (
        <g key={i === 0 ? "a" : "b"} class="end" transform={`translate(${x(end)},0)`}>
          <path d={`M0 ${data[0]}V${grips}`} />
          <circle cy={grips} r={GRIP} />
          <text y={grips} dy="0.34em" text-anchor="middle">
            {i === 0 ? "a" : "b"}
          </text>
        </g>
      ))}
    </g>
  );
}
