import { DataError } from "pushforward";
import { type ColumnType, type MissingPolicy, parseColumnType } from "pushforward/tables";
import { readJson } from "../files/read-json.ts";
import { didYouMean } from "../table/nearest-name.ts";
import { quoted } from "../table/wording.ts";

/** What a fit may be told of a table's columns, on the command line or in a file. */
export interface ColumnOptions {
  columns?: string[];
  exclude?: string[];
  given?: string[];
  types?: Record<string, ColumnType>;
  missing?: Exclude<MissingPolicy, "refuse">;
  dropDependent?: boolean;
}

const known = ["columns", "exclude", "given", "types", "missing", "dropDependent"] as const;

/**
 * Read what a JSON file says of columns: `{ "given": ["species"], "types": { "wind": "circular(0, 360)" } }`.
 *
 * @throws DataError naming the file and what is wrong in it.
 */
export async function readColumnOptions(path: string): Promise<ColumnOptions> {
  const refuse: Refuse = (what) => new DataError(`${path}: ${what}`);
  const value = await readJson(path);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw refuse(`holds no settings; write an object with some of ${known.join(", ")}`);
  }
  const unknown = Object.keys(value).find((key) => !known.some((name) => name === key));
  if (unknown !== undefined) {
    throw refuse(
      `there is no setting ${quoted(unknown)}${didYouMean(unknown, known)}; take some of ${known.join(", ")}`,
    );
  }
  const { types, missing, dropDependent, ...lists } = value as Record<string, unknown>;
  for (const [name, list] of Object.entries(lists)) {
    if (Array.isArray(list) && list.every((entry) => typeof entry === "string")) continue;
    throw refuse(`"${name}" must be a list of column names`);
  }
  if (missing !== undefined && missing !== "drop" && missing !== "model") {
    throw refuse('"missing" must be "drop" or "model"');
  }
  if (dropDependent !== undefined && typeof dropDependent !== "boolean") {
    throw refuse('"dropDependent" must be true or false');
  }
  return {
    ...(lists as Pick<ColumnOptions, "columns" | "exclude" | "given">),
    ...(types !== undefined && { types: readTypes(types, refuse) }),
    ...(missing && { missing }),
    ...(dropDependent !== undefined && { dropDependent }),
  };
}

type Refuse = (what: string) => Error;

function readTypes(types: unknown, refuse: Refuse): Record<string, ColumnType> {
  if (typeof types !== "object" || types === null || Array.isArray(types)) {
    throw refuse('"types" must be an object: { "column": "positive" }');
  }
  return parseTypes(types as Record<string, unknown>, refuse);
}

/**
 * The types of columns from their texts.
 *
 * @param refuse makes the error of a text that is none.
 */
export function parseTypes(
  types: Record<string, unknown>,
  refuse: Refuse,
): Record<string, ColumnType> {
  return Object.fromEntries(
    Object.entries(types).map(([name, text]) => {
      try {
        return [name, parseColumnType(String(text))];
      } catch (error) {
        throw refuse(`column "${name}": ${(error as Error).message}`);
      }
    }),
  );
}
