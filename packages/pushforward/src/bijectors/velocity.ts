import type { Dynamics } from "../core/dynamics.ts";
import type { Rates } from "../core/velocity-field.ts";
import { jvp, type NDArray, np, type Tree, tree, vmap } from "../engine/index.ts";
import { identityMatrix } from "../numerics/host-matrix.ts";

/** What is integrated beside the state. */
export interface Integrands {
  /** `tr df/dz`, whose integral is the log-determinant. */
  readonly trace: boolean;
  /** `|f|^2`, whose integral is the kinetic energy. */
  readonly energy: boolean;
  /** `|df/dz|_F^2`. */
  readonly jacobian: boolean;
}

/** The arrays that a velocity depends on; lent. */
export interface VelocityInputs<P extends Tree> {
  readonly params: P;
  /** `[c, n]`. */
  readonly context: NDArray | undefined;
  /**
   * Noise `[d, n]` of covariance I, with which trace and Jacobian are estimated (Hutchinson 1990); absent: they are
   * exact, at the price of d directions instead of one.
   */
  readonly probe: NDArray | undefined;
}

/**
 * The velocity `f(z, t)` and, in the order of {@link Integrands}, the integrands that are asked for, for a solver.
 *
 * With J = df/dz and the probe e, `e^T J e` is the trace on average and `|J e|^2` the Frobenius norm's square
 * (Grathwohl et al. 2019, arXiv:1810.01367, section 3.1; Finlay et al. 2020, arXiv:2002.02798, section 3.2).
 */
export function velocity<P extends Tree>(
  dynamics: Dynamics<P>,
  { params, context, probe }: VelocityInputs<P>,
  { trace, energy, jacobian }: Integrands,
): Rates {
  return (time, z) => {
    const own = tree.ref(params);
    if (!trace && !jacobian) {
      const slope = dynamics.apply(own, time, z, context?.ref);
      return energy ? [slope.ref, total(slope.mul(slope.ref))] : [slope];
    }
    const directions = probe ? np.expandDims(probe.ref, 1) : unitVectors(z.shape[0] as number);
    const [slope, along] = push(dynamics, own, time, z, context?.ref, directions.ref);
    const rates = [slope];
    if (trace) rates.push(total(along.ref.mul(directions.ref)));
    if (energy) rates.push(total(slope.ref.mul(slope.ref)));
    if (jacobian) rates.push(total(along.ref.mul(along.ref)));
    along.dispose();
    directions.dispose();
    return rates;
  };
}

/** `[d, d, 1]`: of the directions of a dimension, the one along itself. */
function unitVectors(size: number): NDArray {
  return identityMatrix(size).reshape([size, size, 1]);
}

/** The velocity, and what its Jacobian makes of directions, `[d, k, n]`; consumes. */
function push<P extends Tree>(
  dynamics: Dynamics<P>,
  params: P,
  time: NDArray,
  z: NDArray,
  context: NDArray | undefined,
  directions: NDArray,
): NDArray[] {
  if (dynamics.push) return dynamics.push(params, time, z, context, directions);
  const map = (point: NDArray) => dynamics.apply(tree.ref(params), time.ref, point, context?.ref);
  const each = (tangent: NDArray) => jvp(map as never, [z.ref] as never, [tangent] as never);
  const [size, count] = directions.shape as [number, number];
  const first = np.moveaxis(np.broadcastTo(directions, [size, count, z.shape[1] as number]), 1, 0);
  const [slopes, along] = (vmap as unknown as Vectorize)(each as never)(first);
  tree.dispose([params, time, z, ...(context ? [context] : [])] as Tree);
  return [slopes.slice(0), np.moveaxis(along, 0, 1)];
}

/** The sum over all but the rows, `[1, n]`. */
function total(x: NDArray): NDArray {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  return x.sum(axes).reshape([1, -1]);
}

/** What of jax-js' `vmap` is used: its own type cannot follow it. */
type Vectorize = (map: (tangent: NDArray) => NDArray[]) => (tangents: NDArray) => NDArray[];
