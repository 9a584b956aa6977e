import type { Console } from "./console.ts";
import { clock } from "./duration.ts";
import { openLine } from "./progress.ts";

/** Shows how far a walk over rows is. */
export interface RowProgress {
  /** @param done rows so far. */
  show(done: number): void;
  clear(): void;
}

/** Shows a share, the rows a second and the time left: on a terminal a line that renews itself, else one at times. */
export function openRowProgress(console: Console, verb: string, rows: number): RowProgress {
  const line = openLine(console);
  const begin = performance.now();
  return {
    show(done) {
      line.show(() => {
        const rate = (1000 * done) / (performance.now() - begin);
        return [
          `${verb} ${done.toLocaleString("en-US")} of ${rows.toLocaleString("en-US")} rows`,
          `${Math.round(rate).toLocaleString("en-US")}/s`,
          `${clock((rows - done) / rate)} left`,
        ].join("  ");
      });
    },
    clear: () => line.clear(),
  };
}
