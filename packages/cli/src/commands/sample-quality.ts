import type { Model } from "pushforward";
import { type SampleQuality, sampleQuality } from "pushforward/evaluation";
import { encodeTable, schemaOf, type Table } from "pushforward/tables";
import type { DataOptions } from "./data-options.ts";
import type { EngineOptions } from "./engine-options.ts";
import { eventNames } from "./event-names.ts";
import { drawBeside, type ModelRows, readModelRows } from "./model-rows.ts";

export interface QualityOptions extends DataOptions, EngineOptions {
  seed: number;
  /** The table that the model was fitted to, where memorisation is to be looked for. */
  training?: string;
}

/** Samples drawn beside the data; the checks look at no more. */
const MOST_SAMPLES = 20_000;

/** How like the rows of a table the model's samples are: as numbers, categories one for each value. */
export async function qualityOf(
  model: Model,
  found: ModelRows,
  { seed, training, engine, columns, exclude }: QualityOptions,
): Promise<SampleQuality> {
  const samples = await drawBeside(model, found, MOST_SAMPLES, seed + 1);
  const learned = training
    ? await readModelRows(model, training, { seed, columns, exclude })
    : null;
  const numbers = (table: Table) => completeEvents(model, table, seed);
  return sampleQuality(
    {
      data: numbers(found.table),
      samples: numbers(samples),
      ...(learned && { training: numbers(learned.table) }),
    },
    { seed, engine, names: eventNames(model) },
  );
}

/** The rows of a table that have an event. */
function completeEvents(model: Model, table: Table, seed: number) {
  const { data, shape, faults } = encodeTable(
    schemaOf("the model", model),
    model.columns,
    table,
    seed,
  );
  const [rows, width] = shape;
  if (faults.size === 0) return { data, shape };
  const kept = Array.from({ length: rows }, (_, row) => row).filter((row) => !faults.has(row));
  const complete = new Float64Array(kept.length * width);
  kept.forEach((row, place) => {
    complete.set(data.subarray(row * width, (row + 1) * width), place * width);
  });
  return { data: complete, shape: [kept.length, width] };
}
