import type { Model } from "pushforward";
import { type Batcher, createBatcher } from "./batcher.ts";
import type { Metrics } from "./metrics.ts";
import type { AnswerRow, Cells, RowCells, RowFormat } from "./row-format.ts";
import { createTurns } from "./turns.ts";

/** Functions of a model that take rows one by one. */
export type RowFunction = "logProb" | "encode" | "decode";

/** A row, or a latent, with its context where the model takes one. */
export interface Entry extends RowCells {
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
  /** For each row what its answer holds. */
  onRows: Batcher<RowFunction, Entry, number | null | AnswerRow>["run"];
  /** Each request by itself, so that a seed's draws are the same in whatever company. */
  sample(draws: Draws, signal: AbortSignal): Promise<AnswerRow[]>;
}

/** Rows in a call: full batches of the engine, and no longer than small requests can wait. */
const ROWS_AT_ONCE = 1024;

/** Calls of a model, one at a time of functions of rows, and one of draws beside it. */
export function modelCalls(model: Model, format: RowFormat, metrics: Metrics): ModelCalls {
  const batcher = createBatcher<RowFunction, Entry, number | null | AnswerRow>({
    most: ROWS_AT_ONCE,
    onCall(_, rows, requests) {
      metrics.batchRows.observe(rows);
      metrics.batchRequests.observe(requests);
    },
    async call(name, entries) {
      const cells = entries.map(({ cells }) => cells);
      const contexts = entries.flatMap(({ context }) => (context ? [context] : []));
      const options = contexts.length > 0 ? { context: contexts } : {};
      if (name === "logProb") {
        const scores = await model.logProb(cells, options);
        return format.writeNumbers(
          scores.map((score, row) => score - (entries[row]?.standIn ?? 0)),
        );
      }
      const found = await model[name](cells, options);
      return name === "encode" ? format.writeLatents(found) : format.writeRows(found);
    },
  });
  const turns = createTurns();
  return {
    onRows: batcher.run,
    sample: ({ count, contexts, seed, temperature }, signal) =>
      turns(async () => {
        const context = contexts && { context: contexts };
        const { snapped } = format;
        const options = { seed, temperature, snapped, ...context };
        return format.writeRows(await model.sample(count, options));
      }, signal),
  };
}
