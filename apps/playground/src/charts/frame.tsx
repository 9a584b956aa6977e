import { type ScaleLinear, scaleLinear } from "d3-scale";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

export type Scale = ScaleLinear<number, number>;

export type Interval = readonly [number, number];

interface FrameProps {
  /** What the chart shows, for those who do not see it. */
  readonly label: string;
  readonly x: Interval;
  readonly y: Interval;
  /** Units of the chart; it is scaled to the room that there is. Default 420 by 420. */
  readonly width?: number;
  readonly height?: number;
  readonly xTitle?: string;
  readonly yTitle?: string;
  /** About as many ticks; default 5. */
  readonly ticks?: number;
  /** It holds something to act on, not only to look at. */
  readonly interactive?: boolean;
  /** Leave out the axes. */
  readonly bare?: boolean;
  readonly children: (scales: { x: Scale; y: Scale }) => ComponentChildren;
}

const margin = { left: 54, right: 20, top: 10, bottom: 38 };
const bareMargin = { left: 1, right: 1, top: 1, bottom: 1 };

/** Large numbers in thousands, millions, ... */
function format(scale: Scale, ticks: number) {
  const largest = Math.max(...scale.domain().map(Math.abs));
  return scale.tickFormat(ticks, largest >= 10_000 ? "~s" : undefined);
}

/** A chart with axes: an `svg` that is cut at its frame and scales with the page. */
export function Frame(props: FrameProps) {
  const { label, width = 420, height = 420, xTitle, yTitle, ticks = 5, children } = props;
  const { bare, interactive } = props;
  const { left, right, top, bottom } = bare ? bareMargin : margin;
  const x = scaleLinear(props.x, [left, width - right]);
  const y = scaleLinear(props.y, [height - bottom, top]);
  const clip = useId();
  return (
    <svg
      class={interactive ? "chart interactive" : "chart"}
      viewBox={`0 0 ${width} ${height}`}
      role={interactive ? "group" : "img"}
      aria-label={label}
    >
      <clipPath id={clip}>
        <rect x={left} y={top} width={width - left - right} height={height - top - bottom} />
      </clipPath>
      <g clip-path={`url(#${clip})`}>{children({ x, y })}</g>
      {!bare && (
        <g class="axes">
          <rect
            class="outline"
            x={left}
            y={top}
            width={width - left - right}
            height={height - top - bottom}
          />
          {x.ticks(ticks).map((tick) => (
            <g key={tick} transform={`translate(${x(tick)},${height - bottom})`}>
              <line y2={4} />
              <text y={16} text-anchor="middle">
                {format(x, ticks)(tick)}
              </text>
            </g>
          ))}
          {y.ticks(ticks).map((tick) => (
            <g key={tick} transform={`translate(${left},${y(tick)})`}>
              <line x2={-4} />
              <text x={-7} dy="0.32em" text-anchor="end">
                {format(y, ticks)(tick)}
              </text>
            </g>
          ))}
          {xTitle && (
            <text class="title" x={(left + width - right) / 2} y={height - 5} text-anchor="middle">
              {xTitle}
            </text>
          )}
          {yTitle && (
            <text
              class="title"
              transform={`translate(11,${(top + height - bottom) / 2}) rotate(-90)`}
              text-anchor="middle"
            >
              {yTitle}
            </text>
          )}
        </g>
      )}
    </svg>
  );
}
