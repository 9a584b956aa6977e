import { quoted } from "../table/wording.ts";
import { repeatedKey } from "./repeated-key.ts";
import { RequestError } from "./request-error.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * What the bytes of a request's body say, read as JSON in UTF-8.
 *
 * @throws RequestError (400) when they are something else, are cut off, or name a key twice.
 */
export function parseBody(bytes: Uint8Array): unknown {
  if (bytes.length === 0) throw refusal("is empty; send a JSON object");
  const text = attempt(
    () => utf8.decode(bytes),
    () => refusal("is not text in UTF-8"),
  );
  const value = attempt(
    () => JSON.parse(text) as unknown,
    (error) => refusal(`is not JSON: ${(error as Error).message}`),
  );
  const key = repeatedKey(text);
  if (key === undefined) return value;
  throw refusal(`has the key ${quoted(key)} twice in one object; send it once`);
}

function refusal(reason: string): RequestError {
  return new RequestError(400, "json", `the body ${reason}`);
}

function attempt<T>(action: () => T, refuse: (error: unknown) => RequestError): T {
  try {
    return action();
  } catch (error) {
    throw refuse(error);
  }
}
