import { type Column, DomainError, type Model } from "pushforward";
import type { Field } from "pushforward/tables";
import { type Clause, type Condition, conditionsIn } from "../table/where.ts";
import { quoted } from "../table/wording.ts";

/**
 * Refuses conditions that no draw of a model can obey, before a million are tried.
 *
 * @throws DomainError naming the column and what it can be.
 */
export function refuseImpossible(model: Model, clauses: readonly Clause[]): void {
  for (const condition of clauses.flatMap(conditionsIn)) {
    const { field } = condition;
    if (condition.operator === "is null" && !mayLack(field)) {
      throw new DomainError(`--where: ${quoted(field.name)} is never missing in this model`);
    }
    for (const value of exactNumbers(condition)) refuseValue(model, field, value);
  }
}

const mayLack = (field: Field): boolean =>
  field.type === "number"
    ? field.standIn !== undefined
    : field.type === "category"
      ? field.values.includes(null)
      : field.value === null;

/** The numbers that a column of numbers is to equal. */
export function exactNumbers(condition: Condition): number[] {
  if (condition.field.type !== "number") return [];
  if (condition.operator === "=") return [Number(condition.value)];
  return condition.operator === "in" ? condition.values.map(Number) : [];
}

function refuseValue({ columns }: Model, field: Field, value: number): void {
  const column = columns.find(({ name }) => name === field.name);
  // Angles are wrapped into their turn.
  if (field.type !== "number" || field.circle || !column) return;
  const { offset = 0 } = field;
  const { step, origin = 0 } = column;
  const [low, high] = rangeOf(column).map((end) => end + offset) as [number, number];
  const steps = step === undefined ? 0 : (value - offset - origin) / step;
  const isOnGrid = Math.abs(steps - Math.round(steps)) <= OFF_GRID;
  if (isOnGrid && value >= low && value <= high) return;
  const name = quoted(field.name);
  if (field.kind !== "number") {
    throw new DomainError(`--where: ${name} is never that ${field.kind}; the model's are others`);
  }
  const grid = step === undefined ? [] : [step === 1 ? "whole numbers" : `steps of ${step}`];
  const ends = [
    ...(Number.isFinite(low) ? [`from ${low}`] : []),
    ...(Number.isFinite(high) ? [`up to ${high}`] : []),
  ];
  throw new DomainError(
    `--where: ${name} is never ${value}; the model's values of it are ${[...grid, ...ends].join(" ")}`,
  );
}

/** Share of a step by which a value may miss its grid. */
const OFF_GRID = 1e-3;

/** Where the values of a column lie, both ends included. */
function rangeOf({ range, map }: Column): [number, number] {
  if (range) return [range[0] ?? -Infinity, range[1] ?? Infinity];
  switch (map?.kind) {
    case "exp":
    case "softplus":
      return [map.low, Infinity];
    case "sigmoid":
      return [map.low, map.high];
    default:
      return [-Infinity, Infinity];
  }
}
