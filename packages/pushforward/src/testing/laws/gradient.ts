import { hostRandom } from "../../numerics/host-random.ts";
import { show } from "../measurement.ts";
import type { Method, Point } from "../method.ts";
import type { Probe, Subject } from "../subject.ts";
import { randomWeights } from "./effect.ts";

/** Steps of the differences, in a direction of length 1; a row takes the first that suits it. */
const STEPS = [0.02, 0.005, 0.00125];
/** Directions tried for each array. */
const DIRECTIONS = 3;
/** Largest share of rows that may be left out because no step suits them. */
const LEFT_OUT = 0.25;
/** Two steps that differ by more, relative to the derivative, show a kink or a bend. */
const ROUGH = 0.003;
/** Rounding of the outputs, relative to their size and at least 1. */
const ROUNDING = 1e-6;

/** An array to differentiate by: a parameter, or the rows. */
interface Variable {
  readonly name: string;
  readonly size: number;
  /** Numbers that one row depends on: rows do not see each other. */
  readonly sizePerRow: number;
  /** The point moved along a direction of this array. */
  move(direction: Float64Array, step: number): Point;
  /** This array's part of all gradients. */
  slopes(gradients: { params: Float32Array; rows: Float32Array }): Float32Array;
}

/**
 * Reverse-mode gradients of a random linear functional agree with differences, along directions of
 * random signs, for each parameter array and for the input.
 *
 * Outputs are computed in float32 and summed in double precision; central differences with steps h
 * and 2h are extrapolated, `(4 D(h) - D(2h)) / 3`, with h = 0.02, 0.005 or 0.00125 over
 * sqrt(size): the largest at which the two differ by less than 0.3 %. A row that no step suits sits
 * on a kink (a knot, a corner of a relu); it is left out of both sides, as long as fewer than a quarter
 * of the rows are. The error is held to `limit` times the length of the array's gradient plus a
 * hundredth of that of all gradients.
 */
export async function checkGradients(
  subject: Subject,
  { method, rows }: Probe,
  limit: number,
): Promise<void> {
  const { params, context, seed } = subject;
  const point = { params, rows, context };
  const weights = await randomWeights(subject, method, rows);
  const all = await method.gradients(point, weights);
  const floor = 0.01 * Math.hypot(norm(all.params), norm(all.rows));
  const centre = rowSums(await method.run(point), weights);
  const source = hostRandom(seed, 4);
  for (const variable of variablesOf(subject, point)) {
    for (let trial = 0; trial < DIRECTIONS; trial++) {
      const direction = Float64Array.from({ length: variable.size }, () =>
        source.uniform() < 0.5 ? -1 : 1,
      );
      const { perRow, smooth } = await differences(method, variable, direction, weights, centre);
      const ofKept = smooth.every(Boolean)
        ? all
        : await method.gradients(point, keepRows(weights, smooth));
      const slopes = variable.slopes(ofKept);
      const claimed = slopes.reduce((sum, slope, i) => sum + slope * (direction[i] as number), 0);
      const measured = perRow.reduce((sum, value, row) => sum + (smooth[row] ? value : 0), 0);
      const allowed = limit * (norm(slopes) + floor);
      if (!(Math.abs(claimed - measured) <= allowed)) {
        throw new Error(
          `${method.label}: the derivative by ${variable.name} along a random direction is ` +
            `${show(claimed)} by the gradient and ${show(measured)} by differences, difference limit ` +
            `${show(allowed)}, over ${smooth.length} rows.`,
        );
      }
    }
  }
}

function variablesOf(subject: Subject, point: Point): Variable[] {
  const byParameter = subject.layout.slots.map(
    ({ path, offset, size }): Variable => ({
      name: `parameter ${path}`,
      size,
      sizePerRow: size,
      move: (direction, step) => ({
        ...point,
        params: moved(point.params, offset, direction, step),
      }),
      slopes: ({ params }) => params.subarray(offset, offset + size),
    }),
  );
  const byInput: Variable = {
    name: "the input",
    size: point.rows.length,
    sizePerRow: subject.size,
    move: (direction, step) => ({ ...point, rows: moved(point.rows, 0, direction, step) }),
    slopes: ({ rows }) => rows,
  };
  return [...byParameter, byInput];
}

function moved(values: Float32Array, offset: number, direction: Float64Array, step: number) {
  const result = values.slice();
  direction.forEach((sign, i) => {
    result[offset + i] = (result[offset + i] as number) + step * sign;
  });
  return result;
}

/**
 * Each row's derivative of the functional, and whether the row is smooth along the direction.
 *
 * @param centre each row's functional at the point itself.
 */
async function differences(
  method: Method,
  variable: Variable,
  direction: Float64Array,
  weights: readonly Float32Array[],
  centre: readonly number[],
): Promise<{ perRow: number[]; smooth: boolean[] }> {
  const count = centre.length;
  const functional = async (step: number) =>
    rowSums(await method.run(variable.move(direction, step)), weights);
  const perRow = new Array<number>(count).fill(0);
  const smooth = new Array<boolean>(count).fill(false);
  for (const length of STEPS) {
    if (smooth.every(Boolean)) break;
    const h = length / Math.sqrt(variable.sizePerRow);
    const [up, down] = [await functional(h), await functional(-h)];
    const [farUp, farDown] = [await functional(2 * h), await functional(-2 * h)];
    const narrow = up.map((value, row) => (value - down[row]) / (2 * h));
    const wide = farUp.map((value, row) => (value - farDown[row]) / (4 * h));
    const typical = norm(narrow.filter(Number.isFinite)) / Math.sqrt(count);
    for (let row = 0; row < count; row++) {
      if (smooth[row]) continue;
      // A kink in the very middle shows in the second difference alone.
      const bend = (up[row] + down[row] - 2 * centre[row]) / h;
      const farBend = (farUp[row] + farDown[row] - 2 * centre[row]) / (2 * h);
      const change = Math.max(Math.abs(narrow[row] - wide[row]), Math.abs(farBend - 2 * bend) / 2);
      const rounding = (ROUNDING * Math.max(1, Math.abs(centre[row]))) / h;
      smooth[row] = change <= ROUGH * Math.max(Math.abs(narrow[row]), typical) + rounding;
      perRow[row] = (4 * narrow[row] - wide[row]) / 3;
    }
  }
  const rough = smooth.filter((isSmooth) => !isSmooth).length;
  if (rough > LEFT_OUT * count) {
    throw new Error(
      `${method.label}: no step gives a derivative by ${variable.name} in ${rough} of ${count} rows, ` +
        `limit ${LEFT_OUT * count}: the map is not smooth there.`,
    );
  }
  return { perRow, smooth };
}

/** The weighted sum of all outputs of each row, in double precision. */
function rowSums(outputs: readonly Float32Array[], weights: readonly Float32Array[]): number[] {
  const count = weights[weights.length - 1].length;
  const sums = new Array<number>(count).fill(0);
  outputs.forEach((values, output) => {
    const width = values.length / count;
    values.forEach((value, i) => {
      const row = Math.floor(i / width);
      sums[row] = (sums[row] as number) + value * (weights[output]?.[i] as number);
    });
  });
  return sums;
}

/** Weights with those of the rows that are left out set to 0. */
function keepRows(weights: readonly Float32Array[], kept: readonly boolean[]): Float32Array[] {
  return weights.map((values) => {
    const width = values.length / kept.length;
    return values.map((weight, i) => (kept[Math.floor(i / width)] ? weight : 0));
  });
}

function norm(values: ArrayLike<number>): number {
  return Math.hypot(...Array.from(values));
}
