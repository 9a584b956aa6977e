import type { FlowSizes } from "../options/flow-sizes.ts";
import type { DataOptions } from "./data-options.ts";
import type { EngineOptions } from "./engine-options.ts";
import type { ColumnOptions } from "./fit-config.ts";
import type { SettingOptions, TrainingOptions } from "./fit-settings.ts";

export interface FitCommandOptions
  extends DataOptions,
    Omit<ColumnOptions, "columns" | "exclude" | "types">,
    FlowSizes,
    TrainingOptions,
    EngineOptions {
  columns?: string[];
  exclude?: string[];
  /** By column, as typed: `circular(0, 360)`. */
  types?: Record<string, string>;
  config?: string;
  maxRows?: number;
  flow?: SettingOptions["flow"];
  test?: number;
  bits?: number;
  labels?: string;
  classes?: boolean;
  flips?: boolean;
  dequantization?: "uniform" | "variational";
  checkpoint?: string;
  out?: string;
  json?: boolean;
}
