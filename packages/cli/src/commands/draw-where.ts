import { DomainError, type Model } from "pushforward";
import {
  type Field,
  imputeTable,
  joinTables,
  sampleTable,
  schemaOf,
  selectRows,
  type Table,
  type TableColumn,
  type Values,
} from "pushforward/tables";
import {
  type Clause,
  type Condition,
  conditionsIn,
  isCondition,
  parseWhere,
  rowsWhere,
} from "../table/where.ts";
import { counted, listed } from "../table/wording.ts";
import { exactNumbers, possibleClauses } from "./where-checks.ts";

export interface DrawOptions {
  seed: number;
  temperature?: number | undefined;
  where?: string | undefined;
}

/** Rows drawn at once, and all in all, in the search for those that obey conditions. */
const LEAST_AT_ONCE = 4096;
const MOST_DRAWS = 1_000_000;

/** Imputed rows cost more than draws: so many at once at least, and so often at most. */
const LEAST_IMPUTED = 256;
const IMPUTED_ROUNDS = 40;

/**
 * Draws rows of a table that obey conditions: columns that the model is conditioned on get their values; of the
 * others, rows that do not obey are drawn again. A number that must equal a value exactly, which no draw of a continuous
 * column ever does, is held fixed and the other columns are drawn given it.
 *
 * @throws DomainError where the conditions make no sense, or too few draws obey them.
 */
export async function drawWhere(model: Model, count: number, options: DrawOptions): Promise<Table> {
  const { seed, temperature, where } = options;
  const schema = schemaOf("sample", model);
  const parsed = where === undefined ? [] : parseWhere(where, [...schema.fields, ...schema.given]);
  const clauses = possibleClauses(model, parsed);
  refuseContradiction(clauses.filter(isCondition));
  const isGiven = (clause: Clause) => givenIn(clause, schema.given) !== undefined;
  const given = givenValues(clauses.filter(isGiven), schema.given);
  const others = clauses.filter((clause) => !isGiven(clause));
  for (const clause of others) refuseInexact(model, clause);
  const fixed = others.filter((clause) => isExact(model, clause));
  if (fixed.length > 0) {
    if (temperature !== undefined && temperature !== 1) {
      throw new DomainError(
        "--temperature: rows with an exact number in --where are drawn at temperature 1",
      );
    }
    return drawFixed(model, count, given, others, seed);
  }
  return drawUntil(model, { count }, others, (rows, round) =>
    sampleTable(model, rows, { seed: seed + round, temperature, given }),
  );
}

/** The first column in a clause of those that the model is conditioned on. */
const givenIn = (clause: Clause, given: readonly Field[]): Field | undefined =>
  conditionsIn(clause).find(({ field }) => given.includes(field))?.field;

function givenValues(clauses: readonly Clause[], given: readonly Field[]): Values {
  const values = Object.fromEntries(clauses.map((clause) => givenValue(clause, given)));
  const names = given.map(({ name }) => name);
  const lacking = names.filter((name) => !Object.hasOwn(values, name));
  if (lacking.length === 0) return values;
  throw new DomainError(
    `the model is conditioned on ${listed(names)}; give a value of each: --where "${lacking[0]} = ..."`,
  );
}

/** The one value that a clause gives a column that the model is conditioned on. */
function givenValue(
  clause: Clause,
  given: readonly Field[],
): [name: string, string | number | null] {
  const value = isCondition(clause) ? heldValue(clause) : undefined;
  const name = givenIn(clause, given)?.name ?? "";
  if (value !== undefined) return [name, value];
  throw new DomainError(
    `--where: the model is conditioned on ${listed([name])}, which needs one value: use =, without or`,
  );
}

/** The value that a condition holds its column at: null where it is to be missing; undefined: at none. */
function heldValue(condition: Condition): string | number | null | undefined {
  if (condition.operator === "=") return condition.value;
  return condition.operator === "is null" ? null : undefined;
}

/** @throws DomainError for a column that is to equal two values, or one and none. */
function refuseContradiction(conditions: readonly Condition[]): void {
  const held = new Map<string, string | number | null>();
  for (const condition of conditions) {
    const { name } = condition.field;
    const value = heldValue(condition);
    if (value === undefined) continue;
    const other = held.get(name);
    held.set(name, value);
    if (other === undefined || other === value) continue;
    const both =
      other === null || value === null ? "be missing and equal a value" : "equal two values";
    throw new DomainError(`--where: ${listed([name])} cannot ${both} at once`);
  }
}

/** Whether a clause asks for one number of a continuous column. */
const isExact = (model: Model, clause: Clause): boolean =>
  isCondition(clause) && clause.operator === "=" && isContinuous(model, clause);

function isContinuous({ columns }: Model, { field }: Condition): boolean {
  const column = columns.find(({ name }) => name === field.name);
  return field.type === "number" && column?.step === undefined;
}

/** @throws DomainError for exact numbers of a continuous column among alternatives: no draw equals any. */
function refuseInexact(model: Model, clause: Clause): void {
  if (isExact(model, clause)) return;
  const exact = conditionsIn(clause).find(
    (condition) => exactNumbers(condition).length > 0 && isContinuous(model, condition),
  );
  if (!exact) return;
  throw new DomainError(
    `--where: ${listed([exact.field.name])} is continuous, and no draw equals one of several numbers; ask for one ` +
      "of them at a time, or for a range",
  );
}

async function drawFixed(
  model: Model,
  count: number,
  given: Values,
  clauses: readonly Clause[],
  seed: number,
): Promise<Table> {
  const equal = clauses.flatMap((clause) =>
    isCondition(clause) && clause.operator === "=" ? [clause] : [],
  );
  const values = {
    ...given,
    ...Object.fromEntries(equal.map(({ field, value }) => [field.name, value])),
  };
  const rest = clauses.filter((clause) => equal.every((each) => each !== clause));
  const missing = rest.flatMap(conditionsIn).find(({ operator }) => operator === "is null");
  if (missing) {
    throw new DomainError(
      `--where: rows with an exact number are imputed, and no imputed cell is missing: ${listed([missing.field.name])} ` +
        "cannot be; ask for a range of numbers",
    );
  }
  const most = IMPUTED_ROUNDS * Math.max(count, LEAST_IMPUTED);
  return drawUntil(model, { count, most }, rest, async (rows, round) => {
    const table = withGaps(model, rest.length > 0 ? Math.max(count, LEAST_IMPUTED) : rows, values);
    const { tables, effectiveSizes } = await imputeTable(model, table, { seed: seed + round });
    if (effectiveSizes.get(0) === 0) {
      throw new DomainError(
        `--where: no row like this has any density: ${listed(Object.keys(values))}`,
      );
    }
    return tables[0] as Table;
  });
}

/** Rows that hold the values and nothing else. */
function withGaps(model: Model, rows: number, values: Values): Table {
  const { fields, given } = schemaOf("sample", model);
  const columns = [...given, ...fields].map(({ name, kind, ...field }): TableColumn => {
    const value = field.type === "constant" ? field.value : ownValue(values, name);
    if (kind === "text" || kind === "boolean") {
      return { name, kind, cells: new Array(rows).fill(value === null ? null : String(value)) };
    }
    return {
      name,
      kind,
      cells: new Float64Array(rows).fill(value === null ? Number.NaN : Number(value)),
    };
  });
  return { rows, columns };
}

const ownValue = (values: Values, name: string): string | number | null =>
  (Object.hasOwn(values, name) ? values[name] : undefined) ?? null;

/** Draws rows, and again those that do not obey. */
async function drawUntil(
  model: Model,
  { count, most = MOST_DRAWS }: { count: number; most?: number },
  clauses: readonly Clause[],
  draw: (rows: number, round: number) => Promise<Table>,
): Promise<Table> {
  if (clauses.length === 0) return draw(count, 0);
  let found: Table | null = null;
  let drawn = 0;
  for (let round = 0; (found?.rows ?? 0) < count && drawn < most; round++) {
    const rows = Math.max(count, LEAST_AT_ONCE);
    const table = await draw(rows, round);
    drawn += table.rows;
    const kept = selectRows(table, rowsWhere(table, clauses));
    found = found ? joinTables(found, kept) : kept;
  }
  if (found && found.rows >= count)
    return selectRows(
      found,
      Array.from({ length: count }, (_, row) => row),
    );
  throw new DomainError(
    `--where: ${counted(found?.rows ?? 0, "row")} of ${counted(drawn, "draw")} obey it; ask for fewer rows, widen it, or ` +
      `fit ${model.flowName} with --given to condition on such columns`,
  );
}
