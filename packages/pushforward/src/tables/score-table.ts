import { checkCount } from "../core/check-number.ts";
import type { Model } from "../model/model.ts";
import { logAddExp } from "../numerics/log-add-exp.ts";
import { cellPoints } from "./cell-points.ts";
import { type EncodedTable, encodeTable, type RowFault } from "./encode-table.ts";
import { schemaOf } from "./schema-of.ts";
import { selectRows, type Table } from "./table.ts";

export interface ScoreTableOptions {
  /** Of what stands in for missing cells; default 0. */
  seed?: number | undefined;
  /** Points that a row with values on a grid, categories or missing cells is averaged over; default {@link SCORE_DRAWS}. */
  draws?: number | undefined;
}

/** Log-densities of a table's rows. */
export interface TableScores {
  /**
   * Nats, in the units of the table; -Infinity for a row outside of all that the model can produce, NaN for one that
   * lacks a cell of which the model needs a value.
   */
  readonly logProb: Float64Array;
  /** Why rows have no finite score, by row. */
  readonly faults: ReadonlyMap<number, RowFault>;
}

/** Points that a row is averaged over, unless told otherwise. */
export const SCORE_DRAWS = 8;

/**
 * Log-density of each row of a table: of its numbers in their own units, of categories, of values on a grid (per
 * step of it) and of whether cells are missing as probabilities.
 *
 * The density is averaged over K points of the cells of a grid and of categories ({@link cellPoints}), and over K
 * stand-ins x_k for missing cells: `log 1/K sum_k p(cells_k, x_k, mask) / q(x_k)`, a lower bound that rises with K
 * (Burda et al. 2016, arXiv:1509.00519, equation 8). Rows that have neither are evaluated once.
 *
 * @throws DomainError for draws that are no whole number above 0; DataError when the table lacks a column of the model, or one holds text where it held numbers.
 */
export async function scoreTable(
  model: Model,
  table: Table,
  { seed = 0, draws = SCORE_DRAWS }: ScoreTableOptions = {},
): Promise<TableScores> {
  checkCount("scoreTable", "draws", draws);
  const schema = schemaOf("scoreTable", model);
  const encode = (part: Table, draw: number) =>
    encodeTable(schema, model.columns, part, seed + draw);
  const encoded = encode(table, 0);
  const points = cellPoints(model.columns, draws);
  const logProb = await scoreEncoded(model, encoded, points?.[0]);
  // All rows, or those that are not the same each time.
  const rows = points ? Array.from(logProb.keys()) : [...encoded.standInRows].sort((a, b) => a - b);
  if (rows.length > 0 && draws > 1) {
    const part = points ? table : selectRows(table, rows);
    const drawn = encoded.standInRows.size > 0;
    for (let draw = 1; draw < draws; draw++) {
      const again = drawn ? encode(part, draw) : encoded;
      const scores = await scoreEncoded(model, again, points?.[draw]);
      rows.forEach((row, i) => {
        logProb[row] = logAddExp(logProb[row] as number, scores[i] as number);
      });
    }
    for (const row of rows) logProb[row] = (logProb[row] as number) - Math.log(draws);
  }
  for (const [row, { kind }] of encoded.faults) {
    logProb[row] = kind === "missing" ? Number.NaN : -Infinity;
  }
  return { logProb, faults: encoded.faults };
}

/** Log-densities of encoded rows, their stand-ins taken off again. */
async function scoreEncoded(
  model: Model,
  { data, shape, context, standInLogDensity }: EncodedTable,
  point: Float64Array | undefined,
): Promise<Float64Array> {
  const moved = point ? data.map((value, i) => value + (point[i % point.length] as number)) : data;
  const scores = await model.logProb({ data: moved, shape }, { context });
  return Float64Array.from(scores, (score, row) => score - (standInLogDensity[row] as number));
}
