import type { Bijector, Direction } from "../../core/bijector.ts";
import { jacobians } from "../../core/jacobian.ts";
import { uploadParameters } from "../../core/parameters.ts";
import { tree } from "../../engine/index.ts";
import { logAbsDet } from "../../numerics/log-abs-det.ts";
import { describeRow, holdTo, largestOf } from "../measurement.ts";
import type { Probe, Subject } from "../subject.ts";

/** Rows at which a Jacobian is differentiated. */
const ROWS = 16;

/**
 * The log-determinant is that of the Jacobian, which forward-mode differentiation of the values
 * gives and elimination in double precision turns into `log|det|`; within `limit` per dimension.
 */
export async function checkLogDet(
  subject: Subject,
  bijector: Bijector,
  direction: Direction,
  { method, rows: allRows }: Probe,
  limit: number,
): Promise<void> {
  const { size, condSize, layout, params, engine } = subject;
  const rows = allRows.slice(0, ROWS * size);
  const context = subject.context?.slice(0, ROWS * condSize) ?? null;
  const [, claimed] = (await method.run({ params, rows, context })) as Float32Array[];

  const tensors = uploadParameters(layout, params);
  const matrices = await jacobians(
    engine,
    bijector,
    tensors,
    rows,
    context ?? undefined,
    direction,
  );
  tree.dispose(tensors);

  const error = largestOf(ROWS, (row) => {
    const matrix = matrices.subarray(row * size * size, (row + 1) * size * size);
    return (claimed[row] - logAbsDet(matrix, size)) / size;
  });
  holdTo(
    `${method.label}: log-determinant against the Jacobian's, per dimension`,
    limit,
    error,
    (row) => describeRow(row, rows, size, context, condSize),
  );
}
