import type * as Plot from "@observablehq/plot";
import { type Axis, axis } from "./axis.ts";
import type { Range } from "./range.ts";
import { fontSize } from "./svg.ts";
import type { TimeScale } from "./time-ticks.ts";

/** A title and what the axis covers. */
export interface FrameAxis {
  readonly title: string;
  readonly domain: Range;
  /** Where the numbers are dates or times. */
  readonly time?: TimeScale | undefined;
}

/** The axes of a picture of one panel, and what its plot needs of them. */
export interface Frame {
  readonly x: Axis;
  readonly y: Axis;
  readonly width: number;
  readonly options: Omit<Plot.PlotOptions, "width" | "height"> & { width: number; height: number };
}

const width = 640;
const margins = { marginBottom: 44, marginTop: 26, marginRight: 20 } as const;

/** Lays out one panel of the usual width with room on the left for the vertical axis's labels. */
export function frame(height: number, horizontal: FrameAxis, vertical: FrameAxis): Frame {
  const y = axis(vertical.title, vertical.domain, {
    length: height - margins.marginTop - margins.marginBottom,
    horizontal: false,
    fontSize,
    titleRoom: width,
    time: vertical.time,
  });
  const marginLeft = Math.ceil(y.labelWidth) + 16;
  const length = width - marginLeft - margins.marginRight;
  const { title, domain, time } = horizontal;
  const x = axis(title, domain, { length, horizontal: true, fontSize, time });
  const scales = { x: { domain: [...horizontal.domain] }, y: { domain: [...vertical.domain] } };
  return { x, y, width, options: { width, height, marginLeft, ...margins, ...scales } };
}
