import { DataError } from "pushforward";
import {
  type DescribeOptions,
  describeTable,
  type EncodedTable,
  encodeTable,
  type Table,
  type TableDescription,
} from "pushforward/tables";
import { checkTable } from "pushforward/training";
import { option } from "./wording.ts";

/** A table that a flow can be fitted to: what its columns are, and its rows as numbers. */
export interface PreparedTable extends TableDescription {
  encoded: EncodedTable;
}

/**
 * Finds out what the columns of a table are and makes numbers of them.
 *
 * @throws DataError naming the file and the option that helps, for tables to which no density can be fitted.
 */
export function prepareForFit(
  source: string,
  table: Table,
  options: DescribeOptions,
  seed: number,
): PreparedTable {
  try {
    const described = describeTable(table, options);
    const { schema, columns } = described;
    const encoded = encodeTable(schema, columns, described.table, seed);
    const { data, shape } = encoded;
    checkTable({ data, count: shape[0], size: shape[1] }, columns, { ofTable: true });
    return { ...described, encoded };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const { message, column } = error;
    const plain = message
      .replace(/^fit: /, "")
      .replace(/(rows of )(\d+) columns/, (all, rows, numbers) =>
        Number(numbers) === table.columns.length
          ? all
          : `${rows}${numbers} numbers (a category is one for each value)`,
      )
      .replace(/\.$/, "");
    const known = column !== undefined && table.columns.some(({ name }) => name === column);
    const wayOut = known
      ? ` (${option("--exclude", column)}, or --drop-dependent for all such)`
      : "";
    throw new DataError(`${source}: ${plain}${wayOut}`);
  }
}
