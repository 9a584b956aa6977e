import { hostRandom } from "../../numerics/host-random.ts";
import { describeRow } from "../measurement.ts";
import type { Method } from "../method.ts";
import type { Probe, Subject } from "../subject.ts";

/** Standard normal weights for each number that a method returns at these rows. */
export async function randomWeights(
  subject: Subject,
  method: Method,
  rows: Float32Array,
): Promise<Float32Array[]> {
  const { params, context, seed } = subject;
  const outputs = await method.run({ params, rows, context });
  const source = hostRandom(seed, 3);
  return outputs.map((values) => values.map(() => source.normal()));
}

/**
 * Each parameter array changes a random linear functional of the outputs: its gradient is finite
 * everywhere, and not zero everywhere.
 */
export async function checkParameterEffects(
  subject: Subject,
  { method, rows }: Probe,
): Promise<void> {
  const { params, context, layout } = subject;
  const weights = await randomWeights(subject, method, rows);
  const gradients = await method.gradients({ params, rows, context }, weights);
  for (const { path, offset, size } of layout.slots) {
    const slopes = gradients.params.subarray(offset, offset + size);
    const broken = slopes.findIndex((slope) => !Number.isFinite(slope));
    if (broken >= 0) {
      throw new Error(
        `${method.label}: the gradient of parameter ${path}, entry ${broken}, is ${slopes[broken]}, limit: finite.`,
      );
    }
    if (slopes.every((slope) => slope === 0)) {
      throw new Error(
        `${method.label}: the gradient of parameter ${path} is 0 in every entry, limit: not 0, ` +
          `over ${rows.length / subject.size} rows from ${describeRow(0, rows, subject.size, context, subject.condSize)}.`,
      );
    }
  }
}

/** Another context gives other outputs in at least one of the rows. */
export async function checkContextEffect(subject: Subject, { method, rows }: Probe): Promise<void> {
  const { params, size, condSize } = subject;
  const context = subject.context as Float32Array;
  // Each row gets the context of its neighbour.
  const other = Float32Array.from(context, (_, i) => context[(i + condSize) % context.length]);
  const here = await method.run({ params, rows, context });
  const there = await method.run({ params, rows, context: other });
  if (here.some((values, output) => values.some((value, i) => value !== there[output]?.[i])))
    return;
  throw new Error(
    `${method.label}: every output stays the same when the contexts are exchanged, limit: a change ` +
      `in some row, over ${rows.length / size} rows from ${describeRow(0, rows, size, context, condSize)}.`,
  );
}
