import type { EngineOptions } from "./engine-options.ts";

export interface SampleCommandOptions extends EngineOptions {
  count?: number;
  seed: number;
  temperature?: number;
  class?: string;
  out?: string;
  json?: boolean;
}
