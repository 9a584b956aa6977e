import { readFile } from "node:fs/promises";
import { DataError } from "pushforward";

/**
 * What a JSON file holds.
 *
 * @throws DataError naming the file, where it cannot be read or is no JSON.
 */
export async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8").catch((error: Error) => {
    throw new DataError(`${path}: cannot be read (${error.message})`);
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DataError(`${path}: is no JSON (${(error as Error).message})`);
  }
}
