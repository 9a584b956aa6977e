import type { Model, Samples } from "pushforward";
import { type TSchema, Type } from "typebox";
import { float32Text } from "../output/number-text.ts";
import { counted } from "../table/wording.ts";
import { RequestError } from "./request-error.ts";

/** The numbers of one row, or of its context, as a model takes them. */
export type Cells = readonly number[];

/** A row as a model takes it, its gaps filled in, at a point of the cells of its grids. */
export interface RowCells {
  readonly cells: Cells;
  /** What stands in for missing cells adds to its log-density. */
  readonly standIn: number;
}

/** The numbers of one row of an answer; `null`: not finite, for which JSON has no word. */
export type AnswerCells = (number | null)[];

/** A row of an answer: its numbers, or its cells by name. */
export type AnswerRow = AnswerCells | Record<string, string | number | boolean | null>;

/** How rows are written in JSON: nothing else in the service knows. */
export interface RowFormat {
  /** Most rows in a request or an answer. */
  readonly most: number;
  /** Names of the cells of a row in a request, where all have one. */
  readonly names: readonly string[] | null;
  /** Names of the cells of a context, where there are contexts and all have one. */
  readonly given: readonly string[] | null;
  /** For requests: several rows, latents or contexts; no contexts where the model takes none. */
  readonly rows: TSchema;
  readonly latents: TSchema;
  readonly contexts: TSchema | null;
  /** For answers: one row, one latent, one number. */
  readonly answerRow: TSchema;
  readonly answerLatent: TSchema;
  readonly answerNumber: TSchema;
  /** Whether draws come as on their grids, or that is left to {@link RowFormat.writeRows}. */
  readonly snapped: boolean;
  /** A context that can stand in an example: the first of the classes, where there are classes. */
  readonly exampleContext: unknown;
  /**
   * Each row of what keeps to {@link RowFormat.rows}, the same whatever rows are beside it.
   *
   * @param spread whether rows with gaps and with cells on grids come several times, at the points that their
   * density is averaged over.
   * @throws RequestError (422) for rows that the model cannot take.
   */
  readRows(rows: unknown, spread: boolean): RowCells[][];
  readLatents(latents: unknown): Cells[];
  /**
   * The context of each of `count` rows, of what keeps to {@link RowFormat.contexts}.
   *
   * @throws RequestError (422) when there are neither one nor as many as rows.
   */
  readContexts(contexts: unknown, count: number): Cells[] | undefined;
  writeRows(rows: Samples): AnswerRow[];
  writeLatents(latents: Samples): AnswerCells[];
  writeNumbers(numbers: ArrayLike<number>): AnswerCells;
}

/** Beyond it, the library takes no numbers. */
export const LARGEST = 1e30;

/** Most numbers in the rows of a request or an answer: texts of 10 MB, written in a second. */
const MOST_NUMBERS = 2 ** 20;

/** Most rows in a request or an answer: fewer of those with many numbers. */
export function mostRows({ shape }: Model, maxRows: number): number {
  return Math.max(1, Math.min(maxRows, Math.floor(MOST_NUMBERS / sizeOf(shape))));
}

/** How latents and numbers are written, whatever rows look like. */
export function latentFormat({ shape }: Model, most: number) {
  const size = sizeOf(shape);
  const latent = cellFormat(shape, null);
  return {
    latents: severalOf(latent, most, "Latents: where the flow maps rows in the base."),
    answerLatent: Type.Array(number("null: not a finite number."), {
      minItems: size,
      maxItems: size,
    }),
    answerNumber: number("null: minus infinity, or not a number."),
    readLatents: (latents: unknown) => (latents as unknown[]).map(latent.read),
    writeLatents: ({ data }: Samples): AnswerCells[] =>
      Array.from({ length: data.length / size }, (_, row) =>
        Array.from(data.subarray(row * size, (row + 1) * size), written),
      ),
    writeNumbers: (numbers: ArrayLike<number>) => Array.from(numbers, written),
  };
}

/** Keys that tools for schemas take for something of their own. */
export const UNUSABLE: ReadonlySet<string> = new Set(["$ref", "__proto__"]);

/** The ways in which the numbers of an event can be written. */
export interface CellFormat {
  readonly names: readonly string[] | null;
  readonly schemas: readonly TSchema[];
  read(cells: unknown): Cells;
}

/**
 * As a flat list; as nested lists, where the shape has several axes; as an object, where all have
 * names.
 */
export function cellFormat(shape: readonly number[], names: readonly string[] | null): CellFormat {
  const cell = Type.Number({ minimum: -LARGEST, maximum: LARGEST });
  const lists = (length: number, items: TSchema) =>
    Type.Array(items, { minItems: length, maxItems: length });
  const schemas: TSchema[] = [lists(sizeOf(shape), cell)];
  if (shape.length > 1)
    schemas.push(shape.reduceRight<TSchema>((items, n) => lists(n, items), cell));
  if (names && !names.some((name) => UNUSABLE.has(name))) {
    const properties = Object.fromEntries(names.map((name) => [name, cell]));
    schemas.push(Type.Object(properties, { additionalProperties: false }));
  }
  return {
    names,
    schemas,
    read(cells) {
      if (Array.isArray(cells)) return shape.length > 1 ? cells.flat(shape.length - 1) : cells;
      return (names ?? []).map((name) => (cells as Record<string, number>)[name] as number);
    },
  };
}

export function severalOf({ schemas }: CellFormat, most: number, description: string): TSchema {
  return oneOf(
    schemas.map((items) => Type.Array(items, { minItems: 1, maxItems: most })),
    description,
  );
}

/**
 * Holds contexts that are given one by one to the number of rows.
 *
 * @throws RequestError (422)
 */
export function checkContexts({ length }: readonly unknown[], rows: number): void {
  if (length === rows) return;
  throw new RequestError(
    422,
    "invalid",
    `/context: has ${counted(length, "context")} for ${counted(rows, "row")}; give one per row, ` +
      "or one for all without a list around it",
  );
}

export function oneOf(schemas: TSchema[], description: string): TSchema {
  const [first] = schemas;
  return first && schemas.length === 1
    ? { ...first, description }
    : Type.Union(schemas, { description });
}

function number(description: string): TSchema {
  return Type.Unsafe<number | null>({ type: ["number", "null"], description });
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}

/** With the digits that a float32 number has. */
export function written(value: number): number | null {
  return Number.isFinite(value) ? Number(float32Text(value)) : null;
}
