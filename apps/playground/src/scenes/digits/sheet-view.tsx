import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Notice } from "../../components/notice.tsx";
import { download } from "../../export/download.ts";
import { messageOf } from "../../message-of.ts";
import type { DigitsModel } from "../../worker/digits.ts";
import { modelState } from "./model-state.ts";
import { digitCanvas } from "./paint-digit.ts";
import { settings } from "./settings.ts";
import { PER_ROW, ROWS, type Sheet, sheet } from "./sheet-state.ts";

/** Pixels of the sheet for each image, and between them. */
const CELL = 112;
const GAP = 6;
const WIDTH = PER_ROW * CELL + (PER_ROW - 1) * GAP;
const HEIGHT = ROWS * CELL + (ROWS - 1) * GAP;

/** Draws of the model, all of one temperature. */
export function SheetView() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [problem, setProblem] = useState<string>();
  const state = modelState.value;
  const model = state.type === "ready" ? state.inHand.model : undefined;
  const shown = sheet.value;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context) paintSheet(context, shown, model);
  }, [shown, model]);
  const save = async () => {
    try {
      download(await toPng(canvas.current), `digits-${settings.value.digit}.png`, "image/png");
      setProblem(undefined);
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <section class="panel sheet" aria-labelledby="sheet-title">
      <div class="head">
        <h3 id="sheet-title">Draws of the flow</h3>
        <button type="button" class="quiet" disabled={!shown.isDone} onClick={save}>
          Save PNG
        </button>
      </div>
      <canvas
        ref={canvas}
        width={WIDTH}
        height={HEIGHT}
        role="img"
        aria-label={describe(shown, model)}
      />
      <p class="hint pace">
        {shown.isDone
          ? `${PER_ROW * ROWS} draws took ${(shown.milliseconds / 1000).toFixed(2)} seconds here.`
          : state.type === "failed"
            ? ""
            : "Drawing…"}
      </p>
      {problem && <Notice kind="problem">{problem}</Notice>}
    </section>
  );
}

function paintSheet(
  context: CanvasRenderingContext2D,
  { draws }: Sheet,
  model: DigitsModel | undefined,
): void {
  context.imageSmoothingQuality = "high";
  context.clearRect(0, 0, WIDTH, HEIGHT);
  for (const [i, draw] of draws.entries()) {
    const [left, top] = [(i % PER_ROW) * (CELL + GAP), Math.floor(i / PER_ROW) * (CELL + GAP)];
    context.fillRect(left, top, CELL, CELL);
    if (draw && model) context.drawImage(digitCanvas(draw.pixels, model), left, top, CELL, CELL);
  }
}

async function toPng(canvas: HTMLCanvasElement | null): Promise<Blob> {
  const blob = await new Promise<Blob | null>((resolve) => {
    if (canvas) canvas.toBlob(resolve, "image/png");
    else resolve(null);
  });
  if (!blob) throw new Error("This browser could not make a PNG of the draws.");
  return blob;
}

function describe({ draws, isDone }: Sheet, model: DigitsModel | undefined): string {
  const drawn = draws.flatMap((draw) => (draw ? [model?.classes[draw.label]] : []));
  if (!isDone || drawn.length < draws.length) return "Draws of the flow are on their way.";
  const { temperature } = settings.value;
  return `${draws.length} draws of the flow at temperature ${temperature}, in reading order: ${drawn.join(", ")}.`;
}
