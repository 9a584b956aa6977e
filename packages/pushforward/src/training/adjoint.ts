import type { Interval, OdeProgress, OdeStepper, Rates } from "../core/velocity-field.ts";
import {
  grad,
  type NDArray,
  np,
  stopGradient,
  type Tree,
  tree,
  valueAndGrad,
} from "../engine/index.ts";

/** The rates of a layer as a function of its parameters, which are lent. */
export type RatesOf = (params: Tree) => Rates;

/**
 * One step of the adjoint equation `da/dt = -a^T df/dz - sum_j w_j dq_j/dz`, solved together with `dz/dt = f` backwards
 * from the end of a solution, a being the gradient of the loss by z (Chen et al. 2018, arXiv:1806.07366, algorithm 1).
 * Columns of the progress are z above a. Everything but the parameters is consumed.
 *
 * The parameters' gradient is a quadrature that the equation does not depend on, so the step size does not look at it
 * (Kidger et al. 2021, arXiv:2009.09457).
 *
 * @param weights w: the gradient of the loss by the integrals of the integrands q, `[1, n]`.
 * @returns the progress, and what the step adds to the gradient by the parameters.
 */
export function adjointStep(
  stepper: OdeStepper,
  ratesOf: RatesOf,
  params: Tree,
  progress: OdeProgress,
  weights: readonly NDArray[],
  interval: Interval,
): [OdeProgress, Tree] {
  const points: [time: NDArray, state: NDArray][] = [];
  const rates = adjointRates(ratesOf(params), weights);
  const recording: Rates = (time, state) => {
    points.push([time.ref, state.ref]);
    return rates(time, state);
  };
  const [from, to] = interval;
  const left = progress.left.ref;
  if (stepper.reusesSlopes) {
    const time = np
      .subtract(1, left.ref)
      .mul(to - from)
      .add(from);
    points.push([time, progress.values[0].ref]);
  }
  const next = stepper.step(recording, progress, interval);
  // A step that was not taken has no length.
  const taken = left.sub(next.left.ref).mul(to - from);
  const own = points.slice(0, stepper.weights.length);
  const gradient = grad(((given: Tree) => {
    const total = own.reduce<NDArray | undefined>((sum, [time, state], stage) => {
      const weight = stepper.weights[stage];
      if (weight === 0) return sum;
      const [z, a] = halves(state.ref);
      const product = hamiltonian(ratesOf(given), time.ref, z, a, weights)[0];
      const term = product.mul(taken.ref).mul(-weight).sum();
      return sum ? sum.add(term) : term;
    }, undefined);
    return total as NDArray;
  }) as never) as unknown as (given: Tree) => Tree;
  return [next, gradient(tree.ref(params as never) as Tree)];
}

/** The rates of z above a. */
export function adjointRates(rates: Rates, weights: readonly NDArray[]): Rates {
  return (time, state) => {
    const [z, a] = halves(state);
    const slope = valueAndGrad(
      ((point: NDArray) => {
        const [product, velocity] = hamiltonian(rates, time.ref, point, a.ref, weights);
        return [product.sum(), stopGradient(velocity)];
      }) as never,
      { hasAux: true },
    ) as unknown as (z: NDArray) => [[NDArray, NDArray], NDArray];
    const [[total, velocity], gradient] = slope(z);
    for (const array of [total, time, a]) array.dispose();
    return [np.concatenate([velocity, gradient.neg()], 0)];
  };
}

/** `a^T f + sum_j w_j q_j` of each row, `[1, n]`, and f. */
function hamiltonian(
  rates: Rates,
  time: NDArray,
  z: NDArray,
  a: NDArray,
  weights: readonly NDArray[],
): [NDArray, NDArray] {
  const [velocity, ...integrands] = rates(time, z);
  const along = velocity.ref.mul(a).sum(0, { keepdims: true });
  const product = integrands.reduce((sum, each, j) => sum.add(each.mul(weights[j].ref)), along);
  return [product, velocity];
}

function halves(state: NDArray): [NDArray, NDArray] {
  return np.split(state, 2, 0) as [NDArray, NDArray];
}
