import type { Column } from "pushforward";
import type { Field } from "pushforward/tables";
import { type TSchema, Type } from "typebox";
import { isoTime } from "../table/iso-time.ts";
import { quoted } from "../table/wording.ts";
import { RequestError } from "./request-error.ts";
import { LARGEST } from "./row-format.ts";

/** A cell of a table in JSON: dates and times in ISO form, `null` where it is missing. */
export type JsonCell = string | number | boolean | null;

/**
 * What a cell of a request may be: a gap only where the model knows of gaps.
 *
 * @param column of the model that holds its number, where there is one.
 */
export function requestCell(field: Field, column?: Column): TSchema {
  if (field.type === "category") return Type.Unsafe({ enum: field.values.map(jsonCell(field)) });
  const cell = isTime(field) ? timeSchema(field) : numberSchema(column);
  return field.type === "number" && field.standIn ? Type.Union([cell, Type.Null()]) : cell;
}

/** The ends of a column are words only: outside of them rows are answered, their log-density is null. */
function numberSchema(column: Column = {}): TSchema {
  const support = supportText(column);
  return Type.Number({
    minimum: -LARGEST,
    maximum: LARGEST,
    ...(support && { description: `${support}; outside there is no density.` }),
  });
}

function supportText({ map, range }: Column): string | undefined {
  const [low = null, high = null] = (map && range) ?? [];
  if (low === null) return undefined;
  return high === null ? `From ${low} on` : `From ${low} to ${high}`;
}

const timeSchema = ({ kind }: Field) =>
  Type.String({ maxLength: 40, description: `ISO ${kind === "date" ? "date" : "date-time"}` });

/** What a cell of an answer may be. */
export function answerCell(field: Field): TSchema {
  if (field.type === "constant") return Type.Unsafe({ const: jsonCell(field)(field.value) });
  const type = { date: "string", timestamp: "string", ...TYPES }[field.kind];
  return Type.Unsafe({ type: [type, "null"], description: "null: missing." });
}

const TYPES = { number: "number", text: "string", boolean: "boolean" } as const;

export const isTime = ({ kind }: Field): boolean => kind === "date" || kind === "timestamp";

/** A value of a field as it stands in JSON. */
export const jsonCell =
  ({ kind }: Field) =>
  (value: string | number | null): JsonCell => {
    if (value === null) return null;
    if (kind === "boolean") return value === "true";
    return typeof value === "number" && kind !== "number" ? timeText(kind, value) : value;
  };

/** `null` for what is in no calendar. */
function timeText(kind: Field["kind"], value: number): string | null {
  const time = new Date(value * (kind === "date" ? 86_400_000 : 1000));
  if (Number.isNaN(time.getTime())) return null;
  const text = time.toISOString();
  return kind === "date" ? text.slice(0, text.indexOf("T")) : text;
}

/**
 * A cell of a request as a table has it.
 *
 * @param place of its row, for messages: `/rows/3`.
 * @throws RequestError (422) for a date that is none.
 */
export function readCell(field: Field, cell: JsonCell, place: string): string | number | null {
  if (typeof cell === "boolean") return String(cell);
  const { name, kind } = field;
  if (cell === null || (kind !== "date" && kind !== "timestamp")) return cell;
  const time = isoTime(String(cell), kind);
  if (time !== null) return time;
  const form = kind === "date" ? "2024-02-29" : "2024-02-29T12:30:00Z";
  throw new RequestError(
    422,
    "invalid",
    `${place}: ${quoted(name)} is no ISO ${kind} such as ${form}: ${quoted(String(cell))}`,
  );
}
