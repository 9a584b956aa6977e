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
 * @throws DataError, DomainError in one line that names the file and the way out.
 */
export async function readModelRows(
  model: Model,
  path: string | undefined,
  options: DataOptions & { seed: number },
): Promise<ModelRows> {
  const data = await openModelData(model, path, options);
  try {
    const { source, notices } = data;
    const all = await data.read({ rows: Math.min(MOST_ROWS, data.rows), seed: options.seed });
    const schema = schemaOf("the model", model);
    const { faults } = encodeTable(schema, model.columns, all, options.seed);
    const counted = countFaults();
    counted.add(faults, 0);
    const table = selectRows(
      all,
      Array.from({ length: all.rows }, (_, row) => row).filter((row) => !faults.has(row)),
    );
    if (table.rows === 0) {
      throw new DomainError(
        `${source}: the model can score none of its rows: ${counted.notices().join(" ")}`,
      );
    }
    return {
      source,
      notices: [...notices, ...counted.notices()],
      ...encoded(model, table, options.seed),
    };
  } finally {
    data.close();
  }
}

function encoded(model: Model, table: Table, seed: number) {
  const { data, shape, context } = encodeTable(
    schemaOf("the model", model),
    model.columns,
    table,
    seed,
  );
  return { table, events: { data, shape }, context };
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
  return { source: undefined, notices: [], ...encoded(model, table, seed) };
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
