import { DomainError } from "pushforward";
import type { Field, Table } from "pushforward/tables";
import { isoTime } from "./iso-time.ts";
import { listed, quoted } from "./wording.ts";

const operators = ["<=", ">=", "!=", "=", "<", ">"] as const;

type Operator = (typeof operators)[number];

/** What rows must be like: one column's value next to another. */
export interface Condition {
  readonly field: Field;
  readonly operator: Operator;
  readonly value: string | number;
}

/**
 * Conditions such as `species = 'Gentoo' and body_mass > 4000`. Names with blanks go in double quotes, text in single
 * ones; case matters only where two values differ by nothing else.
 *
 * @throws DomainError saying what is wrong, and what there is.
 */
export function parseWhere(text: string, fields: readonly Field[]): Condition[] {
  return splitAtAnd(text).map((part) => parseCondition(part, fields));
}

/** The parts between the words `and` outside of quotes. */
function splitAtAnd(text: string): string[] {
  const tokens = text.match(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\s+|[^\s'"]+/g) ?? [];
  const parts: string[] = [""];
  for (const token of tokens) {
    if (/^and$/i.test(token)) parts.push("");
    else parts[parts.length - 1] += token;
  }
  return parts;
}

function parseCondition(part: string, fields: readonly Field[]): Condition {
  const found = /^\s*("(?:[^"]|"")*"|[^\s"'<>=!]+)\s*(<=|>=|!=|<>|==|=|<|>)\s*(.+?)\s*$/s.exec(
    part,
  );
  if (!found) {
    throw new DomainError(
      `--where: cannot read ${quoted(part.trim())}; write conditions such as "species = 'Gentoo' and mass > 4000"`,
    );
  }
  const [, name = "", sign = "", right = ""] = found;
  const field = fieldNamed(unquoted(name), fields);
  const operator = ({ "==": "=", "<>": "!=" }[sign] ?? sign) as Operator;
  return { field, operator, value: valueIn(field, operator, unquoted(right)) };
}

const unquoted = (text: string): string =>
  /^'.*'$/s.test(text)
    ? text.slice(1, -1).replaceAll("''", "'")
    : /^".*"$/s.test(text)
      ? text.slice(1, -1).replaceAll('""', '"')
      : text;

function fieldNamed(name: string, fields: readonly Field[]): Field {
  const found = fields.find((field) => field.name === name);
  if (found) return found;
  throw new DomainError(
    `--where: the model has no column ${quoted(name)}; it has ${listed(
      fields.map((field) => field.name),
      20,
    )}`,
  );
}

function valueIn(field: Field, operator: Operator, text: string): string | number {
  if (field.type === "constant" && String(field.value) === text) return field.value ?? text;
  if (field.type === "constant") {
    throw new DomainError(
      `--where: ${quoted(field.name)} is always ${quoted(String(field.value))}, never ${quoted(text)}`,
    );
  }
  if (field.type === "category") {
    if (operator !== "=" && operator !== "!=") {
      throw new DomainError(
        `--where: ${quoted(field.name)} is a category; only = and != make sense of it`,
      );
    }
    const known = field.values.filter((value) => value !== null);
    const same = known.find((value) => String(value) === text);
    const alike = known.filter((value) => String(value).toLowerCase() === text.toLowerCase());
    const value = same ?? (alike.length === 1 ? alike[0] : undefined);
    if (value !== undefined) return value;
    throw new DomainError(
      `--where: ${quoted(field.name)} is never ${quoted(text)}; it is one of ${listed(known.map(String), 20)}`,
    );
  }
  const number =
    field.kind === "date" || field.kind === "timestamp"
      ? (isoTime(text, field.kind) ?? Number.NaN)
      : Number(text);
  if (text.trim() !== "" && Number.isFinite(number)) return number;
  throw new DomainError(
    `--where: ${quoted(field.name)} is ${field.kind === "number" ? "a number" : `a ${field.kind}`}, and ${quoted(text)} is none`,
  );
}

/** The rows of a table that obey all conditions. */
export function rowsWhere(table: Table, conditions: readonly Condition[]): number[] {
  const tests = conditions.map((condition) => {
    const column = table.columns.find(({ name }) => name === condition.field.name);
    return (row: number) => obeys(column?.cells[row] ?? null, condition);
  });
  return Array.from({ length: table.rows }, (_, row) => row).filter((row) =>
    tests.every((test) => test(row)),
  );
}

function obeys(cell: string | number | null, { operator, value }: Condition): boolean {
  if (cell === null || Number.isNaN(cell)) return false;
  if (operator === "=") return String(cell) === String(value);
  if (operator === "!=") return String(cell) !== String(value);
  const [a, b] = [Number(cell), Number(value)];
  if (operator === "<") return a < b;
  if (operator === "<=") return a <= b;
  return operator === ">" ? a > b : a >= b;
}
