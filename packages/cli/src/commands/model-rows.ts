import { DomainError, type Model, type Rows } from "pushforward";
import {
  decodeTable,
  encodeTable,
  sampleTable,
  schemaOf,
  selectRows,
  type Table,
} from "pushforward/tables";
import type { DataOptions } from "./data-options.ts";
import { openModelData } from "./model-data.ts";
import { countFaults } from "./row-faults.ts";

/** Rows of a table as people have them, and as a model takes them. */
export interface ModelRows {
  /** What messages call the table; undefined for draws of the model. */
  source: string | undefined;
  /** Rows of that table, and whether those read are some of them at random. */
  from: { rows: number; atRandom: boolean };
  table: Table;
  events: { data: Float64Array; shape: [number, number] };
  context: Rows | undefined;
  notices: string[];
}

/** Enough to draw and to check by; a larger table is seen through as many rows at random. */
const MOST_ROWS = 20_000;

/**
 * Reads rows of a table for a model; those that it cannot score are left out.
 *
 * @param most rows to read, at random from more; default 20,000.
 * @throws DataError, DomainError in one line that names the file and the way out.
 */
export async function readModelRows(
  model: Model,
  path: string | undefined,
  options: DataOptions & { seed: number },
  most = MOST_ROWS,
): Promise<ModelRows> {
  const data = await openModelData(model, path, options);
  try {
    const { source } = data;
    const from = { rows: data.rows, atRandom: data.rows > most };
    const all = await data.read({ rows: Math.min(most, data.rows), seed: options.seed });
    const { notices, ...rows } = completeRows(model, all, options.seed);
    if (rows.table.rows === 0) {
      throw new DomainError(`${source}: the model can take none of its rows: ${notices.join(" ")}`);
    }
    return { source, from, notices: [...data.notices, ...notices], ...rows };
  } finally {
    data.close();
  }
}

/** The rows of a table that a model can score, as events; what was left out, one line each. */
export function completeRows(
  model: Model,
  all: Table,
  seed: number,
): Omit<ModelRows, "source" | "from"> {
  const schema = schemaOf("the model", model);
  const { faults, ...whole } = encodeTable(schema, model.columns, all, seed);
  const counted = countFaults();
  counted.add(faults, 0);
  const notices = counted.notices("left out");
  const { data, shape, context } = whole;
  if (faults.size === 0) return { table: all, events: { data, shape }, context, notices };
  const kept = Array.from({ length: all.rows }, (_, row) => row).filter((row) => !faults.has(row));
  return { ...completeRows(model, selectRows(all, kept), seed), notices };
}

/**
 * Draws of a model in the place of a table.
 *
 * @throws DomainError for one that is conditioned on columns: their values come from a table.
 */
export async function drawModelRows(model: Model, count: number, seed: number): Promise<ModelRows> {
  if (model.condShape) {
    throw new DomainError("the model is conditioned on columns: name a table with values of them");
  }
  const table = await sampleTable(model, count, { seed });
  const from = { rows: count, atRandom: false };
  return { source: undefined, from, ...completeRows(model, table, seed) };
}

/** As many draws of the model as there are rows, at most `most`; conditioned on what these are, where it is conditional. */
export async function drawBeside(
  model: Model,
  { table }: Pick<ModelRows, "table">,
  most: number,
  seed: number,
): Promise<Table> {
  const count = Math.min(most, table.rows);
  const schema = schemaOf("the model", model);
  if (schema.given.length === 0) return sampleTable(model, count, { seed });
  const rows = selectRows(
    table,
    Array.from({ length: count }, (_, i) => Math.floor((i * table.rows) / count)),
  );
  const { context } = encodeTable(schema, model.columns, rows, seed);
  const { data } = await model.sample(count, { seed, context, snapped: false });
  const drawn = decodeTable({ ...schema, given: [] }, model.columns, data);
  const given = rows.columns.filter(({ name }) =>
    schema.given.some((field) => field.name === name),
  );
  return { rows: count, columns: [...drawn.columns, ...given] };
}
