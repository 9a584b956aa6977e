import { DomainError } from "pushforward";
import type { Field, Table } from "pushforward/tables";
import { isoTime } from "./iso-time.ts";
import { didYouMean } from "./nearest-name.ts";
import { insteadOfValue, refuseForeign } from "./where-hints.ts";
import { type Token, tokensOf } from "./where-tokens.ts";
import { listed, quoted } from "./wording.ts";

type Operator = "<=" | ">=" | "!=" | "=" | "<" | ">";

type Value = string | number;

/** What rows must be like: one column's value next to another, in a list, or missing. */
export type Condition = { readonly field: Field } & (
  | { readonly operator: Operator; readonly value: Value }
  | { readonly operator: "in" | "not in"; readonly values: readonly Value[] }
  | { readonly operator: "is null" | "is not null" }
);

/** Alternatives, each of which is what rows must be like in all. */
export interface Either {
  readonly either: readonly (readonly Clause[])[];
}

export type Clause = Condition | Either;

/**
 * Conditions such as `species in ('Gentoo', 'Adelie') and (body_mass > 4000 or sex is null)`. Names with blanks go in
 * double quotes, text in single ones; case matters only where two values differ by nothing else.
 *
 * @returns what must all hold.
 * @throws DomainError saying what is wrong, and what there is.
 */
export function parseWhere(text: string, fields: readonly Field[]): Clause[] {
  const reader = newReader(text, fields);
  const clauses = readEither(reader);
  if (reader.peek()) throw reader.unreadable();
  return clauses;
}

interface Reader {
  readonly fields: readonly Field[];
  /** The next token, and those after it. */
  peek(ahead?: number): Token | undefined;
  /** Takes the next token if it is this word or sign, in whatever case. */
  take(word: string): boolean;
  next(): Token | undefined;
  /** What is written from one token to before the next. */
  textFrom(first: Token): string;
  /** What cannot be read, from the start of the condition on. */
  unreadable(): DomainError;
  begin(): void;
}

function newReader(text: string, fields: readonly Field[]): Reader {
  const tokens = tokensOf(text);
  let place = 0;
  let start = 0;
  const reader: Reader = {
    fields,
    peek: (ahead = 0) => tokens[place + ahead],
    take(word) {
      const token = tokens[place];
      if (!isWord(token, word)) return false;
      place++;
      return true;
    },
    next: () => tokens[place++],
    textFrom: (first) => text.slice(first.begin, tokens[place - 1]?.end),
    unreadable() {
      const rest = text.slice(start).trim();
      const fault =
        rest === "" ? "it ends where a condition is expected" : `cannot read ${quoted(rest)}`;
      return new DomainError(
        `--where: ${fault}; write conditions such as ` +
          "\"species = 'Gentoo' and mass > 4000\", with and, or, in (...), is null and parentheses",
      );
    },
    begin() {
      start = tokens[place]?.begin ?? text.length;
    },
  };
  return reader;
}

const isWord = (token: Token | undefined, word: string): boolean =>
  token?.quote === undefined && token?.text.toLowerCase() === word;

/** Parentheses within each other: what no one writes, long before the stack overflows. */
const DEEPEST = 100;

function readEither(reader: Reader, depth = 0): Clause[] {
  if (depth > DEEPEST) {
    throw new DomainError(
      `--where: parentheses lie more than ${DEEPEST} deep; write it with fewer of them`,
    );
  }
  const either = [readAll(reader, depth)];
  while (reader.take("or")) either.push(readAll(reader, depth));
  return either.length === 1 ? (either[0] as Clause[]) : [{ either }];
}

function readAll(reader: Reader, depth: number): Clause[] {
  const all = readOne(reader, depth);
  while (reader.take("and")) all.push(...readOne(reader, depth));
  return all;
}

function readOne(reader: Reader, depth: number): Clause[] {
  reader.begin();
  const open = reader.peek();
  if (!open || !reader.take("(")) return [readCondition(reader)];
  const inside = readEither(reader, depth + 1);
  close(reader, open);
  return inside;
}

function close(reader: Reader, open: Token): void {
  if (reader.take(")")) return;
  if (reader.peek()) throw reader.unreadable();
  throw new DomainError(
    `--where: a parenthesis is not closed: ${quoted(reader.textFrom(open))}; write a ) where it ends`,
  );
}

const SIGNS: ReadonlyMap<string, Operator> = new Map([
  ["<=", "<="],
  [">=", ">="],
  ["!=", "!="],
  ["<>", "!="],
  ["==", "="],
  ["=", "="],
  ["<", "<"],
  [">", ">"],
]);

function readCondition(reader: Reader): Condition {
  const name = reader.next();
  if (!name || name.quote === "'" || isPunctuation(name)) throw reader.unreadable();
  if (reader.take("is")) {
    const operator = reader.take("not") ? "is not null" : "is null";
    if (!reader.take("null")) throw reader.unreadable();
    return { field: fieldNamed(name.text, reader.fields), operator };
  }
  const negated = isWord(reader.peek(), "not") && isWord(reader.peek(1), "in");
  if (negated) reader.next();
  if (reader.take("in")) return readList(reader, name.text, negated ? "not in" : "in");
  const sign = reader.peek();
  const operator = sign?.quote === undefined && SIGNS.get(sign?.text ?? "");
  if (!operator) {
    refuseForeign([name, sign, reader.peek(1)]);
    throw reader.unreadable();
  }
  reader.next();
  const right = readValue(reader);
  const field = fieldNamed(name.text, reader.fields);
  return { field, operator, value: valueIn(field, operator, right, reader.fields) };
}

function readList(reader: Reader, name: string, operator: "in" | "not in"): Condition {
  const open = reader.peek();
  if (!open || !reader.take("(")) throw reader.unreadable();
  const texts = [readValue(reader)];
  while (reader.take(",")) texts.push(readValue(reader));
  close(reader, open);
  const field = fieldNamed(name, reader.fields);
  const values = texts.map((text) => valueIn(field, "=", text, reader.fields));
  const [value] = values as [Value];
  return operator === "in" && values.length === 1
    ? { field, operator: "=", value }
    : { field, operator, values };
}

/** A text in quotes, or all words up to the next sign or word of the grammar. */
function readValue(reader: Reader): string {
  const first = reader.next();
  if (!first || isPunctuation(first)) throw reader.unreadable();
  if (first.quote !== undefined) return first.text;
  for (;;) {
    const token = reader.peek();
    const ends = !token || isPunctuation(token) || isWord(token, "and") || isWord(token, "or");
    if (ends || token.quote !== undefined) return reader.textFrom(first);
    reader.next();
  }
}

const isPunctuation = ({ quote, text }: Token): boolean =>
  quote === undefined && (/^[(),]$/.test(text) || SIGNS.has(text));

function fieldNamed(name: string, fields: readonly Field[]): Field {
  const found = fields.find((field) => field.name === name);
  if (found) return found;
  const names = fields.map((field) => field.name);
  throw new DomainError(
    `--where: the model has no column ${quoted(name)}${didYouMean(name, names)}; it has ${listed(names, 20)}`,
  );
}

function valueIn(field: Field, operator: Operator, text: string, fields: readonly Field[]): Value {
  if (field.type === "category" || field.kind === "text" || field.kind === "boolean") {
    return categoryIn(field, operator, text, fields);
  }
  const number =
    field.kind === "date" || field.kind === "timestamp"
      ? (isoTime(text, field.kind) ?? Number.NaN)
      : Number(text);
  if (text.trim() !== "" && Number.isFinite(number)) return number;
  const what = field.kind === "number" ? "a number" : `a ${field.kind}`;
  const instead = insteadOfValue(text, fields);
  throw new DomainError(
    `--where: ${quoted(field.name)} is ${what}, and ${quoted(text)} is none${instead && `; ${instead}`}`,
  );
}

function categoryIn(
  field: Field,
  operator: Operator,
  text: string,
  fields: readonly Field[],
): Value {
  const name = quoted(field.name);
  if (operator !== "=" && operator !== "!=") {
    throw new DomainError(
      `--where: ${name} is a category; =, !=, in, not in, is null and is not null make sense of it`,
    );
  }
  const known = valuesOf(field).filter((value) => value !== null);
  const same = known.find((value) => String(value) === text);
  const alike = known.filter((value) => String(value).toLowerCase() === text.toLowerCase());
  const value = same ?? (alike.length === 1 ? alike[0] : undefined);
  if (value !== undefined) return value;
  const instead = insteadOfValue(text, fields);
  // A list for many models may name what a column of this one, always the same, is not.
  if (field.type === "constant" && instead === "") return text;
  throw new DomainError(
    `--where: ${name} is never ${quoted(text)}; ${instead || `it is one of ${listed(known.map(String), 20)}`}`,
  );
}

/** All that the cells of a column can be, except of one of numbers. */
export function valuesOf(field: Field): readonly (Value | null)[] {
  if (field.type === "number") return [];
  return field.type === "constant" ? [field.value] : field.values;
}

/** The rows of a table that obey all clauses. */
export function rowsWhere(table: Table, clauses: readonly Clause[]): number[] {
  const obeys = allOf(table, clauses);
  return Array.from({ length: table.rows }, (_, row) => row).filter(obeys);
}

function allOf(table: Table, clauses: readonly Clause[]): (row: number) => boolean {
  const tests = clauses.map((clause) => {
    if (isCondition(clause)) {
      const column = table.columns.find(({ name }) => name === clause.field.name);
      return (row: number) => obeys(column?.cells[row] ?? null, clause);
    }
    const either = clause.either.map((all) => allOf(table, all));
    return (row: number) => either.some((test) => test(row));
  });
  return (row) => tests.every((test) => test(row));
}

export const isCondition = (clause: Clause): clause is Condition => "field" in clause;

/** All conditions in a clause. */
export const conditionsIn = (clause: Clause): Condition[] =>
  isCondition(clause) ? [clause] : clause.either.flat().flatMap(conditionsIn);

/** Whether a cell is as a condition asks. */
export function obeys(cell: Value | null, condition: Condition): boolean {
  const missing = cell === null || Number.isNaN(cell);
  if (!("value" in condition || "values" in condition)) {
    return missing === (condition.operator === "is null");
  }
  if (missing) return false;
  if ("values" in condition) {
    const isIn = condition.values.some((value) => String(value) === String(cell));
    return isIn === (condition.operator === "in");
  }
  const { operator, value } = condition;
  if (operator === "=") return String(cell) === String(value);
  if (operator === "!=") return String(cell) !== String(value);
  const [a, b] = [Number(cell), Number(value)];
  if (operator === "<") return a < b;
  if (operator === "<=") return a <= b;
  return operator === ">" ? a > b : a >= b;
}
