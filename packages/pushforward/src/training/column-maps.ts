import { blockwise } from "../bijectors/blockwise.ts";
import { chain } from "../bijectors/chain.ts";
import { exp } from "../bijectors/exp.ts";
import { fixedAffine } from "../bijectors/fixed-affine.ts";
import { histogram } from "../bijectors/histogram.ts";
import { sigmoid } from "../bijectors/sigmoid.ts";
import { sinh } from "../bijectors/sinh.ts";
import { softplus } from "../bijectors/softplus.ts";
import type { Bijector } from "../core/bijector.ts";
import { type Column, type ColumnMap, columnLabel, isHistogram } from "../core/column.ts";
import { DataError, DomainError } from "../core/errors.ts";
import { normalized } from "../numerics/normalized.ts";

type Kind = ColumnMap["kind"];

type Of<K extends Kind> = Extract<ColumnMap, { kind: K }>;

/** What {@link fixedAffine} makes of the bijector's values. */
interface Affine {
  shift: number;
  scale: number;
}

const affines: { [K in Kind]: (map: Of<K>) => Affine } = {
  exp: ({ low }) => ({ shift: low, scale: 1 }),
  softplus: ({ low, scale }) => ({ shift: low, scale }),
  sigmoid: ({ low, high }) => ({ shift: low, scale: high - low }),
  sinh: ({ centre, scale }) => ({ shift: centre, scale }),
  histogram: ({ edges }) => {
    const [low, high] = [edges[0] as number, edges.at(-1) as number];
    return { shift: low, scale: high - low };
  },
};

/** Before the affine maps: the bijector of columns with maps of one kind. */
const bijectors: { [K in Kind]: (maps: readonly Of<K>[]) => Bijector } = {
  exp: ({ length }) => exp({ shape: [length] }),
  softplus: ({ length }) => softplus({ shape: [length] }),
  sigmoid: ({ length }) => sigmoid({ shape: [length] }),
  sinh: ({ length }) => sinh({ shape: [length] }),
  histogram: (maps) =>
    histogram({ widths: maps.map(widthsOf), shares: maps.map(({ shares }) => shares) }),
};

/** Between neighbouring edges. */
const widthsOf = ({ edges }: Of<"histogram">): number[] =>
  edges.slice(1).map((edge, k) => edge - (edges[k] as number));

const logisticMap: HostMap = {
  forward: (y) => Math.exp(logSigmoid(y)),
  inverse: (value) => Math.log(value) - Math.log1p(-value),
  logSlope: (y) => logSigmoid(y) + logSigmoid(-y),
};

/** The same maps on the host, in double precision. */
const onHost: { [K in Kind]: (map: Of<K>) => HostMap } = {
  exp: () => ({ forward: Math.exp, inverse: Math.log, logSlope: (y) => y }),
  softplus: () => ({
    forward: (y) => Math.max(y, 0) + Math.log1p(Math.exp(-Math.abs(y))),
    inverse: (value) => value + Math.log(-Math.expm1(-value)),
    logSlope: logSigmoid,
  }),
  sigmoid: () => logisticMap,
  sinh: () => ({
    forward: Math.sinh,
    inverse: Math.asinh,
    logSlope: (y) => Math.abs(y) + Math.log1p(Math.exp(-2 * Math.abs(y))) - Math.LN2,
  }),
  histogram: (map) => {
    const widths = normalized(widthsOf(map));
    const shares = normalized(map.shares);
    const [across, up] = [polyline(widths, shares), polyline(shares, widths)];
    return {
      forward: (y) => up(logisticMap.forward(y))[0],
      inverse: (value) => logisticMap.inverse(across(value)[0]),
      logSlope: (y) => Math.log(up(logisticMap.forward(y))[1]) + logisticMap.logSlope(y),
    };
  },
};

interface HostMap {
  forward: (y: number) => number;
  inverse: (value: number) => number;
  logSlope: (y: number) => number;
}

/** The line from (0, 0) on that has risen by `rises[k]` after each of the runs, and its slope; NaN outside of it. */
function polyline(runs: readonly number[], rises: readonly number[]) {
  return (x: number): [y: number, slope: number] => {
    let [left, y] = [0, 0];
    for (const [k, run] of runs.entries()) {
      const slope = (rises[k] as number) / run;
      if (x >= left && (x < left + run || k === runs.length - 1)) {
        return x <= 1 ? [y + (x - left) * slope, slope] : [Number.NaN, slope];
      }
      left += run;
      y += rises[k] as number;
    }
    return [Number.NaN, Number.NaN];
  };
}

function logSigmoid(y: number): number {
  return Math.min(y, 0) - Math.log1p(Math.exp(-Math.abs(y)));
}

const affineOf = (map: ColumnMap): Affine => affines[map.kind](map as never);
const onHostOf = (map: ColumnMap): HostMap => onHost[map.kind](map as never);

/** The maps of a table's columns as one bijector; `null` where no column has one. */
export function columnMaps(columns: readonly Column[]): Bijector | null {
  const kinds = Object.keys(bijectors) as Kind[];
  const blocks = kinds.flatMap((kind) => {
    const indices = columns.flatMap(({ map }, index) => (map?.kind === kind ? [index] : []));
    if (indices.length === 0) return [];
    const maps = indices.map((index) => columns[index]?.map as ColumnMap);
    const parts = maps.map(affineOf);
    const affine = fixedAffine({
      shift: parts.map(({ shift }) => shift),
      scale: parts.map(({ scale }) => scale),
    });
    const bijector = bijectors[kind](maps as never);
    return [{ indices, bijector: chain({ bijectors: [bijector, affine] }) }];
  });
  return blocks.length > 0 ? blockwise({ features: columns.length, blocks }) : null;
}

/** The number that a column's map takes to `value`; not finite outside of where it maps to. */
export function beforeMap(map: ColumnMap, value: number): number {
  const { shift, scale } = affineOf(map);
  return onHostOf(map).inverse((value - shift) / scale);
}

/** Whether a value stays within a map's reach when it is rounded to 32 bits. */
const isReached = (map: ColumnMap, value: number): boolean =>
  Number.isFinite(beforeMap(map, Math.fround(value)));

/** Where a column's map takes a number, and the logarithm of its slope there. */
export function throughMap(map: ColumnMap, y: number): [value: number, logSlope: number] {
  const { shift, scale } = affineOf(map);
  const { forward, logSlope } = onHostOf(map);
  return [shift + scale * forward(y), Math.log(scale) + logSlope(y)];
}

/**
 * Refuse maps that are none, or that do not reach all values of their column.
 *
 * @throws DomainError, DataError naming the column.
 */
export function checkMap(columns: readonly Column[], index: number, values: Float64Array): void {
  const { map, step = 0 } = columns[index] as Column;
  if (!map) return;
  const label = columnLabel(columns, index);
  if (!Object.hasOwn(affines, map.kind)) {
    throw new DomainError(
      `fit: the map of column ${label} is ${JSON.stringify(map)}; its kind must be one of ` +
        `${Object.keys(affines).join(", ")}.`,
    );
  }
  if (map.kind === "histogram" && !isHistogram(map.edges, map.shares)) {
    throw new DomainError(
      `fit: the map of column ${label} is ${JSON.stringify(map)}; its edges must ascend, with a share above 0 between ` +
        "each two.",
    );
  }
  const { shift, scale } = affineOf(map);
  if (!(Number.isFinite(shift) && Number.isFinite(scale) && scale > 0)) {
    throw new DomainError(
      `fit: the map of column ${label} is ${JSON.stringify(map)}; its numbers must be finite, and high above low ` +
        "or scale above 0.",
    );
  }
  const bad = values.find(
    (value) => !(isReached(map, value - step / 2) && isReached(map, value + step / 2)),
  );
  if (bad === undefined) return;
  const cell = step > 0 ? ` and the cell of ${step} around it` : "";
  throw new DataError(
    `fit: column ${label} holds ${bad}, which its map ${map.kind} from ${shift} does not reach${cell}; correct ` +
      "the value, or give the column other bounds.",
  );
}
