import { finished } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { RequestError } from "./request-error.ts";

/** Answers 408 and ends the connection where a body takes longer to come in. */
export function limitBodyTime({ raw }: FastifyRequest, reply: FastifyReply, seconds: number): void {
  const timer = setTimeout(() => {
    reply.header("connection", "close").send(slowError(seconds));
  }, seconds * 1000);
  raw.once("end", () => clearTimeout(timer));
  whenOver(reply, () => clearTimeout(timer));
}

/**
 * Calls when an answer has gone out, or with an error where the connection ended before:
 * fastify's own hook would not be called then. The returned function takes it back.
 */
export function whenOver(reply: FastifyReply, listener: (error?: Error | null) => void) {
  return finished(reply.raw, { readable: false }, listener);
}

/** What a client is told that is too slow. */
export function slowError(seconds: number): RequestError {
  return new RequestError(408, "slow", `the request took more than ${seconds} s to come in`);
}

/**
 * What a task finds within so many seconds.
 *
 * @param task is told by the signal when nobody waits any more: time is up, or the client has gone.
 * @throws RequestError (503) when time is up.
 */
export async function withinTime<T>(
  reply: FastifyReply,
  seconds: number,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const waiting = new AbortController();
  const late = new RequestError(503, "timeout", `no answer within ${seconds} s; try fewer rows`);
  const timer = setTimeout(() => waiting.abort(late), seconds * 1000);
  const left = new RequestError(499, "gone", "nobody waits for the answer any more");
  const gone = whenOver(reply, () => waiting.abort(left));
  try {
    return await new Promise<T>((resolve, reject) => {
      waiting.signal.addEventListener("abort", () => reject(waiting.signal.reason));
      task(waiting.signal).then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
    gone();
  }
}
