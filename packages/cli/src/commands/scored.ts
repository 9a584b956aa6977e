import type { DataOptions } from "./data-options.ts";
import type { EngineOptions } from "./engine-options.ts";
import type { ImageOptions } from "./model-images.ts";

export interface ScoreCommandOptions extends DataOptions, ImageOptions, EngineOptions {
  draws?: number;
  anomalies?: number;
  out?: string;
  json?: boolean;
}

/** Scores of images. */
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
