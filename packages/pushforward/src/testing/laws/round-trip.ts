import { describeRow, holdTo, largestOf } from "../measurement.ts";
import type { Method } from "../method.ts";
import type { Probe, Subject } from "../subject.ts";

/** There and back again, in rows and summed log-determinants. */
interface RoundTrip {
  readonly back: Float32Array;
  readonly there: Float32Array;
  readonly sum: Float32Array;
}

async function travel(subject: Subject, { method, rows }: Probe, second: Method) {
  const { params, context } = subject;
  const [there, logDet] = (await method.run({ params, rows, context })) as Float32Array[];
  const [back, backLogDet] = await second.run({ params, rows: there as Float32Array, context });
  const sum = (logDet as Float32Array).map((value, row) => value + (backLogDet?.[row] as number));
  return { there, back, sum } as RoundTrip;
}

/**
 * The second method undoes the first: `|g(f(x)) - x|` is within `limit` of the larger of 1 and the
 * row's largest number, in x or f(x).
 */
export async function checkRoundTrip(
  subject: Subject,
  probe: Probe,
  second: Method,
  limit: number,
): Promise<void> {
  const { rows } = probe;
  const { size, context, condSize } = subject;
  const { there, back } = await travel(subject, probe, second);
  const scale = (row: number) =>
    largestOf(size, (i) =>
      Math.max(1, Math.abs(rows[row * size + i]), Math.abs(there[row * size + i])),
    ).value;
  const error = largestOf(rows.length, (i) => (back[i] - rows[i]) / scale(Math.floor(i / size)));
  holdTo(`${probe.method.label}: relative error of the way there and back`, limit, error, (i) =>
    describeRow(Math.floor(i / size), rows, size, context, condSize),
  );
}

/** The log-determinants of the two directions at one point add up to 0, within `limit`. */
export async function checkLogDetsCancel(
  subject: Subject,
  probe: Probe,
  second: Method,
  limit: number,
): Promise<void> {
  const { rows, method } = probe;
  const { size, context, condSize } = subject;
  const { sum } = await travel(subject, probe, second);
  const error = largestOf(sum.length, (row) => sum[row]);
  holdTo(`${method.label}: sum of the log-determinants of both directions`, limit, error, (row) =>
    describeRow(row, rows, size, context, condSize),
  );
}
