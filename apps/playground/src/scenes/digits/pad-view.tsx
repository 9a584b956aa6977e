import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { DIGIT_BOX, type Drawing, isEmpty, PEN, type Point } from "./drawing.ts";
import { modelState } from "./model-state.ts";
import type { Pad } from "./pad-state.ts";
import { digitCanvas } from "./paint-digit.ts";

/** Pixels of the canvas. */
const SIDE = 336;

/** Width of the pen, as a share of the pad. */
const PAD_PEN = PEN * DIGIT_BOX.size;

/** How far an arrow key moves the pen, as a share of the pad. */
const KEY_STEP = 0.05;

const moves: Record<string, Point> = {
  ArrowLeft: [-KEY_STEP, 0],
  ArrowRight: [KEY_STEP, 0],
  ArrowUp: [0, -KEY_STEP],
  ArrowDown: [0, KEY_STEP],
};

/** Where a digit is drawn, by pointer or by keyboard. */
export function PadView({ pad, describedBy }: { readonly pad: Pad; readonly describedBy: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [pen, setPen] = useState<Point>([0.5, 0.5]);
  const [showsPen, setShowsPen] = useState(false);
  const drawing = pad.drawing.value;
  const state = modelState.value;
  const model = state.type === "ready" ? state.inHand.model : undefined;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    context.clearRect(0, 0, SIDE, SIDE);
    if (drawing.digit && model) {
      const [from, size] = [DIGIT_BOX.from * SIDE, DIGIT_BOX.size * SIDE];
      context.drawImage(digitCanvas(drawing.digit, model), from, from, size, size);
    }
    paintStrokes(context, drawing.strokes);
    if (showsPen) paintPen(context, pen);
  }, [drawing, model, pen, showsPen]);

  function press(event: KeyboardEvent) {
    const move = moves[event.key];
    if (move) {
      const next: Point = [clamp(pen[0] + move[0]), clamp(pen[1] + move[1])];
      if (event.shiftKey) {
        const last = drawing.strokes.at(-1)?.at(-1);
        // A line goes on from where the last one ended.
        if (last?.[0] !== pen[0] || last[1] !== pen[1]) pad.begin(pen);
        pad.goOn(next);
      }
      setPen(next);
    } else if (event.key === " ") pad.begin(pen);
    else return;
    event.preventDefault();
    setShowsPen(true);
  }

  return (
    // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it is drawn on by pointer and by keyboard.
    <canvas
      ref={canvas}
      class="pad"
      width={SIDE}
      height={SIDE}
      role="application"
      aria-label={`The ${pad.name} pad, ${isEmpty(drawing) ? "empty" : "with a drawing"}: arrow keys move the pen, space paints, shift with arrow keys draws`}
      aria-describedby={describedBy}
      tabIndex={0}
      onKeyDown={press}
      onFocus={({ currentTarget }) => setShowsPen(currentTarget.matches(":focus-visible"))}
      onBlur={() => setShowsPen(false)}
      onPointerDown={(event) => {
        // A second finger would tear the line to and fro.
        if (event.button !== 0 || !event.isPrimary) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setShowsPen(false);
        pad.begin(placeOf(event));
      }}
      onPointerMove={(event) => {
        if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
        const events = event.getCoalescedEvents?.() ?? [];
        for (const each of events.length > 0 ? events : [event]) {
          pad.goOn(placeIn(event.currentTarget, each));
        }
      }}
    />
  );
}

function placeOf(event: PointerEvent & { currentTarget: Element }): Point {
  return placeIn(event.currentTarget, event);
}

function placeIn(element: Element, { clientX, clientY }: PointerEvent): Point {
  const { left, top, width, height } = element.getBoundingClientRect();
  return [clamp((clientX - left) / width), clamp((clientY - top) / height)];
}

const clamp = (value: number) => Math.max(0, Math.min(1, value));

function paintStrokes(context: CanvasRenderingContext2D, strokes: Drawing["strokes"]): void {
  context.strokeStyle = "#fff";
  context.lineWidth = PAD_PEN * SIDE;
  context.lineCap = "round";
  context.lineJoin = "round";
  context.setLineDash([]);
  for (const stroke of strokes) {
    context.beginPath();
    for (const [i, [x, y]] of stroke.entries()) {
      if (i === 0) context.moveTo(x * SIDE, y * SIDE);
      // Canvases paint nothing of a line without length, which a dot would be.
      context.lineTo(x * SIDE, y * SIDE + (stroke.length === 1 ? 0.01 : 0));
    }
    context.stroke();
  }
}

function paintPen(context: CanvasRenderingContext2D, [x, y]: Point): void {
  context.lineWidth = 3;
  for (const [colour, dash] of [
    ["#000", []],
    ["#ffb000", [6, 4]],
  ] as const) {
    context.strokeStyle = colour;
    context.setLineDash(dash);
    context.beginPath();
    context.arc(x * SIDE, y * SIDE, (PAD_PEN * SIDE) / 2, 0, 2 * Math.PI);
    context.stroke();
  }
}
