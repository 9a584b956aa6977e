import type { Model } from "pushforward";
import { type SampleQuality, sampleQuality } from "pushforward/evaluation";
import type { DataOptions } from "./data-options.ts";
import type { EngineOptions } from "./engine-options.ts";
import { eventNames } from "./event-names.ts";
import { completeRows, drawBeside, type ModelRows, readModelRows } from "./model-rows.ts";

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
  // All of them: a copy of a row that was not read would pass for new.
  const learned = training
    ? await readModelRows(model, training, { seed, columns, exclude }, Infinity)
    : null;
  return sampleQuality(
    {
      data: found.events,
      samples: completeRows(model, samples, seed).events,
      ...(learned && { training: learned.events }),
    },
    { seed, engine, names: eventNames(model) },
  );
}
