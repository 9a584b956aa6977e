import { type Direction, layersOf } from "../core/bijector.ts";
import type { Box, Distribution } from "../core/distribution.ts";
import { domainOf } from "../core/domain.ts";
import { equalStepsOf } from "../core/equal-steps.ts";
import type { EqualSteps } from "../core/iteration.ts";
import { jacobians } from "../core/jacobian.ts";
import { isImage, sizeOf } from "../core/shape.ts";
import { walkLayers } from "../core/walk-layers.ts";
import {
  ArraySpec,
  type Engine,
  mapRows,
  type NDArray,
  type RowInput,
  type Tree,
  tree,
} from "../engine/index.ts";
import { logAbsDet } from "../numerics/log-abs-det.ts";
import { integrateDensity } from "../numerics/quadrature.ts";

/** One thing that was checked. */
export interface CheckItem {
  readonly name: string;
  readonly ok: boolean;
  /** What was measured, and the largest value that passes. */
  readonly value: number;
  readonly limit: number;
  readonly message: string;
  /** It tells where the data lie in the flow, and nothing of the flow's arithmetic. */
  readonly ofData?: true;
}

/** The outcome of `model.check()`. */
export interface CheckReport {
  readonly ok: boolean;
  readonly items: readonly CheckItem[];
  /** What was not looked at, and why. */
  readonly skipped: readonly string[];
  /**
   * The steps of continuous layers in the programs that were checked: the fewest of a layer that is solved to tolerance
   * elsewhere, or else the fewest of all. Absent where there is no such layer. A larger `solver.steps` makes those errors
   * smaller that come from the steps.
   */
  readonly equalSteps?: EqualSteps;
}

/** What is checked: a distribution at its parameters, on rows at hand. Parameters are not consumed. */
export interface CheckSubject {
  readonly flow: Distribution;
  readonly params: Tree;
  /** Data, or samples in their place: `[count, ...shape]`, row-major. */
  readonly x: Float32Array;
  readonly count: number;
  /** Contexts of conditional flows: `[count, ...condShape]`, or one for all. */
  readonly context: RowInput | undefined;
  readonly engine: Engine;
}

/** Largest round-trip error that passes, in standard deviations of each dimension. */
const ROUND_TRIP = 1e-2;
/** Largest error of a log-determinant that passes, in nats per dimension. */
const LOG_DET = 1e-2;
/** Largest share of values outside a spline's interval that passes. */
const OUTSIDE = 0.05;
/** Largest distance of the density's integral from 1 that passes. */
const INTEGRAL = 1e-2;
/** Largest event whose Jacobian is formed: the determinant takes the cube of its size. */
const MOST_NUMBERS = 3072;
/** Most rows that the Jacobian is differentiated at, and most columns of all their Jacobians. */
const JACOBIAN_ROWS = 32;
const JACOBIAN_COLUMNS = 4096;

const item = (name: string, value: number, limit: number, message: string): CheckItem => ({
  name,
  ok: value <= limit,
  value,
  limit,
  message,
});

/**
 * Check that a distribution is what it claims to be: that its map is inverted exactly, its
 * log-determinant is the Jacobian's, its splines see the data, its density integrates to 1.
 *
 * The integral is taken in one and two dimensions only.
 */
export async function checkDistribution(subject: CheckSubject): Promise<CheckReport> {
  const { flow } = subject;
  const size = sizeOf(flow.shape);
  const items = [
    ...(flow.flow ? await checkBijector(subject) : []),
    ...(size <= 2 ? [await checkIntegral(subject)] : []),
  ];
  const skipped =
    flow.flow && size > MOST_NUMBERS
      ? [
          `log-determinant: the Jacobian of ${size} numbers is too large; up to ${MOST_NUMBERS} it is formed.`,
        ]
      : [];
  const equalSteps = flow.flow && equalStepsOf(flow.flow.bijector);
  return {
    ok: items.every(({ ok }) => ok),
    items,
    skipped,
    ...(equalSteps && { equalSteps }),
  };
}

async function checkBijector(subject: CheckSubject): Promise<CheckItem[]> {
  return [
    await checkDataRoundTrip(subject),
    await checkLatentRoundTrip(subject),
    ...(sizeOf(subject.flow.shape) <= MOST_NUMBERS ? [await checkLogDet(subject)] : []),
    ...(await checkIntervals(subject)),
  ];
}

/** Maps rows, and their contexts, to arrays of as many rows; consumes. */
type RowMap = (x: NDArray, cond: NDArray | undefined) => NDArray[];

/** The bijector of the subject, with its own parameters and the contexts that it takes. */
function bijectorOf({ flow, params, context }: CheckSubject) {
  const { bijector } = flow.flow as NonNullable<Distribution["flow"]>;
  const own = (params as { bijector: Tree }).bijector;
  return { bijector, own, context: bijector.condShape ? context : undefined };
}

/** Run a map as a program of the engine, as the model does. */
async function outputsOf(
  subject: CheckSubject,
  x: Float32Array,
  count: number,
  map: RowMap,
): Promise<Float32Array[]> {
  const { bijector, context } = bijectorOf(subject);
  const rows = { data: x, shape: bijector.shape };
  const inputs = context ? [rows, firstOf(context, count)] : [rows];
  const program = subject.engine.compile(
    ([points, cond]: NDArray[]) => map(points, cond),
    [inputs.map(({ shape }) => new ArraySpec(["n", ...shape]))],
  );
  return mapRows(program, inputs, count).finally(() => program.dispose());
}

/** The first so many contexts; one for all stays that. */
function firstOf({ data, shape }: RowInput, count: number): RowInput {
  return { data: data.subarray(0, count * sizeOf(shape)), shape };
}

/** Send rows through the bijector and back; the absolute errors. */
async function roundTrip(
  subject: CheckSubject,
  x: Float32Array,
  first: Direction,
): Promise<Float32Array> {
  const { bijector, own } = bijectorOf(subject);
  const second = first === "forward" ? "inverse" : "forward";
  const [back] = await outputsOf(subject, x, subject.count, (start, cond) => {
    const [there, logDet] = bijector[`${first}AndLogDet`](tree.ref(own), start, cond?.ref);
    const [again, againLogDet] = bijector[`${second}AndLogDet`](tree.ref(own), there, cond);
    tree.dispose([logDet, againLogDet]);
    return [again];
  });
  return back.map((value, i) => Math.abs(value - (x[i] as number)));
}

async function checkDataRoundTrip(subject: CheckSubject): Promise<CheckItem> {
  const { x } = subject;
  const errors = await roundTrip(subject, x, "inverse");
  const spreads = spreadsOf(x, sizeOf(subject.flow.shape));
  return item(
    "round trip, data",
    largest(errors.map((error, i) => error / (spreads[i % spreads.length] as number))),
    ROUND_TRIP,
    "data to latents and back; largest error, in standard deviations of the data",
  );
}

/** Each number's standard deviation; where there is no spread, 1 more than its largest size. */
function spreadsOf(x: Float32Array, size: number): number[] {
  const count = x.length / size;
  return Array.from({ length: size }, (_, index) => {
    const values = Float32Array.from(
      { length: count },
      (_, row) => x[row * size + index] as number,
    );
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
    return variance > 0 ? Math.sqrt(variance) : 1 + largest(values.map(Math.abs));
  });
}

async function checkLatentRoundTrip(subject: CheckSubject): Promise<CheckItem> {
  const { bijector, own } = bijectorOf(subject);
  const [z] = await outputsOf(subject, subject.x, subject.count, (x, cond) => {
    const [latents, logDet] = bijector.inverseAndLogDet(tree.ref(own), x, cond);
    logDet.dispose();
    return [latents];
  });
  const worst = largest(await roundTrip(subject, z, "forward"));
  return item("round trip, latents", worst, ROUND_TRIP, "latents to data and back; largest error");
}

async function checkLogDet(subject: CheckSubject): Promise<CheckItem> {
  const { bijector, own, context } = bijectorOf(subject);
  const size = sizeOf(bijector.shape);
  const most = Math.max(1, Math.floor(JACOBIAN_COLUMNS / size));
  const count = Math.min(JACOBIAN_ROWS, most, subject.count);
  const x = subject.x.subarray(0, count * size);
  const [claimed] = await outputsOf(subject, x, count, (rows, cond) => {
    const [z, logDet] = bijector.inverseAndLogDet(tree.ref(own), rows, cond);
    z.dispose();
    return [logDet];
  });
  const { engine } = subject;
  const contexts = context && everyContext(context, count);
  const matrices = await jacobians(engine, bijector, own, x, contexts, "inverse");
  const errors = claimed.map((value, row) => {
    const matrix = matrices.subarray(row * size * size, (row + 1) * size * size);
    return Math.abs(value - logAbsDet(matrix, size)) / size;
  });
  return item(
    "log-determinant",
    largest(errors),
    LOG_DET,
    `against the Jacobian differentiated at ${count} ${isImage(bijector.shape) ? "image" : "row"}` +
      `${count === 1 ? "" : "s"}; largest error, nats per dimension`,
  );
}

/** The contexts of the first so many rows, written out where there is one for all. */
function everyContext(context: RowInput, count: number): Float32Array {
  const { data } = firstOf(context, count);
  const width = sizeOf(context.shape);
  return Float32Array.from({ length: count * width }, (_, i) => data[i % data.length] as number);
}

/** Walk from data to base and count, before each spline, the values that only its tails see. */
async function checkIntervals(subject: CheckSubject): Promise<CheckItem[]> {
  const { bijector, own } = bijectorOf(subject);
  const layers = layersOf(bijector)
    .toReversed()
    .flatMap(({ path, bijector: { interval } }) => (interval ? [{ path, interval }] : []));
  if (layers.length === 0) return [];
  const seen = await outputsOf(subject, subject.x, subject.count, (x, cond) => {
    const inputs: NDArray[] = [];
    for (const step of walkLayers(layersOf(bijector), own, x, cond, "inverse")) {
      if (step.bijector.interval) inputs.push(step.input.ref);
    }
    tree.dispose(cond ? [x, cond] : [x]);
    return inputs;
  });
  return layers.map(({ path, interval: { low, high, indices } }, place) => {
    const values = seen[place] as Float32Array;
    const width = values.length / subject.count;
    const bends = new Set(indices);
    const outside = values.filter(
      (value, i) => bends.has(i % width) && !(value >= low && value <= high),
    ).length;
    const found = item(
      `interval, layer ${path}`,
      outside / (subject.count * indices.length),
      OUTSIDE,
      `share of values outside the spline's interval [${low}, ${high}]`,
    );
    return { ...found, ofData: true };
  });
}

async function checkIntegral(subject: CheckSubject): Promise<CheckItem> {
  const { flow, params, x, context, engine } = subject;
  const domain = domainOf(flow);
  const box = boundingBox(x, sizeOf(flow.shape));
  const given = context ? [firstOf(context, 1)] : [];
  const program = engine.compile(
    ([points, cond]: NDArray[]) => [flow.logProb(tree.ref(params), points, cond)],
    [[flow, ...given].map(({ shape }) => new ArraySpec(["n", ...shape]))],
  );
  const logDensity = async (points: Float32Array, count: number) => {
    const [result] = await mapRows(program, [{ data: points, shape: flow.shape }, ...given], count);
    if (!domain) return result;
    return result.map((value, row) => (isInside(domain, points, row) ? value : -Infinity));
  };
  const { integral } = await integrateDensity(logDensity, box).finally(() => program.dispose());
  return item(
    "integral",
    Math.abs(integral - 1),
    INTEGRAL,
    `distance of the density's integral from 1${context ? ", given the first context" : ""}`,
  );
}

/** A flow with circles in it repeats itself along the line: its density is that of one turn. */
function isInside(domain: Box, points: Float32Array, row: number): boolean {
  const size = domain.length;
  return domain.every(([low, high], i) => {
    const value = points[row * size + i] as number;
    return value >= low && value <= high;
  });
}

function boundingBox(values: ArrayLike<number>, size: number) {
  const low = new Array<number>(size).fill(Infinity);
  const high = new Array<number>(size).fill(-Infinity);
  for (let i = 0; i < values.length; i++) {
    low[i % size] = Math.min(low[i % size] as number, values[i] as number);
    high[i % size] = Math.max(high[i % size] as number, values[i] as number);
  }
  return { low, high };
}

/** NaN counts as Infinity. */
function largest(values: Float32Array): number {
  const worst = values.reduce((most, value) => Math.max(most, value), 0);
  return Number.isNaN(worst) ? Infinity : worst;
}
