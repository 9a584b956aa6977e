import { householder } from "../bijectors/householder.ts";
import { lowRankLinear } from "../bijectors/low-rank-linear.ts";
import { luLinear } from "../bijectors/lu-linear.ts";
import { qrLinear } from "../bijectors/qr-linear.ts";
import { triangularLinear } from "../bijectors/triangular-linear.ts";
import type { Bijector } from "../core/bijector.ts";
import type { Flow } from "../core/distribution.ts";
import { DomainError } from "../core/errors.ts";
import type { Shape } from "../core/shape.ts";
import { checkUnconditional, type FlowOptions, flowFromData, shapesOf } from "./flow-options.ts";

const matrices = {
  lu: luLinear,
  triangular: triangularLinear,
  orthogonal: householder,
  qr: qrLinear,
  "low-rank": lowRankLinear,
} as const satisfies Record<string, (options: { shape: Shape }) => Bijector>;

export interface LinearFlowOptions extends Omit<FlowOptions, "layers"> {
  /** The form of the matrix; default `"lu"`. */
  matrix?: keyof typeof matrices | undefined;
}

/**
 * Affine flow: one learned map `z = A x + b`, A by its LU or QR factors, triangular, orthogonal, or diagonal
 * plus low rank. On a normal base it is a normal distribution; it shows what a change of axes does alone,
 * and on another base it is an independent component analysis. Both directions cost one pass. Takes no context.
 *
 * @throws DomainError for a matrix of another form; ConditionError for a context.
 */
export function linearFlow(options: LinearFlowOptions): Flow {
  const { matrix = "lu" } = options;
  const { shape } = shapesOf("linear", options, ["base", "matrix"]);
  checkUnconditional("linear", options);
  if (!Object.hasOwn(matrices, matrix)) {
    const known = Object.keys(matrices).join(", ");
    throw new DomainError(`linear: matrix must be one of ${known}; got "${matrix}".`);
  }
  return flowFromData("linear", options, [matrices[matrix]({ shape })]);
}
