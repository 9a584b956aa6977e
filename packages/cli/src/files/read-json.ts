import { readFile } from "node:fs/promises";
import { DataError } from "pushforward";
import { readingError } from "../table/file-head.ts";

/**
 * What a JSON file holds.
 *
 * @throws DataError naming the file, where it cannot be read or is no JSON.
 */
export async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw readingError(path, error);
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DataError(`${path}: is no JSON (${(error as Error).message})`);
  }
}
