import type { EngineOptions } from "./engine-options.ts";

export interface SampleCommandOptions extends EngineOptions {
  count?: number;
  seed: number;
  temperature?: number;
  where?: string;
  class?: string;
  out?: string;
  json?: boolean;
}
