import { DomainError, type Model } from "pushforward";
import {
  decodeTable,
  type EncodedTable,
  encodeTable,
  type Field,
  isMissing,
  SCORE_DRAWS,
  scorePoints,
  type Table,
  type TableColumn,
  type TableSchema,
} from "pushforward/tables";
import { type TObject, type TSchema, Type } from "typebox";
import { quoted } from "../table/wording.ts";
import { RequestError } from "./request-error.ts";
import {
  type Cells,
  checkContexts,
  latentFormat,
  mostRows,
  type RowFormat,
  UNUSABLE,
  written,
} from "./row-format.ts";
import { rowAtPoints, type StandIns, standInsOf } from "./stand-ins.ts";
import {
  answerCell,
  isTime,
  type JsonCell,
  jsonCell,
  readCell,
  requestCell,
} from "./table-cells.ts";

/** A row of a table in JSON. */
type JsonRow = Record<string, JsonCell>;

/**
 * How the rows of a model of a table of mixed columns are written in JSON: as objects, each cell as
 * in the table.
 *
 * @throws DomainError when a column's name cannot be a key.
 */
export function tableFormat(model: Model, table: TableSchema, maxRows: number): RowFormat {
  checkNames(table);
  const { columns } = model;
  const { fields, given } = table;
  const most = mostRows(model, maxRows);
  const modelled = fields.filter(({ type }) => type !== "constant");
  const several = (items: TSchema, description: string) =>
    Type.Array(items, { minItems: 1, maxItems: most, description });
  const points = scorePoints(fields, columns, SCORE_DRAWS);
  const standIns = standInsOf(
    modelled,
    columns,
    tableOf(modelled, [{}], () => ""),
    points,
  );
  const onGrid = columns.some(({ step }) => step !== undefined);
  const row = objectOf(
    modelled.map((field, index) => {
      const { place } = standIns[index] as StandIns;
      return [field.name, requestCell(field, columns[place])];
    }),
  );
  return {
    ...latentFormat(model, most),
    most,
    names: namesOf(modelled),
    given: given.length > 0 ? namesOf(given) : null,
    snapped: false,
    rows: several(row, "Rows: their cells by the names of the columns; dates in ISO form."),
    contexts: given.length > 0 ? contextsOf(given, several) : null,
    answerRow: objectOf(fields.map((field) => [field.name, answerCell(field)])),
    exampleContext: given.length > 0 ? exampleOf(given) : undefined,
    readRows(rows, spread) {
      const read = tableOf(modelled, rows as JsonRow[], (place) => `/rows/${place}`);
      const encoded = encodeTable({ fields, given: [] }, columns, read, points[0]?.standIns);
      refuseFaults(encoded, fields);
      return cellsOf(encoded).map((cells, place) => {
        // A number beyond the ends of its column: no density.
        if (encoded.faults.has(place)) return [{ cells, standIn: Infinity }];
        if (!spread || !(onGrid || encoded.standInRows.has(place))) return [{ cells, standIn: 0 }];
        const isGap = (column: TableColumn | undefined) => column && isMissing(column, place);
        const missing = standIns.filter((_, column) => isGap(read.columns[column]));
        return rowAtPoints(cells, missing, points);
      });
    },
    readContexts(contexts, count) {
      if (contexts === undefined || given.length === 0) return undefined;
      if (!Array.isArray(contexts)) {
        const one = tableOf(given, [contexts as JsonRow], () => "/context");
        return new Array<Cells>(count).fill(contextCells(given, one)[0] as Cells);
      }
      checkContexts(contexts, count);
      return contextCells(
        given,
        tableOf(given, contexts, (place) => `/context/${place}`),
      );
    },
    writeRows: ({ data }) => rowsOf(decodeTable({ fields, given: [] }, columns, data), table),
  };
}

function checkNames({ fields, given }: TableSchema): void {
  const unusable = namesOf([...fields, ...given]).find((name) => UNUSABLE.has(name));
  if (unusable === undefined) return;
  throw new DomainError(
    `the model has a column named ${quoted(unusable)}, which cannot be a key of the JSON that is ` +
      "served; rename it in the data and fit again",
  );
}

const namesOf = (fields: readonly Field[]): string[] => fields.map(({ name }) => name);

function objectOf(properties: [string, TSchema][]): TObject {
  return Type.Object(Object.fromEntries(properties), { additionalProperties: false });
}

function contextsOf(
  given: readonly Field[],
  several: (items: TSchema, description: string) => TSchema,
): TSchema {
  const context = objectOf(given.map((field) => [field.name, requestCell(field)]));
  return Type.Union([context, several(context, "One per row.")], {
    description:
      "Values of the columns that the model is conditioned on: for all rows, or one object per row.",
  });
}

/** The first of each field's values, or a number that it may be. */
function exampleOf(given: readonly Field[]): JsonRow {
  return Object.fromEntries(
    given.map((field) => [
      field.name,
      jsonCell(field)(field.type === "category" ? (field.values[0] ?? null) : 0),
    ]),
  );
}

/** @param placeOf a row, for messages. */
function tableOf(
  fields: readonly Field[],
  rows: readonly JsonRow[],
  placeOf: (row: number) => string,
): Table {
  return {
    rows: rows.length,
    columns: fields.map((field): TableColumn => {
      const { name, kind } = field;
      const cells = rows.map((row, place) => readCell(field, row[name] ?? null, placeOf(place)));
      return kind === "text" || kind === "boolean"
        ? { name, kind, cells: cells as (string | null)[] }
        : {
            name,
            kind,
            cells: Float64Array.from(cells, (cell) => (cell === null ? Number.NaN : Number(cell))),
          };
    }),
  };
}

/** What the schema of requests lets pass, and no row that the model was fitted to was like. */
function refuseFaults({ faults }: EncodedTable, fields: readonly Field[]): void {
  for (const [place, { column, kind }] of faults) {
    if (kind === "outside") continue;
    const field = fields.find(({ name }) => name === column);
    const other = field?.type === "number" ? field.missingWith : undefined;
    const reason =
      other === undefined
        ? `${quoted(column)} is not as in any row that the model was fitted to`
        : `${quoted(other)} and ${quoted(column)} were either both there or both missing in all ` +
          "rows that the model was fitted to; give both, or null for both";
    throw new RequestError(422, "invalid", `/rows/${place}: ${reason}`);
  }
}

function contextCells(given: readonly Field[], rows: Table): Cells[] {
  const { context } = encodeTable({ fields: [], given }, [], rows);
  return context ? cellsOf(context) : [];
}

function cellsOf({ data, shape: [rows, width] }: Pick<EncodedTable, "data" | "shape">): Cells[] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from(data.subarray(row * width, (row + 1) * width)),
  );
}

function rowsOf({ rows, columns }: Table, { fields }: TableSchema): JsonRow[] {
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(
      fields.map((field, place) => {
        const cell = columns[place]?.cells[row] ?? null;
        const exact = typeof cell !== "number" || field.type !== "number" || isTime(field);
        return [field.name, exact ? jsonCell(field)(cell) : written(cell)];
      }),
    ),
  );
}
