import { useEffect, useRef, useState } from "preact/hooks";
import type { LineDraws } from "../../worker/line.ts";
import type { Base } from "./bases.ts";
import type { Geometry } from "./geometry.ts";
import { draws } from "./line-run.ts";
import { near } from "./paths.ts";
import { histogramOf, shownLine } from "./tabulated.ts";

/** Milliseconds that one draw is under way, and between the first and the last to start. */
const WAY = 1500;
const QUEUE = 1800;

/** The parts of the way: seen in the base, over to the curve, down to x. */
const SEEN = 0.12;
const OVER = 0.5;

/** Draws of the base that go over to the curve and down to x, where they pile up as a histogram. */
export function FallingDraws({
  geometry,
  base,
}: {
  readonly geometry: Geometry;
  readonly base: Base;
}) {
  const dots = useRef<SVGPathElement>(null);
  const newest = draws.value.at(-1);
  const landed = useLanding(newest, (elapsed) => {
    dots.current?.setAttribute("d", newest ? dotsAt(elapsed, newest, geometry, base) : "");
  });
  const earlier = draws.value.slice(0, -1).flatMap(({ x }) => [...x]);
  const all = newest ? [...earlier, ...newest.x.subarray(0, landed)] : [];
  const { x, density } = geometry;
  return (
    <g class="draws">
      <g class="bars">
        {all.length > 0 &&
          histogramOf(all).bars.map(({ from, to, height }) => {
            const top = Math.max(geometry.data[0], density(height));
            return (
              <rect
                key={from}
                x={x(from)}
                y={top}
                width={x(to) - x(from)}
                height={density(0) - top}
              />
            );
          })}
      </g>
      <path ref={dots} class="points draws" />
    </g>
  );
}

/** How many of the draws have arrived; those who want no motion see the end at once. */
function useLanding(newest: LineDraws | undefined, show: (elapsed: number) => void): number {
  const [landed, setLanded] = useState({ of: newest, count: newest?.x.length ?? 0 });
  const shown = useRef(show);
  shown.current = show;
  // Draws that were there before the scene was opened have arrived.
  const known = useRef(newest);
  useEffect(() => {
    if (newest === known.current) return;
    known.current = newest;
    const count = newest?.x.length ?? 0;
    if (!newest || matchMedia("(prefers-reduced-motion: reduce)").matches) {
      shown.current(Number.POSITIVE_INFINITY);
      setLanded({ of: newest, count });
      return;
    }
    const start = performance.now();
    let frame = requestAnimationFrame(function advance(now) {
      const elapsed = Math.max(0, now - start);
      shown.current(elapsed);
      const arrived = Math.floor(((elapsed - WAY) / QUEUE) * count) + 1;
      setLanded({ of: newest, count: Math.max(0, Math.min(count, arrived)) });
      if (elapsed <= WAY + QUEUE) frame = requestAnimationFrame(advance);
    });
    return () => cancelAnimationFrame(frame);
  }, [newest]);
  return landed.of === newest ? landed.count : 0;
}

function dotsAt(elapsed: number, { z, x }: LineDraws, geometry: Geometry, base: Base): string {
  let path = "";
  for (let i = 0; i < x.length; i++) {
    const progress = (elapsed - (i / x.length) * QUEUE) / WAY;
    const [at, to] = [z[i] as number, x[i] as number];
    if (progress < 0 || progress > 1 || to < shownLine[0] || to > shownLine[1]) continue;
    // Anywhere under the base's density, the same place each time.
    const share = (i * 0.618034) % 1;
    const from = geometry.latentDensity(share * base.density(at));
    const over = eased((progress - SEEN) / (OVER - SEEN));
    const down = eased((progress - OVER) / (1 - OVER));
    const level = near(geometry.z(at));
    const left = from + over * (geometry.x(to) - from);
    const top = level + down * (geometry.density(0) - level);
    path += `M${left.toFixed(1)} ${top.toFixed(1)}h0`;
  }
  return path;
}

function eased(share: number): number {
  const t = Math.max(0, Math.min(1, share));
  return t * t * (3 - 2 * t);
}
