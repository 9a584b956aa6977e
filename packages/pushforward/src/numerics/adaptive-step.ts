import type { Interval, OdeProgress, Rates } from "../core/velocity-field.ts";
import { type NDArray, np } from "../engine/index.ts";
import type { OdeSolver } from "./ode-solver.ts";
import { combined, DORMAND_PRINCE_ERROR, slopesOf, tableaus } from "./runge-kutta.ts";

type Tolerances = Pick<OdeSolver, "rtol" | "atol">;

/** Steps shorter than this share of the interval are lost in the rounding of the time. */
export const SHORTEST = 1e-6;

const SAFETY = 0.9;
const LARGEST_GROWTH = 10;
const LARGEST_CUT = 0.2;

/** Stands for a number that is not finite. */
const LARGE = 1e30;

/**
 * The start of a solution; consumes z. The first step is as long as Hairer, Norsett and Wanner propose (Solving
 * Ordinary Differential Equations I, section II.4).
 */
export function startAdaptive(
  rates: Rates,
  z: NDArray,
  [from, to]: Interval,
  tolerances: Tolerances,
): OdeProgress {
  const rows = z.shape[1] as number;
  const time = np.full([1, rows], from);
  const slopes = rates(time.ref, z.ref);
  const integrals = slopes.slice(1).map(() => np.zeros([1, rows]));
  const scale = scaleOf(z.ref, z.ref, tolerances);
  const place = rms([z.ref.div(scale.ref)]);
  const speed = rms([slopes[0].ref.div(scale.ref)]).mul(Math.abs(to - from));
  const trial = np.clip(place.mul(0.01).div(np.maximum(speed.ref, 1e-6)), 1e-4, 1);
  const ahead = trial.ref.mul(to - from);
  const later = rates(time.add(ahead.ref), z.ref.add(slopes[0].ref.mul(ahead)));
  const change = later[0].ref.sub(slopes[0].ref).div(scale).div(trial.ref);
  const bend = rms([change]).mul(Math.abs(to - from));
  const fastest = np.clip(np.maximum(speed, bend), 1e-10, LARGE);
  const proposed = np.clip(
    np.minimum(trial.mul(100), np.power(fastest.mul(100), -1 / 5)),
    SHORTEST,
    1,
  );
  // Rates that overflow leave NaN here, which no step would cut to its end.
  const length = np.where(np.lessEqual(proposed.ref, 1), proposed, SHORTEST);
  for (const array of later) array.dispose();
  return { values: [z, ...integrals], slopes, left: np.ones([1, rows]), length };
}

/**
 * One step of Dormand and Prince's method with the elementary controller of the step size (Hairer et al., section
 * II.4): a row whose error, `sqrt(mean (error / (atol + rtol |value|))^2)` over z and the integrals, is above 1
 * stays where it is and tries a shorter one. Rows that are done stay; everything is consumed.
 */
export function adaptiveStep(
  rates: Rates,
  { values, slopes: first, left, length }: OdeProgress,
  [from, to]: Interval,
  tolerances: Tolerances,
): OdeProgress {
  const taken = np.minimum(length, left.ref);
  const step = {
    time: np
      .subtract(1, left.ref)
      .mul(to - from)
      .add(from),
    length: taken.ref.mul(to - from),
  };
  const { dormandPrince } = tableaus;
  const slopes = slopesOf(dormandPrince, rates, step, values[0].ref, refs(first));
  const moved = values.map((value, part) =>
    value.ref.add(combined(slopes, dormandPrince.weights, part).mul(step.length.ref)),
  );
  slopes.push(rates(step.time.add(step.length.ref), moved[0].ref));
  const errors = values.map((value, part) =>
    combined(slopes, DORMAND_PRINCE_ERROR, part)
      .mul(step.length.ref)
      .div(scaleOf(value.ref, moved[part].ref, tolerances)),
  );
  step.length.dispose();
  const error = rms(errors);

  const works = left.ref.greater(0);
  const accepted = np.lessEqual(error.ref, np.where(works.ref, 1, -1));
  const fits = np.lessEqual(error.ref, LARGE);
  const factor = np.where(
    fits,
    np.clip(np.power(np.maximum(error, 1e-10), -1 / 5).mul(SAFETY), LARGEST_CUT, LARGEST_GROWTH),
    LARGEST_CUT,
  );
  const last = slopes.pop() as NDArray[];
  const pick = (after: NDArray[], before: NDArray[]) =>
    after.map((each, part) => np.where(accepted.ref, each, before[part]));
  const next: OdeProgress = {
    values: pick(moved, values),
    slopes: pick(last, first),
    left: np.where(accepted, left.ref.sub(taken.ref), left),
    length: np.where(works, taken.mul(factor), 0),
  };
  for (const array of slopes.flat()) array.dispose();
  return next;
}

/** `atol + rtol max(|a|, |b|)`; consumes. */
function scaleOf(a: NDArray, b: NDArray, { rtol, atol }: Tolerances): NDArray {
  return np.maximum(np.absolute(a), np.absolute(b)).mul(rtol).add(atol);
}

/** The root of the mean square over all parts, for each row, `[1, n]`; consumes. */
function rms(parts: NDArray[]): NDArray {
  const count = parts.reduce((sum, { shape }) => sum + shape[0], 0);
  const squares = parts.map((part) => part.ref.mul(part).sum(0, { keepdims: true }));
  return np.sqrt(squares.reduce((sum, each) => sum.add(each)).div(count));
}

function refs(arrays: readonly NDArray[]): NDArray[] {
  return arrays.map((array) => array.ref);
}
