import type { BaselineOptions, EngineChoice } from "pushforward";
import type { Console } from "../terminal/console.ts";

/** Options of every command that computes. */
export interface EngineOptions {
  engine?: EngineChoice;
}

/** What a baseline is told of engines. */
export type BaselineEngine = Pick<BaselineOptions, "engine" | "onProgress">;

/** The engine asked for; its notices are among the command's own. */
export function baselineEngine({ engine }: EngineOptions, console: Console): BaselineEngine {
  return {
    engine,
    onProgress: (report) => {
      if (report.type === "notice") console.note(report.message);
    },
  };
}
