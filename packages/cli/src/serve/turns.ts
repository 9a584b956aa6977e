/** Runs a task when all that came before have ended; unless it is aborted by then. */
export type Turns = <T>(task: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/** Turns, first come, first served. */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return (task, signal) => {
    const turn = last.then(() => {
      signal.throwIfAborted();
      return task();
    });
    last = turn.catch(() => {});
    return turn;
  };
}
