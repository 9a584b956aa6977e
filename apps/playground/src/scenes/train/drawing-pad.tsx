import { useRef, useState } from "preact/hooks";
import type { Scale } from "../../charts/frame.tsx";
import { dots } from "../../charts/points.tsx";
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

/** What a finger or the mouse has painted since it came down: a pair of numbers for each dot. */
interface Stroke {
  readonly pointer: number;
  readonly dots: number[];
}

type PadEvent = PointerEvent & { readonly currentTarget: SVGElement };

/** Where the visitor paints, over the frame of a chart. */
export function DrawingPad({ scales }: { readonly scales: { x: Scale; y: Scale } }) {
  const { x, y } = scales;
  const [brush, setBrush] = useState<readonly [number, number]>([0, 0]);
  // Points are drawn anew for each drawing, too slowly to follow a finger: a stroke is shown as it is until it ends.
  const [shownStroke, showStroke] = useState<Float32Array>();
  /** What is shown and perhaps more: there can be several events before the page is drawn again. */
  const stroke = useRef<Stroke | undefined>(undefined);

  function placeOf(event: PadEvent): [number, number] {
    const svg = event.currentTarget.ownerSVGElement as SVGSVGElement;
    const toChart = svg.getScreenCTM()?.inverse();
    const { x: left, y: top } = new DOMPoint(event.clientX, event.clientY).matrixTransform(toChart);
    return [x.invert(left), y.invert(top)];
  }

  /** The dot at a place, where there is room for one more. */
  function dotAt(place: readonly [number, number], before: readonly number[]) {
    const { drawn } = settings.peek();
    const [left, top] = [snapToLink(place[0]), snapToLink(place[1])];
    const lastX = before.at(-2) ?? drawn.at(-2) ?? Number.NaN;
    const lastY = before.at(-1) ?? drawn.at(-1) ?? Number.NaN;
    // Dots closer than the brush is wide add next to nothing.
    const isClose = Math.hypot(left - lastX, top - lastY) < BRUSH / 2;
    const isFull = drawn.length + before.length >= 2 * MOST_DOTS;
    return isClose || isFull ? [] : [left, top];
  }

  function draw(more: readonly number[]) {
    if (more.length === 0) return;
    change({ drawn: Float32Array.of(...settings.peek().drawn, ...more) });
  }

  function begin(event: PadEvent) {
    if (event.button !== 0 || stroke.current) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    stroke.current = { pointer: event.pointerId, dots: [] };
    follow(event);
  }

  function follow(event: PadEvent) {
    const current = stroke.current;
    if (current?.pointer !== event.pointerId) return;
    const dot = dotAt(placeOf(event), current.dots);
    if (dot.length === 0) return;
    current.dots.push(...dot);
    showStroke(Float32Array.from(current.dots));
  }

  function end(event: PadEvent) {
    const current = stroke.current;
    if (current?.pointer !== event.pointerId) return;
    stroke.current = undefined;
    showStroke(undefined);
    draw(current.dots);
  }

  function press(event: KeyboardEvent) {
    const move = moves[event.key];
    if (move) setBrush([clamp(brush[0] + move[0]), clamp(brush[1] + move[1])]);
    else if (event.key === " ") draw(dotAt(brush, []));
    else return;
    event.preventDefault();
  }

  const [left, right] = brushBounds.x;
  const [bottom, top] = brushBounds.y;
  const radius = x(BRUSH) - x(0);
  return (
    // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it is painted on by pointer and by keyboard.
    <g
      class="pad"
      role="application"
      aria-label="Canvas to paint on: arrow keys move the brush, space paints"
      tabindex={0}
      onKeyDown={press}
      onPointerDown={begin}
      onPointerMove={follow}
      onPointerUp={end}
      onPointerCancel={end}
    >
      <rect
        x={x(left)}
        y={y(top)}
        width={x(right) - x(left)}
        height={y(bottom) - y(top)}
        fill="transparent"
      />
      {shownStroke && (
        <path class="stroke" d={dots(shownStroke, scales)} stroke-width={2 * radius} />
      )}
      <circle class="brush" cx={x(brush[0])} cy={y(brush[1])} r={radius} />
    </g>
  );
}

const clamp = (value: number) => Math.max(brushBounds.x[0], Math.min(brushBounds.x[1], value));
