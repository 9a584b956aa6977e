import type { Dynamics } from "../core/dynamics.ts";
import { jvp, type NDArray, np, type Tree, tree, vmap } from "../engine/index.ts";
import { identityMatrix } from "../numerics/host-matrix.ts";
import type { Rates } from "../numerics/runge-kutta.ts";

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
    const at = (point: NDArray) => dynamics.apply(tree.ref(params), time.ref, point, context?.ref);
    const [slope, along, directions] =
      trace || jacobian ? derivatives(at, z, probe) : [at(z), undefined, undefined];
    time.dispose();
    const rates = [slope];
    if (trace && along && directions) rates.push(total(along.ref.mul(directions.ref)));
    if (energy) rates.push(total(slope.ref.mul(slope.ref)));
    if (jacobian && along) rates.push(total(along.ref.mul(along.ref)));
    along?.dispose();
    directions?.dispose();
    return rates;
  };
}

/** The value of a map of columns, and what its Jacobian makes of directions: `[.., d, n]`, and those. */
function derivatives(
  map: (z: NDArray) => NDArray,
  z: NDArray,
  probe: NDArray | undefined,
): [value: NDArray, along: NDArray, directions: NDArray] {
  if (probe) {
    const [value, along] = jvp(map as never, [z] as never, [probe.ref] as never) as [
      NDArray,
      NDArray,
    ];
    return [value, along, probe.ref];
  }
  const [size, rows] = z.shape as [number, number];
  const units = identityMatrix(size).reshape([size, size, 1]);
  const tangents = np.broadcastTo(units.ref, [size, size, rows]);
  const each = (tangent: NDArray) => jvp(map as never, [z.ref] as never, [tangent] as never);
  const [values, along] = (vmap as unknown as Vectorize)(each as never)(tangents);
  z.dispose();
  return [values.slice(0), along, units];
}

/** The sum over all but the rows, `[1, n]`. */
function total(x: NDArray): NDArray {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  return x.sum(axes).reshape([1, -1]);
}

/** What of jax-js' `vmap` is used: its own type cannot follow it. */
type Vectorize = (map: (tangent: NDArray) => NDArray[]) => (tangents: NDArray) => NDArray[];
