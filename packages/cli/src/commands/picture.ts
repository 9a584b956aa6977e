import type { DataOptions } from "./data-options.ts";
import type { EngineOptions } from "./engine-options.ts";
import type { ImageOptions } from "./model-images.ts";

/** What there is to draw of a model, by what it is a model of; the first is drawn if nothing is asked for. */
export const pictureNames = {
  tables: ["density", "scores", "calibration", "quality", "layers", "trajectories", "training"],
  images: ["samples", "interpolation", "reconstruction", "likelihood", "training"],
} as const;

export type TablePictureName = (typeof pictureNames.tables)[number];
export type ImagePictureName = (typeof pictureNames.images)[number];

export interface PlotCommandOptions extends DataOptions, ImageOptions, EngineOptions {
  what?: TablePictureName | ImagePictureName;
  seed: number;
  training?: string;
  out?: string;
  json?: boolean;
}

export interface Picture {
  /** SVG documents, top to bottom. */
  parts: string[];
  subtitle: string;
}
