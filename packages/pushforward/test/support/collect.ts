import {
  type Distribution,
  type FitOptions,
  type FitProgress,
  fit,
  type Model,
  type Rows,
} from "pushforward";

/** A finished fit with all that it reported. */
export interface Collected {
  model: Model;
  reports: FitProgress[];
  /** Training loss of each step. */
  losses: number[];
  notices: string[];
}

/** Fit and keep the reports. */
export async function collect(
  flow: Distribution,
  rows: Rows,
  options: FitOptions,
): Promise<Collected> {
  const reports: FitProgress[] = [];
  const model = await fit(flow, rows, { ...options, onProgress: (report) => reports.push(report) });
  return {
    model,
    reports,
    losses: reports.flatMap((report) => (report.type === "step" ? [report.loss] : [])),
    notices: reports.flatMap((report) => (report.type === "notice" ? [report.message] : [])),
  };
}

/** What a promise or thenable rejects with; fails when it does not. */
export async function rejection(run: PromiseLike<unknown>): Promise<Error> {
  try {
    await run;
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected a rejection");
}
