import { fence, type NDArray, np, settle, stopGradient, type Tree, tree } from "../engine/index.ts";

export interface IncreasingProblem<P extends Tree> {
  /**
   * A strictly increasing function of x, elementwise, with its derivative: `[f(x), f'(x)]`, both of x's
   * shape. Consumes its arguments. What depends on learned parameters belongs into `params`: gradients
   * reach nothing else.
   */
  map: Increasing<P>;
  params: P;
  /** What f(x) is to be. */
  target: NDArray;
  /** `f(low) <= target`. */
  low: NDArray;
  /** `target <= f(high)`. */
  high: NDArray;
  /** Bisections; default 24, from the bracket's width down to 6e-8 of it. */
  steps?: number;
}

type Increasing<P extends Tree> = (
  params: P,
  x: NDArray,
) => readonly [value: NDArray, derivative: NDArray];

/** Newton steps after the bisections; the last of them carries the gradients. */
const NEWTON_STEPS = 3;

/** Slopes count as at least this, so that what is divided by them stays finite. */
const FLATTEST = 1e-20;

const LARGEST = 3e38;

/**
 * The root x of `f(x) = target` in a bracket, for a strictly increasing f; consumes all arrays.
 *
 * Bisections shrink the bracket to `2^-steps` of its width, whatever f; Newton steps that cannot leave
 * what remains of it then find the root as well as float32 knows f. That is `steps + 3` evaluations of f,
 * one after the other. Where the root lies outside the bracket the result is the nearer end.
 *
 * First derivatives are those of the implicit function theorem, `dx = (dtarget - df) / f'(x)`, by the
 * target and by `params`, forward and reverse; second ones are not right. The bracket has none.
 */
export function solveIncreasing<P extends Tree>(problem: IncreasingProblem<P>): NDArray {
  const { map, params, target, steps = 24 } = problem;
  const [low, high] = [stopGradient(problem.low), stopGradient(problem.high)];
  const known = {
    params: tree.map(stopGradient, tree.ref(params)) as P,
    y: stopGradient(target.ref),
  };

  let left = low.ref;
  let width = high.ref.sub(low.ref);
  for (let step = 0; step < steps; step++) {
    width = width.mul(0.5);
    const [value, derivative] = map(tree.ref(known.params), settled(left.ref.add(width.ref)));
    derivative.dispose();
    left = left.add(np.lessEqual(value, known.y.ref).astype(np.float32).mul(width.ref));
  }

  // As much again on either side: rounding may have moved the bracket by its own width.
  const from = np.clip(left.ref.sub(width.ref), low.ref, high.ref);
  const to = np.clip(left.ref.add(width.ref.mul(2)), low, high);
  let x = left.add(width.mul(0.5));
  for (let step = 1; step < NEWTON_STEPS; step++) {
    const move = newtonStep(map, tree.ref(known.params), known.y.ref, x.ref);
    x = settled(np.clip(x.add(move), from.ref, to.ref));
  }
  tree.dispose([known.params, known.y]);
  const move = newtonStep(map, params, target, x.ref);
  const fixed = stopGradient(move.ref);
  return np.clip(x.add(fixed.ref), from, to).add(move.sub(fixed));
}

/** `(y - f(x)) / f'(x)`; the slope is constant to every differentiation. Consumes. */
function newtonStep<P extends Tree>(
  map: Increasing<P>,
  params: P,
  y: NDArray,
  x: NDArray,
): NDArray {
  const [value, derivative] = map(params, x);
  const slope = np.clip(stopGradient(derivative), FLATTEST, LARGEST);
  return np.clip(y.sub(np.clip(value, -LARGEST, LARGEST)).div(slope), -LARGEST, LARGEST);
}

/**
 * The same numbers, computed once: jax-js would write each step's formula into the next one's, wherever that has
 * an x, and programs would grow exponentially. Eager calls are done with one step before the next.
 */
function settled(x: NDArray): NDArray {
  const same = fence(x);
  settle(same);
  return same;
}
