import { type Column, DomainError, type Model } from "pushforward";
import { decodeTable, type Field, isOnGrid, isOutside } from "pushforward/tables";
import { csvCells } from "../output/cell-text.ts";
import { type Clause, type Condition, isCondition, obeys, valuesOf } from "../table/where.ts";
import { listed, quoted } from "../table/wording.ts";

type NumberField = Extract<Field, { type: "number" }>;

/**
 * What draws of a model can obey: exact numbers that miss the grid of their column by what rounding leaves are put on it.
 *
 * @throws DomainError for a condition that no draw obeys, before a million are tried, naming the column and what it
 * can be.
 */
export function possibleClauses(model: Model, clauses: readonly Clause[]): Clause[] {
  return clauses.map((clause) =>
    isCondition(clause)
      ? possibleCondition(model, clause)
      : { either: clause.either.map((all) => possibleClauses(model, all)) },
  );
}

function possibleCondition({ columns }: Model, condition: Condition): Condition {
  const { field } = condition;
  if (condition.operator === "is null" && !mayLack(field)) {
    throw new DomainError(`--where: ${quoted(field.name)} is never missing in this model`);
  }
  if (field.type !== "number") {
    refuseOtherValues(field, condition);
    return condition;
  }
  // A column that the model is conditioned on is any number.
  const column = columns.find(({ name }) => name === field.name);
  if (!column) return condition;
  for (const value of exactNumbers(condition)) refuseNumber(field, column, value);
  refuseBeyond(field, column, condition);
  return onGrid(field, column, condition);
}

const mayLack = (field: Field): boolean =>
  field.type === "number" ? field.standIn !== undefined : valuesOf(field).includes(null);

function refuseOtherValues(field: Field, condition: Condition): void {
  const values = valuesOf(field);
  if (values.some((value) => obeys(value, condition))) return;
  const all =
    field.type === "constant"
      ? `always ${constantText(field)}`
      : `one of ${listed(values.filter((value) => value !== null).map(String), 20)}`;
  throw new DomainError(`--where: no row can be like this: ${quoted(field.name)} is ${all}`);
}

function constantText(field: Extract<Field, { type: "constant" }>): string {
  if (field.value === null) return "missing";
  return typeof field.value === "number" ? numberText(field, field.value) : quoted(field.value);
}

/** The numbers that a column of numbers is to equal. */
export function exactNumbers(condition: Condition): number[] {
  if (condition.field.type !== "number") return [];
  if (condition.operator === "=") return [Number(condition.value)];
  return condition.operator === "in" ? condition.values.map(Number) : [];
}

function refuseNumber(field: NumberField, column: Column, value: number): void {
  const number = value - (field.offset ?? 0);
  if (isOnGrid(column, number) && !isOutside(column, number)) return;
  throw never(field, column, numberText(field, value));
}

/** A comparison that holds for any number of a column holds for one of its ends. */
function refuseBeyond(field: NumberField, column: Column, condition: Condition): void {
  if (!("value" in condition) || condition.operator === "=") return;
  if (endsOf(field, column).some((end) => obeys(end, condition))) return;
  const value = numberText(field, Number(condition.value));
  throw never(field, column, `${condition.operator} ${value}`);
}

function onGrid(field: NumberField, column: Column, condition: Condition): Condition {
  if (column.step === undefined) return condition;
  const nearest = (value: string | number) => drawnAs(field, column, Number(value));
  if (condition.operator === "=") return { ...condition, value: nearest(condition.value) };
  return condition.operator === "in"
    ? { ...condition, values: condition.values.map(nearest) }
    : condition;
}

/** The first and the last number of a column, infinite where there is no end. */
function endsOf(field: NumberField, column: Column): number[] {
  const { circle } = field;
  if (circle) return [circle.low, circle.low + circle.period];
  return [-Infinity, Infinity].map((end) => drawnAs(field, column, end));
}

/** The nearest number among those that are drawn, to the last digit. */
function drawnAs(field: NumberField, column: Column, value: number): number {
  const present = { fields: [{ ...field, standIn: undefined }], given: [] };
  const { columns } = decodeTable(present, [column], [value - (field.offset ?? 0)]);
  return Number(columns[0]?.cells[0]);
}

function never(field: NumberField, column: Column, what: string): DomainError {
  const { step } = column;
  const [low, high] = endsOf(field, column) as [number, number];
  const values = [
    ...(step === undefined ? [] : [gridText(field, step)]),
    ...(Number.isFinite(low) ? [`from ${numberText(field, low)}`] : []),
    ...(Number.isFinite(high) ? [`up to ${numberText(field, high)}`] : []),
  ];
  return new DomainError(
    `--where: ${quoted(field.name)} is never ${what}; the model's values of it are ${values.join(" ")}`,
  );
}

function gridText({ kind }: NumberField, step: number): string {
  const unit = kind === "timestamp" ? "seconds" : "";
  return step === 1 ? `whole ${unit || "numbers"}` : `steps of ${step} ${unit}`.trim();
}

/** A number as rows show it: of a date, the date. */
function numberText({ name, kind }: Field, value: number): string {
  if (kind === "text" || kind === "boolean") return String(value);
  return csvCells({ name, kind, cells: Float64Array.of(value) }, { name, kind })(0);
}
