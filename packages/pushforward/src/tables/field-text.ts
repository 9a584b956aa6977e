import type { Column } from "../core/column.ts";
import { eventNumbers, type Field, type TableSchema } from "../core/table-schema.ts";

/** What a model takes a column of its table for: its name, and that in a few words. */
export interface FieldText {
  readonly name: string;
  readonly text: string;
  readonly given: boolean;
}

/** All columns of a schema in words, those given last. */
export function fieldTexts(schema: TableSchema, columns: readonly Column[]): FieldText[] {
  let place = 0;
  const events = schema.fields.map((field) => {
    const column = columns[place];
    place += eventNumbers(field);
    return { name: field.name, text: textOf(field, column), given: false };
  });
  const given = schema.given.map((field) => ({
    name: field.name,
    text: textOf(field, undefined),
    given: true,
  }));
  return [...events, ...given];
}

function textOf(field: Field, column: Column = {}): string {
  const shown = (value: unknown) => (value === null ? "missing" : JSON.stringify(value));
  if (field.type === "constant") return `always ${shown(field.value)}`;
  if (field.type === "category") {
    const { values } = field;
    const some = values.slice(0, 5).map(shown).join(", ");
    return values.length > 5 ? `one of ${values.length}: ${some}, ...` : `one of ${some}`;
  }
  const { circle, standIn, kind } = field;
  const words = [
    ...(kind === "number" ? [] : [kind]),
    circle ? `angle from ${circle.low} to ${circle.low + circle.period}` : rangeOf(column),
    ...(column.step === undefined || kind === "date" ? [] : [gridOf(column)]),
    ...(standIn ? ["may be missing"] : []),
  ];
  return words.join(", ");
}

function rangeOf({ map, range }: Column): string {
  const [low, high] = range ?? [];
  if (map?.kind === "sinh") return "heavy-tailed";
  if ((map?.kind === "sigmoid" || map?.kind === "histogram") && range) return `${low} to ${high}`;
  return map ? "not negative" : "any number";
}

function gridOf({ step, origin = 0 }: Column): string {
  if (step === 1 && Number.isInteger(origin)) return "whole";
  const isMultiple = Number.isInteger(Number((origin / (step ?? 1)).toPrecision(12)));
  return `in steps of ${step}${isMultiple ? "" : `, such as ${origin}`}`;
}
