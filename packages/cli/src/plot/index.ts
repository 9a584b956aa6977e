export { type DensityCurveOptions, densityCurve } from "./density-curve.ts";
export { type DensityMapOptions, densityMap } from "./density-map.ts";
export { type FigureText, figure } from "./figure.ts";
export { type LayersPlotOptions, layersPlot, type Stage, shownDraws } from "./layers-plot.ts";
export { type PairPlotOptions, pairPlot } from "./pair-plot.ts";
export type { Table } from "./table.ts";
export { type TrainingCurveOptions, type TrainingStep, trainingCurve } from "./training-curve.ts";
export { writeFigure } from "./write-figure.ts";
