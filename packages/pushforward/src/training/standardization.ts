import { affineContext } from "../bijectors/affine-context.ts";
import { fixedAffine } from "../bijectors/fixed-affine.ts";
import type { Bijector } from "../core/bijector.ts";
import type { Column } from "../core/column.ts";
import type { Distribution } from "../core/distribution.ts";
import { columnOf, type HostRows } from "../core/rows.ts";
import type { Shape } from "../core/shape.ts";
import { contextualized } from "../distributions/contextualized.ts";
import { hostRandom } from "../numerics/host-random.ts";
import { streams } from "../numerics/streams.ts";
import { beforeMap } from "./column-maps.ts";

/** Values beyond these quantiles do not count: one outlier must not squeeze all other rows. */
const TAIL = 0.001;

/** With fewer values than these none is left out. */
const FEW = 50;

/** Share of a spline's interval that the bulk of the data may fill. */
const FILL = 0.9;

/**
 * The affine map from standardised to raw data: mean 0 and variance 1 per column, of the values
 * between the 0.1 % and 99.9 % quantiles (from 50 rows on at least the outermost value on either
 * side is left out). Values on a grid count as spread over their cells. In a column that has a map it ends where
 * the map begins.
 *
 * @param bound when given, the scale is enlarged where needed so that those values lie within
 * ±0.9 bound: inside the interval of the flow's splines.
 */
export function standardization(
  rows: HostRows,
  shape: Shape,
  columns: readonly Column[],
  bound: number | null,
): Bijector<Record<string, never>> {
  const shift: number[] = [];
  const scale: number[] = [];
  for (let column = 0; column < rows.size; column++) {
    const { values, step } = beforeItsMap(columnOf(rows, column), columns[column]);
    const { mean, deviation, reach } = trimmedMoments(values.sort(), step);
    shift.push(mean);
    scale.push(bound === null ? deviation : Math.max(deviation, reach / (FILL * bound)));
  }
  return fixedAffine({ shift, scale, shape });
}

/** A column's values as they are in front of its map, and the step of their grid if there still is one. */
function beforeItsMap(values: Float64Array, { step, map }: Column = {}) {
  if (!map) return { values, step };
  // A curved map makes cells of different widths: their share in the variance is measured.
  const random = hostRandom(0, streams.mapNoise);
  const spread = (value: number) =>
    step === undefined ? value : value + (random.uniform() - 0.5) * step;
  return { values: values.map((value) => beforeMap(map, spread(value))), step: undefined };
}

/** The bijector with its context standardised: mean 0 and variance 1 per number of the context. */
export function standardizeContext(bijector: Bijector, context: HostRows): Bijector {
  return affineContext({ bijector, ...contextScale(context) });
}

/** The distribution with its context standardised. */
export function standardizeContextOf(distribution: Distribution, context: HostRows): Distribution {
  return contextualized({ distribution, ...contextScale(context) });
}

function contextScale(context: HostRows): { shift: number[]; scale: number[] } {
  const moments = Array.from({ length: context.size }, (_, column) =>
    trimmedMoments(columnOf(context, column).sort()),
  );
  return {
    shift: moments.map(({ mean }) => mean),
    // A context that never changes says nothing; it only must not be divided by 0.
    scale: moments.map(({ deviation }) => deviation || 1),
  };
}

function trimmedMoments(sorted: Float64Array, step = 0) {
  const cut = sorted.length < FEW ? 0 : Math.ceil(TAIL * sorted.length);
  let kept = sorted.subarray(cut, sorted.length - cut);
  // A column that is constant but for its tails is measured by them.
  if (kept[0] === kept.at(-1)) kept = sorted;
  const mean = kept.reduce((sum, value) => sum + value / kept.length, 0);
  const variance = kept.reduce((sum, value) => sum + (value - mean) ** 2 / kept.length, 0);
  const reach = Math.max((kept.at(-1) as number) - mean, mean - (kept[0] as number));
  return { mean, deviation: Math.sqrt(variance + step ** 2 / 12), reach: reach + step / 2 };
}
