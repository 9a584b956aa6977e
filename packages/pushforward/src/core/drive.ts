import { SolverError } from "./errors.ts";

/** What is done step by step until every row is done. */
export interface DrivenSteps<S> {
  advance(state: S): Promise<S>;
  /** Of each row: 0 where it is done, 1 where it goes on, -1 where it failed. */
  status(state: S): Promise<ArrayLike<number>>;
  readonly evaluations: { readonly start: number; readonly step: number };
  /** Steps after which a row that is not done has failed. */
  readonly limit: number;
  /** What happened to a row that failed. */
  explain(state: S, row: number, evaluations: number): Promise<string>;
}

/**
 * The states after a first one, until every row is done; whoever asks for them frees them.
 *
 * @returns the evaluations that the slowest row needed.
 * @throws SolverError for a row that failed, or was not done in time.
 */
export async function* drive<S>(
  first: S,
  { advance, status, evaluations, limit, explain }: DrivenSteps<S>,
): AsyncGenerator<S, number> {
  let state = first;
  for (let steps = 0; ; steps++) {
    const rows = Array.from(await status(state));
    const used = evaluations.start + steps * evaluations.step;
    const failed = rows.findIndex((each) => !(each >= 0));
    const row = failed < 0 && steps >= limit ? rows.indexOf(1) : failed;
    if (row >= 0) throw new SolverError(row, await explain(state, row, used));
    if (!rows.includes(1)) return used;
    state = await advance(state);
    yield state;
  }
}
