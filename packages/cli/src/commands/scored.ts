import type { EngineOptions } from "./engine-options.ts";
import type { ImageOptions } from "./model-images.ts";
import type { TableOptions } from "./model-table.ts";

export interface ScoreCommandOptions extends TableOptions, ImageOptions, EngineOptions {
  draws?: number;
  out?: string;
  json?: boolean;
}

/** Scores of rows or images. */
export interface Scored {
  /** The CSV file, line by line. */
  lines: Iterable<string>;
  /** What to say of all of them. */
  summary: string;
  /** What to know beside the scores. */
  notices: string[];
  /** For machines: what was scored, and the scores themselves. */
  facts: object;
  scores: object;
}
