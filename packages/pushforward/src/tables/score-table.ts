import { checkCount } from "../core/check-number.ts";
import type { Model } from "../model/model.ts";
import { logAddExp } from "../numerics/log-add-exp.ts";
import { type EncodedTable, encodeTable, type RowFault } from "./encode-table.ts";
import { schemaOf } from "./schema-of.ts";
import { selectRows, type Table } from "./table.ts";

export interface ScoreTableOptions {
  /** Of what stands in for missing cells; default 0. */
  seed?: number | undefined;
  /** Draws of the stand-ins that rows with missing cells are averaged over; default 8. */
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

/** Draws of the stand-ins of a row with missing cells. */
const DRAWS = 8;

/**
 * Log-density of each row of a table: of its numbers in their own units, of categories and of whether cells are
 * missing as probabilities.
 *
 * Values on a grid and categories are scored at the middle of their cells. Rows with missing cells get
 * `log 1/K sum_k p(observed, x_k, mask) / q(x_k)` over K stand-ins, a lower bound that rises with K (Burda et al. 2016,
 * arXiv:1509.00519, equation 8).
 *
 * @throws DomainError for draws that are no whole number above 0; DataError when the table lacks a column of the model, or one holds text where it held numbers.
 */
export async function scoreTable(
  model: Model,
  table: Table,
  { seed = 0, draws = DRAWS }: ScoreTableOptions = {},
): Promise<TableScores> {
  checkCount("scoreTable", "draws", draws);
  const schema = schemaOf("scoreTable", model);
  const encoded = encodeTable(schema, model.columns, table, seed);
  const logProb = await scoreEncoded(model, encoded);
  await averageStandIns(model, table, { encoded, logProb, seed, draws });
  for (const [row, { kind }] of encoded.faults) {
    logProb[row] = kind === "missing" ? Number.NaN : -Infinity;
  }
  return { logProb, faults: encoded.faults };
}

/** Log-densities of encoded rows, their stand-ins taken off again. */
async function scoreEncoded(model: Model, encoded: EncodedTable): Promise<Float64Array> {
  const { data, shape, context, standInLogDensity } = encoded;
  const scores = await model.logProb({ data, shape }, { context });
  return Float64Array.from(scores, (score, row) => score - (standInLogDensity[row] as number));
}

/** Draws the stand-ins anew, and puts the mean over all of them into the scores of the rows that have any. */
async function averageStandIns(
  model: Model,
  table: Table,
  {
    encoded,
    logProb,
    seed,
    draws,
  }: { encoded: EncodedTable; logProb: Float64Array; seed: number; draws: number },
): Promise<void> {
  const rows = [...encoded.standInRows].sort((a, b) => a - b);
  if (rows.length === 0 || draws === 1) return;
  const schema = schemaOf("scoreTable", model);
  const part = selectRows(table, rows);
  const sums = Float64Array.from(rows, (row) => logProb[row] as number);
  for (let draw = 1; draw < draws; draw++) {
    const again = encodeTable(schema, model.columns, part, seed + draw);
    const scores = await scoreEncoded(model, again);
    scores.forEach((score, i) => {
      sums[i] = logAddExp(sums[i] as number, score);
    });
  }
  rows.forEach((row, i) => {
    logProb[row] = (sums[i] as number) - Math.log(draws);
  });
}
