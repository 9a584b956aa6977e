import { DataError } from "pushforward";
import { checkTable } from "pushforward/training";
import type { Table } from "./read-table.ts";
import { option } from "./wording.ts";

/** Refuses tables to which no density can be fitted, naming the file and the option that helps. */
export function checkForFit({ source, names, rows, values }: Table): void {
  try {
    const columns = names.map((name) => ({ name }));
    checkTable({ data: values, count: rows, size: names.length }, columns);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const { message, column } = error;
    const wayOut = column === undefined ? "" : ` (${option("--exclude", column)})`;
    throw new DataError(`${source}: ${message.replace(/^fit: /, "").replace(/\.$/, "")}${wayOut}`);
  }
}
