/** Counts requests that are accepted and not yet answered, and lets in so many at a time. */
export interface Gate {
  /** Requests that are accepted and not yet answered. */
  readonly inside: number;
  /** Most of them. */
  readonly most: number;
  /** Most bytes that their bodies may have in all. */
  readonly mostBytes: number;
  /**
   * Lets in a request with a body of so many bytes; the returned function lets it out again.
   * Undefined: there is no room.
   */
  enter(bytes: number): (() => void) | undefined;
}

/** Bytes that bodies may have in all: what is parsed from them takes a few times as many. */
const MOST_BYTES = 2 ** 28;

export interface GateOptions {
  readonly maxConcurrent: number;
  readonly maxBody: number;
}

/** A gate with room for so many requests, and for at least one with the largest body. */
export function createGate({ maxConcurrent, maxBody }: GateOptions): Gate {
  const mostBytes = Math.max(MOST_BYTES, maxBody);
  let inside = 0;
  let held = 0;
  return {
    most: maxConcurrent,
    mostBytes,
    get inside() {
      return inside;
    },
    enter(bytes) {
      if (inside >= maxConcurrent || held + bytes > mostBytes) return undefined;
      inside++;
      held += bytes;
      return () => {
        inside--;
        held -= bytes;
      };
    },
  };
}
