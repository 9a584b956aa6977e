import type { FlowSizes } from "../options/flow-sizes.ts";
import type { EngineOptions } from "./engine-options.ts";
import type { SettingOptions, TrainingOptions } from "./fit-settings.ts";
import type { TableOptions } from "./model-table.ts";

export interface FitCommandOptions extends TableOptions, FlowSizes, TrainingOptions, EngineOptions {
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
