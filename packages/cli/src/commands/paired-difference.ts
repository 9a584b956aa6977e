import type { Column, Model } from "pushforward";
import type { RowBlock } from "../table/split-rows.ts";
import { spreadOverCells } from "../table/spread-over-cells.ts";

/** How much better one density predicts rows than another, in nats per row. */
export interface PairedDifference {
  mean: number;
  /** Of the mean; NaN for one row. */
  standardError: number;
}

/**
 * The mean over rows of `log p_a(x) - log p_b(x)`. Both see the same rows, values on a grid spread
 * over their cells once for both: what makes a row hard for either then cancels.
 */
export async function pairedDifference(
  a: Pick<Model, "logProb">,
  b: Pick<Model, "logProb">,
  rows: RowBlock,
  columns: readonly Column[],
  seed: number,
): Promise<PairedDifference> {
  const spread = spreadOverCells(rows, columns, seed);
  const [first, second] = [await a.logProb(spread), await b.logProb(spread)];
  const differences = Float64Array.from(first, (value, row) => value - (second[row] as number));
  const count = differences.length;
  const mean = differences.reduce((sum, value) => sum + value / count, 0);
  const squares = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / (count - 1) / count) };
}
