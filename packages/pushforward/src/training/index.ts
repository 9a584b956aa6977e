export { checkTable } from "./check-table.ts";
export type { FitOptions } from "./options.ts";
export type { FitNotice, FitProgress, StepProgress, ValidationProgress } from "./progress.ts";
export type { Schedule } from "./schedule.ts";
export { type TrainResult, train } from "./train.ts";
