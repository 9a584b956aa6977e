export {
  type CalibrationPlotOptions,
  calibrationPlot,
  type TransformGroup,
} from "./calibration-plot.ts";
export {
  type ComparisonPlotOptions,
  comparisonPlot,
  type PlottedSetting,
} from "./comparison-plot.ts";
export { type DensityCurveOptions, densityCurve } from "./density-curve.ts";
export { type DensityMapOptions, densityMap } from "./density-map.ts";
export { type FigureText, figure } from "./figure.ts";
export type { ImageBlock } from "./image-block.ts";
export { type ImageGridOptions, imageGrid } from "./image-grid.ts";
export { type LayersPlotOptions, layersPlot, type Stage, shownDraws } from "./layers-plot.ts";
export { type PairPlotOptions, pairPlot } from "./pair-plot.ts";
export { qualityPlot } from "./quality-plot.ts";
export { type ScoreGroup, type ScoreHistogramOptions, scoreHistogram } from "./score-histogram.ts";
export type { Table } from "./table.ts";
export type { TimeScale } from "./time-ticks.ts";
export { type TrainingCurveOptions, type TrainingStep, trainingCurve } from "./training-curve.ts";
export { shownPaths, type TrajectoriesPlotOptions, trajectoriesPlot } from "./trajectories-plot.ts";
export { writeFigure } from "./write-figure.ts";
