import { sizeOf } from "../../core/shape.ts";
import { integrateDensity } from "../../numerics/quadrature.ts";
import { holdTo, show } from "../measurement.ts";
import type { LogDensity } from "./log-density.ts";

/** The density integrates to 1 over the whole line or plane, within `limit`. */
export async function checkIntegral(
  label: string,
  { evaluate, samples, shape, describe }: LogDensity,
  limit: number,
): Promise<void> {
  const size = sizeOf(shape);
  const column = (d: number) => samples.filter((_, i) => i % size === d);
  const dimensions = Array.from({ length: size }, (_, d) => column(d));
  const box = {
    low: dimensions.map((values) => values.reduce((a, b) => Math.min(a, b))),
    high: dimensions.map((values) => values.reduce((a, b) => Math.max(a, b))),
  };
  const { integral, evaluations } = await integrateDensity(evaluate, box);
  holdTo(
    `${label}: distance of the density's integral from 1`,
    limit,
    {
      value: Number.isNaN(integral) ? Infinity : Math.abs(integral - 1),
      index: 0,
    },
    () => `${evaluations} points, integral ${show(integral)}${describe}`,
  );
}
