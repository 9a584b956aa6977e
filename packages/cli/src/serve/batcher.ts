import { setImmediate } from "node:timers/promises";

/** Puts items of many callers into common calls. */
export interface Batcher<Kind, Item, Result> {
  /**
   * The result of each item of one caller, in order: such as of the rows of a request.
   *
   * @param signal ends the wait of items whose turn has not come.
   */
  run(kind: Kind, items: readonly Item[], signal: AbortSignal): Promise<Result[]>;
}

export interface BatcherOptions<Kind, Item, Result> {
  /** Most items in a call. */
  readonly most: number;
  /** One result per item. */
  call(kind: Kind, items: readonly Item[]): Promise<readonly Result[]>;
  /** Hears of each call before it is made. */
  onCall?(kind: Kind, items: number, requests: number): void;
}

interface Job<Kind, Item, Result> {
  readonly kind: Kind;
  readonly items: readonly Item[];
  readonly signal: AbortSignal;
  readonly results: Result[];
  resolve(results: Result[]): void;
  reject(error: unknown): void;
}

/** The items of a job that take part in a call. */
interface Part<Kind, Item, Result> {
  readonly job: Job<Kind, Item, Result>;
  readonly items: readonly Item[];
}

/**
 * Makes one call at a time; what comes in meanwhile goes into the next call together.
 *
 * A job with more items than fit goes to the end of the queue after each of its calls, so that
 * small ones pass it. Where a call for several jobs fails, the items of each are called by
 * themselves: one job's items never fail another.
 */
export function createBatcher<Kind, Item, Result>({
  most,
  call,
  onCall,
}: BatcherOptions<Kind, Item, Result>): Batcher<Kind, Item, Result> {
  let waiting: Job<Kind, Item, Result>[] = [];
  let working = false;

  async function work(): Promise<void> {
    working = true;
    while (waiting.length > 0) {
      // What has arrived already is read first.
      await setImmediate();
      const parts = takeParts();
      if (parts.length > 0) await perform(parts);
    }
    working = false;
  }

  /** As many items of the first job's kind as fit into a call; their jobs leave the queue. */
  function takeParts(): Part<Kind, Item, Result>[] {
    for (const { signal, reject } of waiting) if (signal.aborted) reject(signal.reason);
    waiting = waiting.filter(({ signal }) => !signal.aborted);
    const parts: Part<Kind, Item, Result>[] = [];
    const kind = waiting[0]?.kind;
    let room = most;
    waiting = waiting.filter((job) => {
      if (room === 0 || job.kind !== kind) return true;
      const from = job.results.length;
      const items = job.items.slice(from, from + room);
      parts.push({ job, items });
      room -= items.length;
      return false;
    });
    return parts;
  }

  async function perform(parts: readonly Part<Kind, Item, Result>[]): Promise<void> {
    const [first] = parts;
    const { kind } = (first as Part<Kind, Item, Result>).job;
    const items = parts.flatMap((part) => part.items);
    onCall?.(kind, items.length, parts.length);
    try {
      const results = await call(kind, items);
      let from = 0;
      for (const { job, items } of parts) {
        for (let place = 0; place < items.length; place++) {
          job.results.push(results[from + place] as Result);
        }
        from += items.length;
        if (job.results.length === job.items.length) job.resolve(job.results);
        else waiting.push(job);
      }
    } catch (error) {
      for (const part of parts) {
        const { reject, signal } = part.job;
        if (parts.length === 1) reject(error);
        else if (signal.aborted) reject(signal.reason);
        else await perform([part]);
      }
    }
  }

  return {
    run: (kind, items, signal) =>
      new Promise((resolve, reject) => {
        waiting.push({ kind, items, signal, results: [], resolve, reject });
        if (!working) work();
      }),
  };
}
