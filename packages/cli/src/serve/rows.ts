import type { Model } from "pushforward";
import { numberFormat } from "./number-rows.ts";
import type { RowFormat } from "./row-format.ts";
import { tableFormat } from "./table-rows.ts";

/** How the rows of a model are written in JSON. */
export function rowFormat(model: Model, maxRows: number): RowFormat {
  return model.table ? tableFormat(model, model.table, maxRows) : numberFormat(model, maxRows);
}
