import { DomainError } from "../core/errors.ts";

/** What may be disposed of while calls are still at work on it. */
export interface Lifetime {
  /**
   * Run a call; what it works on stays until it ends.
   *
   * @throws (rejects with) DomainError after `dispose`.
   */
  during<T>(who: string, call: () => Promise<T>): Promise<T>;
  /** Take no more calls, and free once the last has ended; later times do nothing. */
  dispose(): void;
}

/** @param free is called once. */
export function startLifetime(free: () => void): Lifetime {
  let calls = 0;
  let disposed = false;
  return {
    async during(who, call) {
      if (disposed) {
        throw new DomainError(`${who}: this model was disposed. Load it or fit it again.`);
      }
      calls++;
      try {
        return await call();
      } finally {
        calls--;
        if (disposed && calls === 0) free();
      }
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      if (calls === 0) free();
    },
  };
}
