import { DomainError } from "pushforward";
import type { TableColumn } from "pushforward/tables";
import { jsonCells } from "../output/cell-text.ts";
import type { ReadableColumn } from "../table/data-source.ts";
import type { LeastLikely } from "./least-likely.ts";

/** Options that decide where the cells go that --keep asks for. */
interface Written {
  keep?: readonly string[];
  json?: boolean;
  out?: string;
}

/**
 * Refuses to keep columns where no rows are written.
 *
 * @param inJson whether the JSON object tells of rows.
 * @throws DomainError with the way out.
 */
export function refuseUnwritten({ keep, json, out }: Written, inJson = false): void {
  if (!keep || !json || out || inJson) return;
  throw new DomainError(
    "--keep: is for rows that are written, and --json prints none; name a file for them with --out",
  );
}

/** The rows that are least likely, for machines, each with its cells of the columns that are kept. */
export function withKept(worst: LeastLikely, kept: readonly ReadableColumn[]): object[] {
  const rows = worst.report();
  if (kept.length === 0) return rows;
  const { columns } = worst.table();
  const cellsOf = (row: number) =>
    Object.fromEntries(
      kept.map((column, place) => {
        // The first column of the table is the number of the row.
        const cells = columns[place + 1] as TableColumn;
        return [column.name, JSON.parse(jsonCells(cells, column)(row))];
      }),
    );
  return rows.map((each, row) => ({ ...each, kept: cellsOf(row) }));
}
