import { readFile } from "node:fs/promises";
import { DomainError } from "pushforward";
import { readError } from "../images/read-bytes.ts";

const VARIABLE = "PUSHFORWARD_TOKEN";

/**
 * The token that callers must know: of a file, or else of the environment; undefined: none is
 * asked for.
 *
 * @throws DataError when the file cannot be read; DomainError when what is given is no token.
 */
export async function readToken(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) {
    const value = process.env[VARIABLE];
    return value === undefined ? undefined : checkToken(VARIABLE, value);
  }
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw readError(file, error);
  });
  return checkToken(file, text);
}

/** What fits into a header, without the line end that editors leave in files. */
function checkToken(source: string, text: string): string {
  const token = text.trim();
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new DomainError(
    `${source}: holds ${token === "" ? "nothing" : "more than a token"}; put in one word of letters, ` +
      "digits and signs, such as `openssl rand -hex 32` makes",
  );
}
