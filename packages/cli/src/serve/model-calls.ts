import type { Model } from "pushforward";
import { createBatcher } from "./batcher.ts";
import type { Metrics } from "./metrics.ts";
import type { AnswerRow, Cells, RowCells, RowFormat } from "./row-format.ts";
import { createTurns } from "./turns.ts";

/** Functions of a model that take rows one by one. */
export type RowFunction = "logProb" | "encode" | "decode";

/** A row, or a latent, with its context where the model takes one. */
export interface Entry {
  readonly row: RowCells;
  readonly context: Cells | undefined;
}

/** What is to be drawn. */
export interface Draws {
  readonly count: number;
  readonly seed: number;
  readonly temperature: number | undefined;
  readonly contexts: Cells[] | undefined;
}

/** The calls of a model, put together from many requests. */
export interface ModelCalls {
  /**
   * For each row what its answer holds: of one with several entries, for its gaps or the cells of its
   * grids, the log of their mean density, or else what the first is mapped to.
   */
  onRows(
    name: RowFunction,
    rows: readonly (readonly Entry[])[],
    signal: AbortSignal,
  ): Promise<(number | null | AnswerRow)[]>;
  /** Each request by itself, so that a seed's draws are the same in whatever company. */
  sample(draws: Draws, signal: AbortSignal): Promise<AnswerRow[]>;
}

/** Entries in a call: full batches of the engine, and no longer than small requests can wait. */
const ENTRIES_AT_ONCE = 1024;

/** Calls of a model, one at a time of functions of rows, and one of draws beside it. */
export function modelCalls(model: Model, format: RowFormat, metrics: Metrics): ModelCalls {
  const batcher = createBatcher<RowFunction, Entry, number | AnswerRow>({
    most: ENTRIES_AT_ONCE,
    onCall(_, rows, requests) {
      metrics.batchRows.observe(rows);
      metrics.batchRequests.observe(requests);
    },
    async call(name, entries) {
      const cells = entries.map(({ row }) => row.cells);
      const contexts = entries.flatMap(({ context }) => (context ? [context] : []));
      const options = contexts.length > 0 ? { context: contexts } : {};
      if (name === "logProb") {
        const scores = await model.logProb(cells, options);
        return entries.map(({ row }, place) => (scores[place] as number) - row.standIn);
      }
      const found = await model[name](cells, options);
      return name === "encode" ? format.writeLatents(found) : format.writeRows(found);
    },
  });
  const turns = createTurns();
  return {
    async onRows(name, rows, signal) {
      if (name !== "logProb") {
        return batcher.run(
          name,
          rows.flatMap((entries) => entries.slice(0, 1)),
          signal,
        );
      }
      const scores = (await batcher.run(name, rows.flat(), signal)) as number[];
      let from = 0;
      const means = rows.map(({ length }) => {
        const own = scores.slice(from, from + length);
        from += length;
        return logMeanExp(own);
      });
      return format.writeNumbers(Float32Array.from(means));
    },
    sample: ({ count, contexts, seed, temperature }, signal) =>
      turns(async () => {
        const context = contexts && { context: contexts };
        const { snapped } = format;
        const options = { seed, temperature, snapped, ...context };
        return format.writeRows(await model.sample(count, options));
      }, signal),
  };
}

/** `log 1/n sum_i exp(scores_i)`, without overflow. */
function logMeanExp(scores: readonly number[]): number {
  const largest = Math.max(...scores);
  if (!Number.isFinite(largest)) return largest;
  const sum = scores.reduce((total, score) => total + Math.exp(score - largest), 0);
  return largest + Math.log(sum / scores.length);
}
