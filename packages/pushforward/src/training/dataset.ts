import { type Column, columnLabel } from "../core/column.ts";
import type { Distribution } from "../core/distribution.ts";
import { domainOf, intoBox, onCircle } from "../core/domain.ts";
import { ConditionError, DataError, DomainError } from "../core/errors.ts";
import { checkIntegers, integerColumns, integersOf } from "../core/integer-data.ts";
import { columnOf, type HostRows, type Rows, toHostRows, toImageRows } from "../core/rows.ts";
import { isImage, showShape, sizeOf } from "../core/shape.ts";
import { hostRandom } from "../numerics/host-random.ts";
import { streams } from "../numerics/streams.ts";
import { checkImages, checkTable, checkTrainingPart } from "./check-table.ts";
import { checkMap } from "./column-maps.ts";
import { dequantize, findGrid } from "./dequantization.ts";
import { fittedKind, type ResolvedFitOptions } from "./options.ts";

/** What a fit must know of a flow to read its data. */
type EventShapes = Pick<Distribution, "shape" | "condShape" | "flow">;

/** More rows than these would make the validation loss hardly more certain, only slower. */
const MOST_VALIDATION_ROWS = { vectors: 10_000, images: 1000, iterated: 2000 };

/** Rows with the context of each. */
export interface Part {
  readonly rows: HostRows;
  readonly context: HostRows | null;
}

/** What `fit` trains and validates on. */
export interface Dataset {
  readonly columns: readonly Column[];
  readonly train: Part;
  /** Already dequantised, with noise that stays the same. */
  readonly validation: Part;
}

/**
 * Read, check and split the data of a fit.
 *
 * @throws ShapeError, ConditionError, DataError.
 */
export function readDataset(flow: EventShapes, rows: Rows, options: ResolvedFitOptions): Dataset {
  const given = options.columns?.map((column) =>
    typeof column === "string" ? { name: column } : column,
  );
  checkForShape(flow, options);
  const all = readPart(flow, "fit", rows, options.context, given);
  checkColumns(given, all.rows.size);
  const integers = integersOf(flow);
  const columns = integers
    ? integerColumns(flow, integers)
    : describeColumns(all.rows, given, options);
  if (integers) checkImages(all.rows);
  else {
    columns.forEach((_, index) => {
      checkMap(columns, index, columnOf(all.rows, index));
    });
    checkTable(all.rows, columns, { ofTable: options.table !== undefined });
  }
  const { validation, seed } = options;
  const noise = hostRandom(seed, streams.validationNoise);
  const withNoise = (part: Part) => ({ ...part, rows: dequantize(part.rows, columns, noise) });
  if (typeof validation !== "number") {
    const { validationContext } = options;
    const part = readPart(flow, "fit: validation", validation, validationContext, columns);
    if (part.rows.count === 0) throw new DataError("fit: validation: got no rows.");
    return { columns, train: all, validation: withNoise(part) };
  }
  const order = hostRandom(seed, streams.split).shuffle(all.rows.count);
  const share = Math.round(validation * all.rows.count);
  const most = MOST_VALIDATION_ROWS[fittedKind(flow)];
  const held = Math.max(1, Math.min(share, all.rows.count - 1, most));
  const train = select(all, order.subarray(held));
  if (!integers) checkTrainingPart(train.rows, columns);
  return {
    columns,
    train,
    validation: withNoise(select(all, order.subarray(0, held))),
  };
}

/** @throws DomainError for options that events of this shape, or its context, have no use for. */
function checkForShape(flow: EventShapes, options: ResolvedFitOptions): void {
  const { shape, condShape } = flow;
  const { flips, contextNames } = options;
  if (flips && !isImage(shape)) {
    throw new DomainError(
      `fit: flips is for images, [channels, height, width]; events have the shape ${showShape(shape)}.`,
    );
  }
  const numbers = condShape ? sizeOf(condShape) : 0;
  const names = contextNames && new Set(contextNames);
  const areNames = contextNames?.every((name) => typeof name === "string");
  if (names && !(areNames && names.size === numbers && contextNames.length === numbers)) {
    throw new DomainError(
      `fit: contextNames must be ${numbers} different names, one for each number of the context; got ` +
        `${JSON.stringify(contextNames)}. Leave them out, or name every number.`,
    );
  }
  if (!integersOf(flow)) return;
  const useless = options.columns ? "columns" : options.dequantize === "none" ? "dequantize" : null;
  if (!useless) return;
  throw new DomainError(
    `fit: ${useless} is for tables; the values of pixels are known from the flow. Leave it out.`,
  );
}

function readPart(
  flow: EventShapes,
  who: string,
  rows: Rows,
  context: Rows | undefined,
  columns: readonly Column[] | undefined,
): Part {
  const integers = integersOf(flow);
  const given = integers
    ? toImageRows(who, rows, flow.shape)
    : toHostRows(who, rows, flow.shape, columns);
  checkIntegers(who, flow, given);
  const read = intoBox(who, domainOf(flow), given, onCircle, columns);
  if (!flow.condShape) {
    if (!context) return { rows: read, context: null };
    throw new ConditionError(`${who}: got a context, but the flow takes none. Build it with one.`);
  }
  if (!context) {
    throw new ConditionError(`${who}: the flow takes a context; pass one per row as \`context\`.`);
  }
  const readContext = toHostRows(`${who}: context`, context, flow.condShape);
  if (readContext.count !== read.count) {
    throw new ConditionError(
      `${who}: got ${read.count} rows and ${readContext.count} contexts, expected one per row.`,
    );
  }
  return { rows: read, context: readContext };
}

function checkColumns(columns: readonly Column[] | undefined, size: number): void {
  if (!columns) return;
  if (columns.length !== size) {
    throw new DataError(`fit: got ${columns.length} column names for ${size} columns.`);
  }
  columns.forEach(({ name, step }, index) => {
    if (name !== undefined && columns.findIndex((other) => other.name === name) !== index) {
      throw new DataError(
        `fit: two columns are called ${JSON.stringify(name)}; rename one of them.`,
      );
    }
    if (step !== undefined && !(Number.isFinite(step) && step > 0)) {
      throw new DomainError(
        `fit: the step of column ${columnLabel(columns, index)} must be a positive number, got ${step}.`,
      );
    }
  });
}

function describeColumns(
  rows: HostRows,
  given: readonly Column[] | undefined,
  { dequantize: mode }: ResolvedFitOptions,
): Column[] {
  return Array.from({ length: rows.size }, (_, index) => {
    const column = given?.[index] ?? {};
    if (mode === "none" || column.step !== undefined) return column;
    return { ...column, ...findGrid(columnOf(rows, index)) };
  });
}

/** The rows at the given indices, in that order. */
export function select({ rows, context }: Part, indices: ArrayLike<number>): Part {
  return { rows: gather(rows, indices), context: context && gather(context, indices) };
}

function gather({ data, size }: HostRows, indices: ArrayLike<number>): HostRows {
  const length = indices.length * size;
  const chosen = data instanceof Uint8Array ? new Uint8Array(length) : new Float64Array(length);
  for (let i = 0; i < indices.length; i++) {
    const from = (indices[i] as number) * size;
    chosen.set(data.subarray(from, from + size), i * size);
  }
  return { data: chosen, count: indices.length, size };
}
