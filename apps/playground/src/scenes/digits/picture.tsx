import { useLayoutEffect, useRef } from "preact/hooks";
import { paintDigit } from "./paint-digit.ts";

interface PictureProps {
  /** Whole numbers, row-major; undefined: there is none yet, its room is kept. */
  readonly pixels: Uint8Array | undefined;
  readonly height: number;
  readonly width: number;
  readonly values: number;
  /** What is seen, in words; undefined: what surrounds it says so. */
  readonly label: string | undefined;
}

/** One image of the model, as large as there is room. */
export function Picture({ pixels, height, width, values, label }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    context.clearRect(0, 0, width, height);
    // While the model is loaded anew its shape is not known.
    if (pixels?.length === width * height) paintDigit(context, pixels, { width, height, values });
  }, [pixels, height, width, values]);
  return (
    <canvas
      ref={canvas}
      class="digit"
      width={width}
      height={height}
      {...(label ? { role: "img", "aria-label": label } : { "aria-hidden": true })}
    />
  );
}
