import { discard } from "../core/bijector.ts";
import { checkPositive } from "../core/check-number.ts";
import { checkOptionNames } from "../core/check-options.ts";
import { type Dynamics, defineDynamics } from "../core/dynamics.ts";
import { DomainError } from "../core/errors.ts";
import { splitKey } from "../core/keys.ts";
import { type NDArray, np, random, type Tree } from "../engine/index.ts";
import { type Activation, activationNamed, slopeNamed } from "./activation.ts";
import { checkWidths } from "./dense.ts";

/** What dynamics of one layer after another take. */
export interface DynamicsOptions {
  /** Widths of the hidden layers; default `[64, 64]`. */
  hidden?: readonly number[] | undefined;
  /** Default `"tanh"`. Take a smooth one: solvers rely on derivatives that `"relu"` does not have. */
  activation?: Activation | undefined;
  /**
   * Fourier features (Tancik et al. 2020, arXiv:2006.10739): with the state z the first layer sees `sin(w z)` and
   * `cos(w z)` for each of these w, radians for each unit of the state; default none. With some, a velocity learns
   * fine detail and sharp edges in far fewer steps; high ones make it costly to solve.
   */
  frequencies?: readonly number[] | undefined;
}

/** A layer at some time and context, `y = factor * (weight h) + offset`. */
export interface AffineLayer {
  /** `[outputs, inputs]`. */
  readonly weight: NDArray;
  /** `[outputs, n]` or `[outputs, 1]`; absent: 1. */
  readonly factor?: NDArray;
  /** `[outputs, n]` or `[outputs, 1]`. */
  readonly offset: NDArray;
}

/** A kind of layers that see the time and the context besides their input. */
interface TimedLayer<L> {
  /** A fresh layer; consumes the key. `conditions` counts the time and the numbers of the context. */
  hidden(key: NDArray, outputs: number, inputs: number, conditions: number): L;
  /** One whose output is zero. */
  last(outputs: number, inputs: number, conditions: number): L;
  /** Consumes both. `condition` is `[1 + c, n]`, or `[1, 1]` where only the time counts, the same for all. */
  at(layer: L, condition: NDArray): AffineLayer;
}

/**
 * Dynamics of layers that all see the time and the context; the last one is linear and zero at the start.
 *
 * @throws DomainError for a width that is not a positive integer, an unknown activation, or a frequency that is not
 * positive.
 */
export function timedNetwork<L extends Tree>(
  kind: string,
  given: DynamicsOptions,
  layers: TimedLayer<L>,
): Dynamics<L[]> {
  checkOptionNames(kind, given, ["hidden", "activation", "frequencies"]);
  const { hidden = [64, 64], activation = "tanh", frequencies = [] } = given;
  checkWidths(kind, hidden);
  checkFrequencies(kind, frequencies);
  const nonlinearity = activationNamed(kind, activation);
  const slope = slopeNamed(kind, activation);

  return defineDynamics<L[]>({
    kind,
    options: { hidden, activation, ...(frequencies.length > 0 && { frequencies }) },
    init(key, features, context) {
      const widths = [features * (1 + 2 * frequencies.length), ...hidden];
      const keys = splitKey(key, Math.max(hidden.length, 1));
      if (hidden.length === 0) discard(...keys);
      const before = hidden.map((width, depth) =>
        layers.hidden(keys[depth] as NDArray, width, widths[depth] as number, 1 + context),
      );
      return [...before, layers.last(features, widths.at(-1) as number, 1 + context)];
    },
    apply(params, time, z, context) {
      return affineLayers(params, time, context).reduce(
        (h, layer, depth) => {
          const y = applyLayer(layer, h);
          return depth < hidden.length ? nonlinearity(y) : y;
        },
        fourierFeatures(z, frequencies),
      );
    },
    push(params, time, z, context, directions) {
      let [h, along] = pushThroughFourier(z, frequencies, directions);
      for (const [depth, layer] of affineLayers(params, time, context).entries()) {
        along = pushThrough(refLayer(layer), along);
        h = applyLayer(layer, h);
        if (depth === hidden.length) break;
        along = along.mul(np.expandDims(slope(h.ref), 1));
        h = nonlinearity(h);
      }
      return [h, along];
    },
  });

  /** The layers at a time and a context; consumes. */
  function affineLayers(params: L[], time: NDArray, context: NDArray | undefined): AffineLayer[] {
    const condition = context ? np.concatenate([perRow(time, context), context], 0) : time;
    const affine = params.map((layer) => layers.at(layer, condition.ref));
    condition.dispose();
    return affine;
  }
}

/** The state, and sines and cosines of it at each frequency, one below the other; consumes. */
function fourierFeatures(z: NDArray, frequencies: readonly number[]): NDArray {
  if (frequencies.length === 0) return z;
  const angles = multiples(z.ref, frequencies);
  return np.concatenate([z, np.sin(angles.ref), np.cos(angles)], 0);
}

/** The same, and what its derivative makes of directions; consumes. */
function pushThroughFourier(
  z: NDArray,
  frequencies: readonly number[],
  directions: NDArray,
): [features: NDArray, along: NDArray] {
  if (frequencies.length === 0) return [z, directions];
  const [size, count] = directions.shape as [number, number, number];
  const rows = z.shape[1] as number;
  const angles = multiples(z.ref, frequencies);
  const sines = np.sin(angles.ref);
  const cosines = np.cos(angles);
  const turned = multiples(directions.ref, frequencies);
  const along = [
    np.broadcastTo(directions, [size, count, rows]),
    turned.ref.mul(np.expandDims(cosines.ref, 1)),
    turned.mul(np.expandDims(sines.ref, 1)).neg(),
  ];
  return [np.concatenate([z, sines, cosines], 0), np.concatenate(along, 0)];
}

/** An array times each of some numbers, one below the other; consumes. */
function multiples(x: NDArray, factors: readonly number[]): NDArray {
  const [size, ...rest] = x.shape as [number, ...number[]];
  const column = np.array([...factors]).reshape([-1, ...x.shape.map(() => 1)]);
  return column.mul(np.expandDims(x, 0)).reshape([factors.length * size, ...rest]);
}

/** @throws DomainError for frequencies that are no list of positive numbers. */
function checkFrequencies(kind: string, frequencies: readonly number[]): void {
  if (!Array.isArray(frequencies)) {
    throw new DomainError(
      `${kind}: frequencies must be a list, got ${JSON.stringify(frequencies)}.`,
    );
  }
  for (const frequency of frequencies) checkPositive(kind, "frequencies", frequency);
}

/** Consumes. */
function applyLayer({ weight, factor, offset }: AffineLayer, x: NDArray): NDArray {
  const y = np.dot(weight, x);
  return (factor ? y.mul(factor) : y).add(offset);
}

/** What the linear part makes of directions `[inputs, k, n]`; consumes. */
function pushThrough({ weight, factor, offset }: AffineLayer, directions: NDArray): NDArray {
  offset.dispose();
  const [inputs, count, rows] = directions.shape as [number, number, number];
  const y = np.dot(weight, directions.reshape([inputs, count * rows]));
  const pushed = y.reshape([-1, count, rows]);
  return factor ? pushed.mul(np.expandDims(factor, 1)) : pushed;
}

function refLayer({ weight, factor, offset }: AffineLayer): AffineLayer {
  return { weight: weight.ref, offset: offset.ref, ...(factor && { factor: factor.ref }) };
}

/** Weights `N(0, 1 / inputs)` of the time and the context, [outputs, inputs]; the key is consumed. */
export function conditionWeight(key: NDArray, outputs: number, inputs: number): NDArray {
  return random.normal(key, [outputs, inputs]).mul(Math.sqrt(1 / inputs));
}

/** The time as a row for each context, which is not consumed. */
function perRow(time: NDArray, context: NDArray): NDArray {
  return np.broadcastTo(time, [1, context.shape[1] as number]);
}
