import type { Model } from "pushforward";
import {
  decodeTable,
  encodeTable,
  type Field,
  type Table,
  type TableColumn,
  type TableSchema,
} from "pushforward/tables";
import { type TObject, type TSchema, Type } from "typebox";
import { counted, quoted } from "../table/wording.ts";
import { RequestError } from "./request-error.ts";
import { LARGEST, latentFormat, mostRows, type RowFormat, written } from "./row-format.ts";

/** A row of a table in JSON: dates in ISO form, `null` where a cell is missing. */
type JsonRow = Record<string, string | number | null>;

/** How the rows of a model of a table of mixed columns are written in JSON: as objects, each cell as in the table. */
export function tableFormat(model: Model, table: TableSchema, maxRows: number): RowFormat {
  const { columns } = model;
  const most = mostRows(model, maxRows);
  const modelled = table.fields.filter(({ type }) => type !== "constant");
  const row = objectOf(modelled.map((field) => [field.name, requestCell(field)]));
  const context = objectOf(table.given.map((field) => [field.name, requestCell(field)]));
  const several = (items: TSchema, description: string) =>
    Type.Array(items, { minItems: 1, maxItems: most, description });
  return {
    ...latentFormat(model, most),
    most,
    names: table.fields.map(({ name }) => name),
    snapped: false,
    rows: several(row, "Rows: their cells by the names of the columns; dates in ISO form."),
    contexts:
      table.given.length > 0
        ? Type.Union([context, several(context, "One per row.")], {
            description:
              "Values of the columns that the model is conditioned on: for all rows, or one object per row.",
          })
        : null,
    answerRow: objectOf(table.fields.map((field) => [field.name, answerCell(field)])),
    exampleContext: table.given.length > 0 ? exampleOf(table.given) : undefined,
    readRows(rows) {
      const encoded = encodeTable(
        { ...table, given: [] },
        columns,
        tableOf(modelled, rows as JsonRow[]),
      );
      for (const [place, { column, value }] of encoded.faults) {
        throw new RequestError(
          422,
          "invalid",
          `/rows/${place}: the model was fitted to no row with ${quoted(column)} ${value === null ? "missing" : String(value)} as here`,
        );
      }
      const [count, width] = encoded.shape;
      return Array.from({ length: count }, (_, place) => ({
        cells: Array.from(encoded.data.subarray(place * width, (place + 1) * width)),
        standIn: encoded.standInLogDensity[place] as number,
      }));
    },
    readContexts(contexts, count) {
      if (contexts === undefined || table.given.length === 0) return undefined;
      const each = Array.isArray(contexts) ? contexts : new Array(count).fill(contexts);
      if (each.length !== count) {
        throw new RequestError(
          422,
          "invalid",
          `/context: has ${counted(each.length, "context")} for ${counted(count, "row")}; give one per row, or one for all ` +
            "without a list around it",
        );
      }
      const given = tableOf(table.given, each as JsonRow[]);
      const { context } = encodeTable({ fields: [], given: table.given }, [], given);
      const [rows, width] = context?.shape ?? [0, 0];
      return Array.from({ length: rows }, (_, place) =>
        Array.from(context?.data.subarray(place * width, (place + 1) * width) ?? []),
      );
    },
    writeRows: ({ data }) => rowsOf(decodeTable({ ...table, given: [] }, columns, data), table),
  };
}

function objectOf(properties: [string, TSchema][]): TObject {
  return Type.Object(Object.fromEntries(properties), { additionalProperties: false });
}

const isTime = ({ kind }: Field): boolean => kind === "date" || kind === "timestamp";

/** What a cell of a request may be: a gap only where the model knows of gaps. */
function requestCell(field: Field): TSchema {
  if (field.type === "category") return Type.Unsafe({ enum: field.values.map(jsonCell(field)) });
  if (isTime(field)) {
    const format = field.kind === "date" ? "date" : "date-time";
    const text = Type.Unsafe<string>({
      type: "string",
      maxLength: 40,
      description: `ISO ${format}`,
    });
    return mayBeMissing(field) ? Type.Union([text, Type.Null()]) : text;
  }
  const number = Type.Number({ minimum: -LARGEST, maximum: LARGEST });
  return mayBeMissing(field) ? Type.Union([number, Type.Null()]) : number;
}

const mayBeMissing = (field: Field): boolean =>
  field.type === "number" && field.standIn !== undefined;

function answerCell(field: Field): TSchema {
  const type =
    field.type === "category" ? categoryType(field.values) : isTime(field) ? "string" : "number";
  if (field.type === "constant") return Type.Unsafe({ const: jsonCell(field)(field.value) });
  return Type.Unsafe({ type: [type, "null"], description: "null: missing." });
}

const categoryType = (values: readonly unknown[]) =>
  values.some((value) => typeof value === "string") ? "string" : "number";

/** A value of a field as it stands in JSON. */
const jsonCell =
  ({ kind }: Field) =>
  (value: string | number | null) =>
    value === null || kind === "number"
      ? value
      : typeof value === "number"
        ? timeText(kind, value)
        : value;

function timeText(kind: Field["kind"], value: number): string {
  const date = new Date(value * (kind === "date" ? 86_400_000 : 1000)).toISOString();
  return kind === "date" ? date.slice(0, 10) : date;
}

/** The first of each field's values, or a number that it may be. */
function exampleOf(given: readonly Field[]): JsonRow {
  return Object.fromEntries(
    given.map((field) => {
      if (field.type === "category") return [field.name, jsonCell(field)(field.values[0] ?? null)];
      return [field.name, isTime(field) ? timeText(field.kind, 0) : 0];
    }),
  );
}

function tableOf(fields: readonly Field[], rows: readonly JsonRow[]): Table {
  return {
    rows: rows.length,
    columns: fields.map((field): TableColumn => {
      const { name, kind } = field;
      const cells = rows.map((row, place) => readCell(field, row[name] ?? null, place));
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

function readCell(
  field: Field,
  cell: string | number | null,
  place: number,
): string | number | null {
  if (cell === null || !isTime(field)) return cell;
  const milliseconds = Date.parse(String(cell));
  if (!Number.isNaN(milliseconds))
    return milliseconds / (field.kind === "date" ? 86_400_000 : 1000);
  throw new RequestError(
    422,
    "invalid",
    `/rows/${place}: ${quoted(field.name)} is no ISO date: ${quoted(String(cell))}`,
  );
}

function rowsOf({ rows, columns }: Table, { fields }: TableSchema): JsonRow[] {
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(
      fields.map((field, place) => {
        const cell = columns[place]?.cells[row] ?? null;
        if (typeof cell !== "number") return [field.name, cell];
        const exact = field.type !== "number" || isTime(field);
        return [field.name, exact ? jsonCell(field)(cell) : written(cell)];
      }),
    ),
  );
}
