import type { Model } from "pushforward";
import { SCORE_DRAWS, scorePoints } from "pushforward/tables";
import { type TSchema, Type } from "typebox";
import {
  type CellFormat,
  type Cells,
  cellFormat,
  checkContexts,
  latentFormat,
  mostRows,
  oneOf,
  type RowFormat,
  severalOf,
  sizeOf,
} from "./row-format.ts";
import { rowAtPoints } from "./stand-ins.ts";

/** Rows are lists of numbers, or objects where all numbers have names. */
export function numberFormat(model: Model, maxRows: number): RowFormat {
  const { shape, condShape, columns, contextNames } = model;
  const most = mostRows(model, maxRows);
  const event = cellFormat(shape, namesOf(columns.map(({ name }) => name)));
  const context = condShape && cellFormat([sizeOf(condShape)], namesOf(contextNames ?? []));
  const latents = latentFormat(model, most);
  // Images and rows with a context of numbers have a density at the value itself.
  const onGrid = shape.length === 1 && !condShape && columns.some(({ step }) => step !== undefined);
  const points = onGrid ? scorePoints([], columns, SCORE_DRAWS) : null;
  return {
    ...latents,
    most,
    names: event.names,
    given: context?.names ?? null,
    snapped: true,
    rows: severalOf(
      event,
      most,
      "Rows: their numbers in the order of the model's columns, or by name.",
    ),
    contexts: context && contextsOf(context, most),
    answerRow: latents.answerLatent,
    exampleContext: condShape
      ? Array.from({ length: sizeOf(condShape) }, (_, place) => (place === 0 ? 1 : 0))
      : undefined,
    readRows: (rows, spread) =>
      (rows as unknown[]).map((row) => {
        const cells = event.read(row);
        return points && spread ? rowAtPoints(cells, [], points) : [{ cells, standIn: 0 }];
      }),
    readContexts(contexts, count) {
      if (!context || contexts === undefined) return undefined;
      if (!isSeveral(contexts)) return new Array<Cells>(count).fill(context.read(contexts));
      checkContexts(contexts, count);
      return contexts.map(context.read);
    },
    writeRows: latents.writeLatents,
  };
}

/** The names, where every number has one of its own. */
function namesOf(names: readonly (string | undefined)[]): readonly string[] | null {
  const known = names.filter((name) => name !== undefined);
  return known.length > 0 && new Set(known).size === names.length ? known : null;
}

function contextsOf({ schemas }: CellFormat, most: number): TSchema {
  const several = schemas.map((items) => Type.Array(items, { minItems: 1, maxItems: most }));
  return oneOf([...schemas, ...several], "One context for all rows, or a list with one per row.");
}

/** Whether there is a context per row: one for all is an object or a list of numbers. */
function isSeveral(contexts: unknown): contexts is unknown[] {
  return Array.isArray(contexts) && typeof contexts[0] === "object";
}
