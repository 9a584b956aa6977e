import type { FlowSizes } from "../options/flow-sizes.ts";
import type { EngineOptions } from "./engine-options.ts";
import type { SettingOptions, TrainingOptions } from "./fit-settings.ts";
import type { ImageOptions } from "./model-images.ts";
import type { TableOptions } from "./model-table.ts";

export interface FitCommandOptions
  extends TableOptions,
    ImageOptions,
    FlowSizes,
    TrainingOptions,
    EngineOptions {
  flow?: SettingOptions["flow"];
  test?: number;
  bits?: number;
  classes?: boolean;
  flips?: boolean;
  dequantization?: "uniform" | "variational";
  checkpoint?: string;
  out?: string;
  json?: boolean;
}
