import type { Table, TableColumn } from "pushforward/tables";
import type { ColumnCells, TimeForm } from "./column-cells.ts";

/** A column of a source: its name, its place, what its cells are. */
export interface SourceColumn extends ColumnCells {
  readonly name: string;
  readonly index: number;
  /**
   * How its cells are read; give `read` a copy of another kind to read them as that. A column without
   * any value is one of numbers, unless its file says otherwise.
   */
  readonly kind: TableColumn["kind"] | "unsupported";
  /** What the source calls the type: `VARCHAR`, `INTEGER[]`. */
  readonly type: string;
  /** Of text: how all of it writes dates or times; empty if it is no such. */
  readonly times: readonly TimeForm[];
  /** Whether its cells are read to the last character: blanks stay, and so do words for a missing value. */
  readonly verbatim?: boolean;
}

/** A column that can be read. */
export type ReadableColumn = SourceColumn & { readonly kind: TableColumn["kind"] };

export interface ReadOptions {
  /** Only so many rows, chosen at random; by default all. */
  rows?: number;
  /** Of the random choice; default 0. */
  seed?: number;
}

/** A table that is read by pieces, as often as needed. Close it after use. */
export interface DataSource {
  /** What messages call it. */
  readonly source: string;
  readonly rows: number;
  readonly columns: readonly SourceColumn[];
  readonly notices: readonly string[];
  /** What a query has after FROM to read the same rows, cells of text files as text; null where there is no such. */
  readonly fromSql: string | null;
  /**
   * All rows of some columns, or a random choice of them; in order.
   *
   * @throws DataError when a column's type cannot be read, or when a query changed its mind.
   */
  read(columns: readonly SourceColumn[], options?: ReadOptions): Promise<Table>;
  /** Columns that keep their cells as they are: of text, where a number or a time would be another. */
  asWritten(columns: readonly SourceColumn[]): Promise<ReadableColumn[]>;
  /** All rows of some columns in order, so many at once; memory does not grow with the rows. */
  chunks(columns: readonly SourceColumn[], rowsAtOnce: number): AsyncIterable<Table>;
  close(): void;
}
