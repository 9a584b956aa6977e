import { PushforwardError } from "pushforward";
import { Type } from "typebox";
import { RequestError } from "./request-error.ts";
import type { ServeSettings } from "./settings.ts";

/** What every error looks like. */
export const errorSchema = Type.Object(
  {
    error: Type.Object(
      {
        code: Type.String({ description: "For programs." }),
        message: Type.String({ description: "What is wrong, and where." }),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);

/** The body of an answer that tells of an error. */
export function errorBody({ code, message }: { code: string; message: string }) {
  return { error: { code, message } };
}

/** The library's errors that come of what is sent. */
const OF_REQUESTS = new Set(["data", "shape", "condition", "domain", "inverse-unavailable"]);

/** What a client is told of an error: where it is none of theirs, nothing but that there is one. */
export function answerTo(error: unknown, settings: ServeSettings): RequestError {
  if (error instanceof RequestError) return error;
  if (error instanceof PushforwardError && OF_REQUESTS.has(error.code)) {
    return new RequestError(422, error.code, error.message);
  }
  const { code, statusCode, message } = error as Partial<Record<string, unknown>>;
  switch (code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new RequestError(
        413,
        "too-large",
        `the body has more than ${settings.maxBody} bytes; send fewer rows at a time`,
      );
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return contentTypeError("the content type must be application/json");
    case "FST_BEARER_AUTH_MISSING_AUTHORIZATION_HEADER":
    case "FST_BEARER_AUTH_INVALID_AUTHORIZATION_HEADER":
      return new RequestError(
        401,
        "unauthorized",
        "this service asks for a token; send the right one: `Authorization: Bearer <token>`",
      );
  }
  if (typeof statusCode === "number" && statusCode >= 400 && statusCode < 500) {
    return new RequestError(statusCode, "request", String(message));
  }
  return new RequestError(
    500,
    "internal",
    "something went wrong in the service; its log says what",
  );
}

export function contentTypeError(message: string): RequestError {
  return new RequestError(415, "content-type", message);
}
