import { DomainError } from "../core/errors.ts";
import type { TableSchema } from "../core/table-schema.ts";
import type { Model } from "../model/model.ts";

/**
 * The schema of a model of tables; one that was fitted to rows of numbers has its columns for fields.
 *
 * @throws DomainError for a model of images, or one whose context is no columns of a table.
 */
export function schemaOf(who: string, model: Model): TableSchema {
  if (model.table) return model.table;
  if (model.shape.length !== 1 || model.condShape) {
    throw new DomainError(
      `${who}: the model is none of a table's columns${model.condShape ? ", but one with a context" : ""}; give it ` +
        "rows of numbers: logProb, sample.",
    );
  }
  return {
    fields: model.columns.map(({ name }, index) => ({
      type: "number",
      name: name ?? `column${index}`,
      kind: "number",
    })),
    given: [],
  };
}
