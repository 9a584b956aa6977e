import { uploadParameters } from "../../core/parameters.ts";
import { type NDArray, np } from "../../engine/index.ts";
import type { Method, Point } from "../method.ts";
import type { Probe, Subject } from "../subject.ts";

/** Rows of the call that several laws compare others with. */
export const EAGER_ROWS = 16;

const called = new WeakMap<Probe, Promise<Float32Array[]>>();

/** What a method returns for the first rows of a probe as one batch: called once for all laws. */
export function calledEagerly(subject: Subject, probe: Probe): Promise<Float32Array[]> {
  const { method, rows } = probe;
  const point = () => firstRows(subject, rows, 0, EAGER_ROWS);
  const outputs = called.get(probe) ?? callEagerly(subject, method, point(), [EAGER_ROWS]);
  called.set(probe, outputs);
  return outputs;
}

/**
 * Call a method as a user would, outside any compiled program.
 *
 * @param batch the batch shape; the point holds as many rows.
 */
export async function callEagerly(
  subject: Subject,
  method: Pick<Method, "call">,
  { params, rows, context }: Point,
  batch: readonly number[],
): Promise<Float32Array[]> {
  const { layout, shape, condShape } = subject;
  const x = np.array(rows.slice(), { shape: [...batch, ...shape] });
  const cond =
    context && condShape
      ? np.array(context.slice(), { shape: [...batch, ...condShape] })
      : undefined;
  const outputs = method.call(uploadParameters(layout, params), x, cond);
  const results: Float32Array[] = [];
  for (const output of outputs) {
    checkBatch(method, output, batch, subject);
    results.push((await output.data()) as Float32Array);
  }
  return results;
}

/** Outputs are one event or one number per row: their shapes start with the batch's. */
function checkBatch(
  method: Pick<Method, "call"> & Partial<Method>,
  output: NDArray,
  batch: readonly number[],
  { shape }: Subject,
): void {
  const wanted = [`[${batch.join(", ")}]`, `[${[...batch, ...shape].join(", ")}]`];
  const got = `[${output.shape.join(", ")}]`;
  if (wanted.includes(got)) return;
  throw new Error(
    `${method.label}: for a batch of shape ${wanted[0]} an output has the shape ${got}, limit: ${wanted.join(" or ")}.`,
  );
}

/** The first rows of a point. */
export function firstRows(subject: Subject, rows: Float32Array, from: number, to: number): Point {
  const { size, condSize, context, params } = subject;
  return {
    params,
    rows: rows.slice(from * size, to * size),
    context: context?.slice(from * condSize, to * condSize) ?? null,
  };
}
