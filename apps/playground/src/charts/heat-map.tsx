import { useMemo } from "preact/hooks";
import { densityTable, stepOf } from "./colours.ts";
import type { Interval, Scale } from "./frame.tsx";

interface HeatMapProps {
  readonly scales: { readonly x: Scale; readonly y: Scale };
  /** Where the grid lies. */
  readonly x: Interval;
  readonly y: Interval;
  readonly columns: number;
  readonly rows: number;
  /** From 0 to 1, row-major, the lowest row first. */
  readonly values: Float32Array;
}

/** Numbers on a grid as colours, in a {@link Frame}. */
export function HeatMap({ scales, x, y, columns, rows, values }: HeatMapProps) {
  const address = useMemo(() => imageOf(columns, rows, values), [columns, rows, values]);
  return (
    <image
      class="heat-map"
      href={address}
      x={scales.x(x[0])}
      y={scales.y(y[1])}
      width={scales.x(x[1]) - scales.x(x[0])}
      height={scales.y(y[0]) - scales.y(y[1])}
      preserveAspectRatio="none"
    />
  );
}

function imageOf(columns: number, rows: number, values: Float32Array): string {
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  if (!context) return "";
  const image = context.createImageData(columns, rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const from = stepOf(values[row * columns + column] as number);
      const to = 4 * ((rows - 1 - row) * columns + column);
      for (let part = 0; part < 3; part++) {
        image.data[to + part] = densityTable[from + part] as number;
      }
      image.data[to + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}
