import { ConditionError } from "../core/errors.ts";
import type { TableSchema } from "../core/table-schema.ts";
import type { Model } from "../model/model.ts";
import { decodeTable, type Values } from "./decode-table.ts";
import { encodeTable } from "./encode-table.ts";
import { schemaOf } from "./schema-of.ts";
import type { Table } from "./table.ts";
import { listNames } from "./wording.ts";

export interface SampleTableOptions {
  /** Default 0. */
  seed?: number | undefined;
  /** As in {@link Model.sample}. */
  temperature?: number | undefined;
  /** A value for each column that the model is conditioned on. */
  given?: Values | undefined;
}

/**
 * Draw rows of a table in its original form: whole numbers are whole, bounds hold, categories are those of the data.
 *
 * @throws ConditionError for columns without a value, or with one that the model has not seen; DomainError.
 */
export async function sampleTable(
  model: Model,
  count: number,
  { seed = 0, temperature, given = {} }: SampleTableOptions = {},
): Promise<Table> {
  const schema = schemaOf("sampleTable", model);
  const context = contextOf(schema, given);
  const { data } = await model.sample(count, { seed, temperature, context, snapped: false });
  return decodeTable(schema, model.columns, data, given);
}

/** The one context that the values make; undefined for an unconditional model. */
function contextOf(schema: TableSchema, given: Values) {
  const names = schema.given.map(({ name }) => name);
  const unknown = Object.keys(given).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    const takes = names.length > 0 ? `on ${listNames(names, 8)}` : "on no column";
    throw new ConditionError(
      `sampleTable: the model is conditioned ${takes}, not on ${listNames(unknown, 8)}.`,
    );
  }
  if (names.length === 0) return undefined;
  const lacking = names.filter((name) => !Object.hasOwn(given, name));
  if (lacking.length > 0) {
    throw new ConditionError(
      `sampleTable: the model is conditioned on ${listNames(names, 8)}; give a value of ${listNames(lacking, 8)}, too.`,
    );
  }
  const columns = schema.given.map(({ name, kind }) => {
    const value = given[name] ?? null;
    return kind === "text" || kind === "boolean"
      ? { name, kind, cells: [value === null ? null : String(value)] }
      : { name, kind, cells: Float64Array.of(value === null ? Number.NaN : Number(value)) };
  });
  const only = { fields: [], given: schema.given };
  const { context, faults } = encodeTable(only, [], { rows: 1, columns });
  const fault = faults.get(0);
  if (fault) throw new ConditionError(`sampleTable: ${whyNot(schema, fault.column, fault.value)}`);
  return context;
}

function whyNot({ given }: TableSchema, name: string, value: string | number | null): string {
  const field = given.find((each) => each.name === name);
  const seen = field?.type === "category" ? field.values.map((each) => String(each)) : [];
  const shown = value === null ? "a number" : JSON.stringify(value);
  return seen.length > 0
    ? `${JSON.stringify(name)} was never ${value === null ? "missing" : shown}; it was one of ${listNames(seen, 20)}.`
    : `${JSON.stringify(name)} needs ${shown}.`;
}
