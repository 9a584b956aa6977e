import { describeRow, holdTo, largestOf, relativeDifference } from "../measurement.ts";
import type { Probe, Subject } from "../subject.ts";
import { callEagerly, calledEagerly, EAGER_ROWS, firstRows } from "./eager.ts";

/** Compared relative to the larger of the two numbers and 1. */
const FLOOR = 1;

/** Rows that are called one by one. */
const SINGLES = 2;

/**
 * Sixteen rows as one batch, as a batch of 4 by 4, and two of them one by one without a batch dimension give
 * the same, within `limit`; log-determinants and log-probabilities have the shape of the batch.
 */
export async function checkBatches(subject: Subject, probe: Probe, limit: number): Promise<void> {
  const { method, rows } = probe;
  const together = await calledEagerly(subject, probe);
  const all = firstRows(subject, rows, 0, EAGER_ROWS);
  const squared = await callEagerly(subject, method, all, [4, EAGER_ROWS / 4]);
  compare(subject, probe, together, squared, "a batch of shape [4, 4] against one of [16]", limit);
  const singles: Float32Array[][] = [];
  for (let row = 0; row < SINGLES; row++) {
    singles.push(await callEagerly(subject, method, firstRows(subject, rows, row, row + 1), []));
  }
  const stacked = together.map((_, output) =>
    Float32Array.from(singles.flatMap((results) => [...(results[output] as Float32Array)])),
  );
  const first = together.map((values) =>
    values.subarray(0, (values.length / EAGER_ROWS) * SINGLES),
  );
  compare(subject, probe, first, stacked, "events one by one against a batch", limit);
}

/**
 * What two engines agree within: eager calls run on jax-js, whose logarithm on WebAssembly alone is off by
 * up to 1.2e-5, more than once in a chain.
 */
const ENGINES = 1e-4;

/**
 * A compiled program gives what the eager call gives, within `limit`; on another engine than jax-js, within
 * 1e-4.
 */
export async function checkCompiled(subject: Subject, probe: Probe, limit: number): Promise<void> {
  const { method, rows } = probe;
  const eager = await calledEagerly(subject, probe);
  const compiled = await method.run(firstRows(subject, rows, 0, EAGER_ROWS));
  const allowed = subject.engine.name.startsWith("jax") ? limit : Math.max(limit, ENGINES);
  compare(subject, probe, eager, compiled, "a compiled program against eager calls", allowed);
}

/** Hold the relative difference of two lists of outputs to a limit. */
export function compare(
  { size, context, condSize }: Subject,
  { method, rows }: Probe,
  expected: readonly Float32Array[],
  got: readonly Float32Array[],
  what: string,
  limit: number,
): void {
  for (const [output, values] of expected.entries()) {
    const others = got[output] ?? new Float32Array(0);
    const error = largestOf(values.length, (i) =>
      others.length === values.length ? relativeDifference(values[i], others[i], FLOOR) : Infinity,
    );
    const isPerEvent = output === 0 && expected.length > 1;
    holdTo(`${method.label}: relative difference of ${what}, output ${output}`, limit, error, (i) =>
      describeRow(isPerEvent ? Math.floor(i / size) : i, rows, size, context, condSize),
    );
  }
}
