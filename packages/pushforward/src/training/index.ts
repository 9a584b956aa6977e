export { checkTable } from "./check-table.ts";
export type { FitOptions } from "./options.ts";
export type {
  FitNotice,
  FitProgress,
  HistoryEntry,
  StepProgress,
  ValidationProgress,
} from "./progress.ts";
export { type TrainResult, train } from "./train.ts";
