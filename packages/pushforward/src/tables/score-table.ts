import { checkCount } from "../core/check-number.ts";
import { SolverError } from "../core/errors.ts";
import type { Model } from "../model/model.ts";
import { logAddExp } from "../numerics/log-add-exp.ts";
import { type EncodedTable, encodeTable, type RowFault } from "./encode-table.ts";
import { schemaOf } from "./schema-of.ts";
import { type ScorePoint, scorePoints } from "./score-points.ts";
import { selectRows, type Table } from "./table.ts";

export interface ScoreTableOptions {
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
 * Log-density of each row of a table, of its numbers in their own units; of categories and of whether cells are
 * missing it is the log-probability, and of a value on a grid that divided by the step.
 *
 * The density is averaged over K points of the cells of grids and categories, and over K stand-ins x_k for missing
 * cells ({@link scorePoints}): `log 1/K sum_k p(cells_k, x_k, mask) / q(x_k)`, in the mean over stand-ins a lower bound
 * that rises with K (Burda et al. 2016, arXiv:1509.00519, equation 8). Rows that have neither are evaluated once.
 *
 * @throws DomainError for draws that are no whole number above 0; DataError when the table lacks a column of the model, or one holds text where it held numbers.
 */
export async function scoreTable(
  model: Model,
  table: Table,
  { draws = SCORE_DRAWS }: ScoreTableOptions = {},
): Promise<TableScores> {
  checkCount("scoreTable", "draws", draws);
  const schema = schemaOf("scoreTable", model);
  const { columns } = model;
  const [first, ...others] = scorePoints(schema.fields, columns, draws) as [
    ScorePoint,
    ...ScorePoint[],
  ];
  const encoded = encodeTable(schema, columns, table, first.standIns);
  const { standInRows, faults } = encoded;
  const logProb = await scoreAt(model, encoded, first);
  const onGrid = columns.some(({ step }) => step !== undefined);
  // Those rows that are not the same at each point.
  const rows = onGrid ? Array.from(logProb.keys()) : [...standInRows].sort((a, b) => a - b);
  if (rows.length > 0) {
    const part = onGrid ? table : selectRows(table, rows);
    for (const point of others) {
      const again =
        standInRows.size > 0 ? encodeTable(schema, columns, part, point.standIns) : encoded;
      const scores = await scoreAt(model, again, point).catch((error: unknown) => {
        if (!(error instanceof SolverError)) throw error;
        throw error.after((rows[error.row] as number) - error.row);
      });
      rows.forEach((row, i) => {
        logProb[row] = logAddExp(logProb[row] as number, scores[i] as number);
      });
    }
    for (const row of rows) logProb[row] = (logProb[row] as number) - Math.log(draws);
  }
  for (const [row, { kind }] of faults) logProb[row] = kind === "missing" ? Number.NaN : -Infinity;
  return { logProb, faults };
}

/** Log-densities of encoded rows at a point of their cells, their stand-ins taken off again. */
async function scoreAt(
  model: Model,
  { data, shape, context, standInLogDensity }: EncodedTable,
  { inCells }: ScorePoint,
): Promise<Float64Array> {
  const moved = inCells.some((offset) => offset !== 0)
    ? data.map((value, i) => value + (inCells[i % inCells.length] as number))
    : data;
  const scores = await model.logProb({ data: moved, shape }, { context });
  return Float64Array.from(scores, (score, row) => score - (standInLogDensity[row] as number));
}
