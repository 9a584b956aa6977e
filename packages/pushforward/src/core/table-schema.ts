/** What the cells of a table's column are, before anything is made of them. */
export type CellKind = "number" | "date" | "timestamp" | "text" | "boolean";

interface FieldBase {
  readonly name: string;
  readonly kind: CellKind;
}

/** A column of numbers, dates or times: one number of the event, and one more where missing cells are modelled. */
export interface NumberField extends FieldBase {
  readonly type: "number";
  /** Angles and the like: values are wrapped into one turn from `low` on, which ends where data are rarest. */
  readonly circle?: { readonly low: number; readonly period: number; readonly cut: number };
  /** Of dates and times: taken off before they become numbers, which 32 bits resolve no further from 1970. */
  readonly offset?: number;
  /**
   * Where cells may be missing: ascending numbers. What stands in for a missing cell lies between two neighbours,
   * each pair as likely as any other. A second number of the event says whether the cell is missing.
   */
  readonly standIn?: readonly number[];
  /** A column before this one whose cells are missing in just the same rows: its second number is that of both. */
  readonly missingWith?: string;
}

/** A column of few different values, one of which may be `null`: missing. One number for two, else one for each. */
export interface CategoryField extends FieldBase {
  readonly type: "category";
  readonly values: readonly (string | number | null)[];
}

/** A column that was the same in every row: no number at all. */
export interface ConstantField extends FieldBase {
  readonly type: "constant";
  readonly value: string | number | null;
}

export type Field = NumberField | CategoryField | ConstantField;

/** How the columns of a table become the numbers of a model's events, and of its contexts. */
export interface TableSchema {
  /** Columns that the model is a density of, in the table's order. */
  readonly fields: readonly Field[];
  /** Columns that it is conditioned on. */
  readonly given: readonly Field[];
}

/** How many numbers of the event a field is. */
export function eventNumbers(field: Field): number {
  if (field.type === "constant") return 0;
  if (field.type === "number") return ownFlag(field) ? 2 : 1;
  return field.values.length === 2 ? 1 : field.values.length;
}

/** How many numbers of the context a field is: a circle's cosine and sine. */
export function contextNumbers(field: Field): number {
  if (field.type !== "number") return eventNumbers(field);
  return (field.circle ? 2 : 1) + (ownFlag(field) ? 1 : 0);
}

/** Whether a number of its own says that a cell is missing. */
export function ownFlag({ standIn, missingWith }: NumberField): boolean {
  return standIn !== undefined && missingWith === undefined;
}

/** The sum of `numbers` over fields. */
export function countNumbers(fields: readonly Field[], numbers: (field: Field) => number): number {
  return fields.reduce((sum, field) => sum + numbers(field), 0);
}

/** Whether what a file holds is a schema: nothing that is made of it later may fail. */
export function isTableSchema(value: unknown): value is TableSchema {
  const { fields, given } = (value ?? {}) as { fields?: unknown; given?: unknown };
  return [fields, given].every((list) => Array.isArray(list) && areFields(list));
}

function areFields(list: unknown[]): list is Field[] {
  if (!list.every(isField)) return false;
  const names = list.map(({ name }) => name);
  return list.every((field, place) => {
    if (names.indexOf(field.name) !== place) return false;
    if (field.type !== "number" || field.missingWith === undefined) return true;
    const other = list.slice(0, place).find(({ name }) => name === field.missingWith);
    return field.standIn !== undefined && other?.type === "number" && ownFlag(other);
  });
}

type AnyField = Partial<Omit<NumberField, "type">> & {
  readonly type?: string;
  readonly values?: unknown;
  readonly value?: unknown;
};

function isField(value: unknown): value is Field {
  const field = (value ?? {}) as AnyField;
  if (typeof field.name !== "string" || !kinds.includes(field.kind as CellKind)) return false;
  const isText = field.kind === "text" || field.kind === "boolean";
  const isCell = (cell: unknown) =>
    cell === null || (isText ? typeof cell === "string" : Number.isFinite(cell));
  if (field.type === "constant") return isCell(field.value);
  if (field.type === "category") {
    const { values } = field;
    return Array.isArray(values) && values.length > 1 && values.every(isCell);
  }
  const { circle, standIn, offset, missingWith } = field;
  return (
    field.type === "number" &&
    !isText &&
    (circle === undefined || isCircle(circle)) &&
    (standIn === undefined || isAscending(standIn)) &&
    (offset === undefined || Number.isFinite(offset)) &&
    (missingWith === undefined || typeof missingWith === "string")
  );
}

function isCircle(circle: unknown): boolean {
  const { low, period, cut } = (circle ?? {}) as Partial<NonNullable<NumberField["circle"]>>;
  return [low, period, cut].every(Number.isFinite) && (period as number) > 0;
}

function isAscending(list: unknown): boolean {
  return (
    Array.isArray(list) &&
    list.length > 1 &&
    list.every((knot, i) => Number.isFinite(knot) && (i === 0 || knot > list[i - 1]))
  );
}

const kinds: readonly CellKind[] = ["number", "date", "timestamp", "text", "boolean"];
