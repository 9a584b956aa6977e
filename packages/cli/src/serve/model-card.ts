import { type Static, Type } from "typebox";
import type { RowFormat } from "./row-format.ts";
import type { ServedModel } from "./served-model.ts";
import type { ServeSettings } from "./settings.ts";

/** What `/v1/model` tells. */
export const modelCardSchema = Type.Object(
  {
    file: Type.String({ description: "Name of the model's file." }),
    sha256: Type.String({ description: "Fingerprint of the file's bytes that were loaded." }),
    loadedAt: Type.String({ format: "date-time", description: "When it was loaded." }),
    flow: Type.String({ description: "Kind of flow." }),
    parameters: Type.Integer(),
    engine: Type.String({ description: "What computes." }),
    shape: Type.Array(Type.Integer(), {
      description: "Of the numbers that a row becomes: one or more for each column of a table.",
    }),
    contextShape: Type.Unsafe<readonly number[] | null>({
      type: ["array", "null"],
      items: { type: "integer" },
      description: "Of the numbers that a context becomes; null: the model takes none.",
    }),
    columns: Type.Unsafe<readonly string[] | null>({
      type: ["array", "null"],
      items: { type: "string" },
      description: "Names of the cells of a request's row, in order; null: they have none.",
    }),
    given: Type.Unsafe<readonly string[] | null>({
      type: ["array", "null"],
      items: { type: "string" },
      description: "Names of the cells of a context, in order; null: they have none.",
    }),
    maxRows: Type.Integer({ description: "Most rows in a request or an answer." }),
    maxBody: Type.Integer({ description: "Most bytes in a request's body." }),
  },
  { additionalProperties: false, description: "The model." },
);

/** What there is to know of a model for those who ask it. */
export function modelCard(
  { model, file, sha256, loadedAt }: ServedModel,
  { names, given, most }: RowFormat,
  { maxBody }: ServeSettings,
): Static<typeof modelCardSchema> {
  return {
    file,
    sha256,
    loadedAt: loadedAt.toISOString(),
    flow: model.flowName,
    parameters: model.parameterCount,
    engine: model.engineName ?? "not started",
    shape: [...model.shape],
    contextShape: model.condShape,
    columns: names,
    given,
    maxRows: most,
    maxBody,
  };
}
