import type { TSchema } from "typebox";
import { errorSchema } from "./error-answer.ts";
import type { ServeSettings } from "./settings.ts";

const DESCRIPTIONS = {
  400: "The body is not JSON in UTF-8, is cut off, or names a key twice.",
  401: "The token is missing or wrong.",
  408: "The body took too long to come in.",
  413: "The body is too large.",
  415: "The body is said to be something else than JSON.",
  422: "The body is not what the schema asks for, or the model cannot take it.",
  429: "Too many requests, or bytes in them, wait for answers; come back after the seconds in `Retry-After`.",
  500: "Something went wrong in the service; its log says what.",
  503: "There was no answer in time.",
} as const;

/** The errors that a route can answer with: those given, 500, and 401 where a token is asked for. */
export function errorResponses(
  statuses: readonly (keyof typeof DESCRIPTIONS)[],
  { token }: ServeSettings,
): Record<number, TSchema> {
  const all = [...statuses, ...(token === undefined ? [] : [401 as const]), 500 as const];
  return Object.fromEntries(
    all.map((status) => [status, { ...errorSchema, description: DESCRIPTIONS[status] }]),
  );
}
