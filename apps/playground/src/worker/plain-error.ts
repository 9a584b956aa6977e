import { messageOf } from "../message-of.ts";

/** Errors lose their class on the way to the page; what they say to people is what counts there. */
export function plainError(error: unknown): Error {
  return new Error(messageOf(error));
}
