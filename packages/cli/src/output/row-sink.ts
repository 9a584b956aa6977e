import type { Table } from "pushforward/tables";

/** Where the rows of one format go. */
export interface RowSink {
  write(table: Table): Promise<void>;
  /** Writes what is left to write, and releases all that is held. */
  finish(): Promise<void>;
  /** Releases all that is held. */
  release(): Promise<void>;
}
