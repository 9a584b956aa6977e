import { useState } from "preact/hooks";
import type { Scale } from "../../charts/frame.tsx";
import { BRUSH, MOST_DOTS, snapToLink } from "../../data/brush.ts";
import { brushBounds } from "../../data/targets.ts";
import { settings } from "./settings.ts";
import { change } from "./training-state.ts";

/** How far an arrow key moves the brush. */
const KEY_STEP = 0.2;

const moves: Record<string, readonly [number, number]> = {
  ArrowLeft: [-KEY_STEP, 0],
  ArrowRight: [KEY_STEP, 0],
  ArrowUp: [0, KEY_STEP],
  ArrowDown: [0, -KEY_STEP],
};

/** Where the visitor paints, over the frame of a chart. */
export function DrawingPad({ scales: { x, y } }: { readonly scales: { x: Scale; y: Scale } }) {
  const [brush, setBrush] = useState<readonly [number, number]>([0, 0]);

  function placeOf(event: PointerEvent & { currentTarget: SVGElement }): [number, number] {
    const svg = event.currentTarget.ownerSVGElement as SVGSVGElement;
    const toChart = svg.getScreenCTM()?.inverse();
    const { x: left, y: top } = new DOMPoint(event.clientX, event.clientY).matrixTransform(toChart);
    return [x.invert(left), y.invert(top)];
  }

  function paint(place: readonly [number, number]) {
    const { drawn } = settings.value;
    const [left, top] = [snapToLink(place[0]), snapToLink(place[1])];
    const isFull = drawn.length >= 2 * MOST_DOTS;
    const [lastX, lastY] = [drawn.at(-2) ?? Number.NaN, drawn.at(-1) ?? Number.NaN];
    // Dots closer than the brush is wide add next to nothing.
    if (isFull || Math.hypot(left - lastX, top - lastY) < BRUSH / 2) return;
    change({ drawn: Float32Array.of(...drawn, left, top) });
  }

  function press(event: KeyboardEvent) {
    const move = moves[event.key];
    if (move) setBrush([clamp(brush[0] + move[0]), clamp(brush[1] + move[1])]);
    else if (event.key === " ") paint(brush);
    else return;
    event.preventDefault();
  }

  const [left, right] = brushBounds.x;
  const [bottom, top] = brushBounds.y;
  return (
    // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it is painted on by pointer and by keyboard.
    <g
      class="pad"
      role="application"
      aria-label="Canvas to paint on: arrow keys move the brush, space paints"
      tabIndex={0}
      onKeyDown={press}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        paint(placeOf(event));
      }}
      onPointerMove={(event) => {
        if (event.buttons === 1) paint(placeOf(event));
      }}
    >
      <rect
        x={x(left)}
        y={y(top)}
        width={x(right) - x(left)}
        height={y(bottom) - y(top)}
        fill="transparent"
      />
      <circle class="brush" cx={x(brush[0])} cy={y(brush[1])} r={x(BRUSH) - x(0)} />
    </g>
  );
}

const clamp = (value: number) => Math.max(brushBounds.x[0], Math.min(brushBounds.x[1], value));
