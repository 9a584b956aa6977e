/** What a service allows, and how long it waits. */
export interface ServeSettings {
  /** Most rows in a request or an answer. */
  readonly maxRows: number;
  /** Most bytes of a request's body. */
  readonly maxBody: number;
  /** Most requests that are accepted and not yet answered; more get 429. */
  readonly maxConcurrent: number;
  /** Seconds that a body may take to come in, and an answer to be found. */
  readonly timeout: number;
  /** What a caller must know; undefined: nothing. */
  readonly token?: string | undefined;
}

export const defaultSettings = {
  maxRows: 10_000,
  maxBody: 2 ** 23,
  maxConcurrent: 256,
  timeout: 30,
} as const satisfies ServeSettings;
