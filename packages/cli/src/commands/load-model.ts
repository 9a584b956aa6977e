import { ConditionError, load, type Model } from "pushforward";
import type { Console } from "../terminal/console.ts";
import type { EngineOptions } from "./engine-options.ts";
import { imageModel } from "./image-model.ts";

/** Loads a model that needs nothing but rows of a table, or images and their classes, to run on the engine asked for. */
export async function loadModel(
  path: string,
  { engine }: EngineOptions,
  console: Console,
): Promise<Model> {
  const model = await load(path, { engine, onNotice: console.note });
  if (!model.condShape || model.table || imageModel(path, model)?.classes) return model;
  throw new ConditionError(
    `${path}: is a conditional density, and a command cannot give it a context; use it from code: ` +
      "load(path), then model.logProb(rows, { context })",
  );
}
