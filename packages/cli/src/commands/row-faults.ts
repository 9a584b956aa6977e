import type { RowFault } from "pushforward/tables";
import { counted, quoted } from "../table/wording.ts";

/** Rows without a finite score, counted by why. */
export interface FaultCount {
  add(faults: ReadonlyMap<number, RowFault>, from: number): void;
  /** One line for each kind; says that rows without a score are left out, where nothing is scored. */
  notices(then?: "scored" | "left out"): string[];
}

/** Counts rows that a model cannot score, and keeps the first of each kind to tell of. */
export function countFaults(): FaultCount {
  const seen = new Map<RowFault["kind"], { count: number; row: number; first: RowFault }>();
  return {
    add(faults, from) {
      for (const [place, fault] of faults) {
        const row = from + place + 1;
        const known = seen.get(fault.kind);
        if (known) known.count++;
        // Faults come column by column.
        if (known && known.row <= row) continue;
        seen.set(fault.kind, { count: known?.count ?? 1, row, first: fault });
      }
    },
    notices: (then = "scored") =>
      [...seen].map(([kind, { count, row, first }]) => {
        const { column, value } = first;
        const where = `column ${quoted(column)}, row ${row}`;
        const rows = counted(count, "row");
        const leftOut = then === "left out" && `${rows} ${count === 1 ? "is" : "are"} left out`;
        if (kind === "missing") {
          return `${leftOut || `No score for ${rows}`}: a cell is missing that the model needs (first ${where}).`;
        }
        const what = value === null ? "a gap" : quoted(String(value));
        const why =
          kind === "unseen"
            ? `${what} where the model has seen none such`
            : `${value} is outside of what the model can produce`;
        return `${leftOut || `Log-density -inf for ${rows}`}: ${why} (first ${where}).`;
      }),
  };
}
