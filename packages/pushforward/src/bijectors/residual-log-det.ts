import type { ContractiveNetwork } from "../core/contractive-network.ts";
import { DomainError } from "../core/errors.ts";
import type { Shape } from "../core/shape.ts";
import { type NDArray, np, type Tree } from "../engine/index.ts";
import { identityMatrix } from "../numerics/host-matrix.ts";
import { logDetAccretive } from "../numerics/log-det-accretive.ts";

export type ResidualLogDet = "exact";

interface Setting {
  readonly network: ContractiveNetwork;
  /** Numbers of an event. */
  readonly size: number;
  readonly method: ResidualLogDet | undefined;
}

/** `log|det(I + J)|`, `[n]`, from what `linearize` returned, which is consumed, and the shape of the events. */
type LogDet = (jacobian: Tree, events: Shape) => NDArray;

export function residualLogDet({ network, size, method = "exact" }: Setting): LogDet {
  if (method !== "exact") throw new DomainError(`residual: ${method}`);
  return (jacobian, [rows, ...shape]) => {
    // The same unit vectors for all rows: d products give the rows of J transposed.
    const units = identityMatrix(size).reshape([size, 1, ...shape]);
    const columns = network.push(jacobian, units).reshape([size, -1, size]).transpose([0, 2, 1]);
    const logDet = logDetAccretive(columns.add(identityMatrix(size).reshape([size, size, 1])));
    return np.broadcastTo(logDet, [rows as number]);
  };
}
