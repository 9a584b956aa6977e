import { DomainError, type Model } from "pushforward";
import {
  imputeTable,
  joinTables,
  sampleTable,
  schemaOf,
  selectRows,
  type Table,
  type TableColumn,
  type Values,
} from "pushforward/tables";
import { type Condition, parseWhere, rowsWhere } from "../table/where.ts";
import { counted, listed } from "../table/wording.ts";

export interface DrawOptions {
  seed: number;
  temperature?: number | undefined;
  where?: string | undefined;
}

/** Rows drawn at once, and all in all, in the search for those that obey conditions. */
const LEAST_AT_ONCE = 4096;
const MOST_DRAWS = 1_000_000;

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
  const conditions =
    where === undefined ? [] : parseWhere(where, [...schema.fields, ...schema.given]);
  refuseContradiction(conditions);
  const isGiven = ({ field }: Condition) => schema.given.includes(field);
  const given = givenValues(
    conditions.filter(isGiven),
    schema.given.map(({ name }) => name),
  );
  const others = conditions.filter((condition) => !isGiven(condition));
  const fixed = others.filter((condition) => isExact(model, condition));
  if (fixed.length > 0) {
    if (temperature !== undefined && temperature !== 1) {
      throw new DomainError(
        "--temperature: rows with an exact number in --where are drawn at temperature 1",
      );
    }
    return drawFixed(model, count, given, others, seed);
  }
  return drawUntil(model, count, others, (rows, round) =>
    sampleTable(model, rows, { seed: seed + round, temperature, given }),
  );
}

function givenValues(conditions: readonly Condition[], names: readonly string[]): Values {
  const unequal = conditions.find(({ operator }) => operator !== "=");
  if (unequal) {
    throw new DomainError(
      `--where: the model is conditioned on ${listed([unequal.field.name])}, which needs one value: use =`,
    );
  }
  const values = Object.fromEntries(conditions.map(({ field, value }) => [field.name, value]));
  const lacking = names.filter((name) => !Object.hasOwn(values, name));
  if (lacking.length === 0) return values;
  throw new DomainError(
    `the model is conditioned on ${listed(names)}; give a value of each: --where "${lacking[0]} = ..."`,
  );
}

/** @throws DomainError for a column that is to equal two values. */
function refuseContradiction(conditions: readonly Condition[]): void {
  const equal = conditions.filter(({ operator }) => operator === "=");
  const other = equal.find(({ field, value }) =>
    equal.some((each) => each.field.name === field.name && each.value !== value),
  );
  if (!other) return;
  throw new DomainError(`--where: ${listed([other.field.name])} cannot equal two values at once`);
}

/** Whether a condition asks for one number of a continuous column. */
function isExact({ columns }: Model, { field, operator }: Condition): boolean {
  const column = columns.find(({ name }) => name === field.name);
  return field.type === "number" && operator === "=" && column?.step === undefined;
}

async function drawFixed(
  model: Model,
  count: number,
  given: Values,
  conditions: readonly Condition[],
  seed: number,
): Promise<Table> {
  const equal = conditions.filter(({ operator }) => operator === "=");
  const values = {
    ...given,
    ...Object.fromEntries(equal.map(({ field, value }) => [field.name, value])),
  };
  const rest = conditions.filter((condition) => !equal.includes(condition));
  return drawUntil(model, count, rest, async (rows, round) => {
    const table = withGaps(model, Math.min(rows, count), values);
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
    const value = field.type === "constant" ? field.value : (values[name] ?? null);
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

/** Draws rows, and again those that do not obey. */
async function drawUntil(
  model: Model,
  count: number,
  conditions: readonly Condition[],
  draw: (rows: number, round: number) => Promise<Table>,
): Promise<Table> {
  if (conditions.length === 0) return draw(count, 0);
  let found: Table | null = null;
  let drawn = 0;
  for (let round = 0; (found?.rows ?? 0) < count && drawn < MOST_DRAWS; round++) {
    const rows = Math.max(count, LEAST_AT_ONCE);
    const table = await draw(rows, round);
    drawn += table.rows;
    const kept = selectRows(table, rowsWhere(table, conditions));
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
