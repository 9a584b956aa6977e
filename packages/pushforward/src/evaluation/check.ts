import { layersOf } from "../core/bijector.ts";
import type { Box, Distribution } from "../core/distribution.ts";
import { domainOf } from "../core/domain.ts";
import { jacobians, transposedJacobian } from "../core/jacobian.ts";
import { isImage, sizeOf } from "../core/shape.ts";
import { walkLayers } from "../core/walk-layers.ts";
import {
  ArraySpec,
  type Engine,
  jit,
  mapRows,
  type NDArray,
  np,
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
}

/** The outcome of `model.check()`. */
export interface CheckReport {
  readonly ok: boolean;
  readonly items: readonly CheckItem[];
  /** What was not looked at, and why. */
  readonly skipped: readonly string[];
}

/** What is checked: a distribution at its parameters, on rows at hand. Nothing is consumed. */
export interface CheckSubject {
  readonly flow: Distribution;
  readonly params: Tree;
  /** `[n, ...shape]`: data, or samples in their place. */
  readonly x: NDArray;
  /** `[n, ...condShape]` for conditional flows. */
  readonly cond: NDArray | undefined;
  /** Runs the integral. */
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
/** Rows that the Jacobian is differentiated at. */
const JACOBIAN_ROWS = 32;

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
  return { ok: items.every(({ ok }) => ok), items, skipped };
}

async function checkBijector(subject: CheckSubject): Promise<CheckItem[]> {
  return [
    await checkDataRoundTrip(subject),
    await checkLatentRoundTrip(subject),
    ...(sizeOf(subject.flow.shape) <= MOST_NUMBERS ? [await checkLogDet(subject)] : []),
    ...(await checkIntervals(subject)),
  ];
}

/** The bijector of the subject with its own parameters; calls consume only what they are given. */
function bijectorOf({ flow, params, cond }: CheckSubject) {
  const { bijector } = flow.flow as NonNullable<Distribution["flow"]>;
  const own = (params as { bijector: Tree }).bijector;
  const context = bijector.condShape ? cond : undefined;
  return { bijector, own, context };
}

/** Send rows through the bijector and back, compiled as one program; the absolute error. */
async function roundTrip(subject: CheckSubject, x: NDArray, first: "forward" | "inverse") {
  const { bijector, own, context } = bijectorOf(subject);
  const second = first === "forward" ? "inverse" : "forward";
  const thereAndBack = (start: NDArray, cond: NDArray | undefined) => {
    const [there, logDet] = bijector[`${first}AndLogDet`](tree.ref(own), start, cond?.ref);
    const [back, backLogDet] = bijector[`${second}AndLogDet`](tree.ref(own), there, cond);
    tree.dispose([logDet, backLogDet]);
    return back;
  };
  // Convolutions, which take jax-js long, run on the model's engine.
  if (isImage(bijector.shape)) {
    return np.absolute((await onEngine(subject, thereAndBack, x)).sub(x.ref));
  }
  const program = jit((start: NDArray) => thereAndBack(start, context?.ref));
  const error = np.absolute(program(x.ref).sub(x.ref));
  program.dispose();
  return error;
}

/** A map of rows and their contexts to as many rows of the same shape, run on the engine. */
async function onEngine(
  subject: CheckSubject,
  map: (x: NDArray, cond: NDArray | undefined) => NDArray,
  x: NDArray,
): Promise<NDArray> {
  const { bijector, context } = bijectorOf(subject);
  const [count, ...shape] = x.shape as [number, ...number[]];
  const inputs = [{ data: (await x.ref.data()) as Float32Array, shape }];
  if (context && bijector.condShape) {
    const data = (await context.ref.data()) as Float32Array;
    inputs.push({ data, shape: [...bijector.condShape] });
  }
  const program = subject.engine.compile(
    ([rows, cond]: NDArray[]): [NDArray] => [map(rows, cond)],
    [inputs.map((input) => new ArraySpec(["n", ...input.shape]))],
  );
  const [result] = await mapRows(program, inputs, count).finally(() => program.dispose());
  return np.array(result, { shape: [count, ...shape] });
}

async function checkDataRoundTrip(subject: CheckSubject): Promise<CheckItem> {
  const { x } = subject;
  const error = await roundTrip(subject, x, "inverse");
  const spread = np.std(x.ref, 0);
  // One row, or one value, has no spread: its size stands in.
  const deviation = np.where(spread.ref.greater(0), spread, np.absolute(x.ref).max(0).add(1));
  const worst = await scalar(error.div(deviation).max());
  return item(
    "round trip, data",
    worst,
    ROUND_TRIP,
    "data to latents and back; largest error, in standard deviations of the data",
  );
}

async function checkLatentRoundTrip(subject: CheckSubject): Promise<CheckItem> {
  const { bijector, own, context } = bijectorOf(subject);
  const encode = (x: NDArray, cond: NDArray | undefined) => {
    const [z, logDet] = bijector.inverseAndLogDet(tree.ref(own), x, cond);
    logDet.dispose();
    return z;
  };
  const z = isImage(bijector.shape)
    ? await onEngine(subject, encode, subject.x)
    : encode(subject.x.ref, context?.ref);
  const error = await roundTrip(subject, z, "forward");
  z.dispose();
  const worst = await scalar(error.max());
  return item("round trip, latents", worst, ROUND_TRIP, "latents to data and back; largest error");
}

async function checkLogDet(subject: CheckSubject): Promise<CheckItem> {
  const { bijector, own, context } = bijectorOf(subject);
  const size = sizeOf(bijector.shape);
  if (isImage(bijector.shape)) return checkLogDetOfImage(subject);
  const count = Math.min(JACOBIAN_ROWS, subject.x.shape[0] as number);
  const x = subject.x.ref.slice([0, count]);
  const cond = context?.ref.slice([0, count]);
  const matrices = await jacobians(bijector, own, x, cond, "inverse");
  const [z, logDet] = bijector.inverseAndLogDet(tree.ref(own), x, cond);
  z.dispose();
  const claimed = await logDet.data();
  let worst = 0;
  for (let row = 0; row < count; row++) {
    const matrix = matrices.subarray(row * size * size, (row + 1) * size * size);
    const error = Math.abs((claimed[row] as number) - logAbsDet(matrix, size)) / size;
    worst = Math.max(worst, Number.isNaN(error) ? Infinity : error);
  }
  return logDetItem(worst, count === 1 ? "1 row" : `${count} rows`);
}

/** At the first image only: its Jacobian has as many entries as a large matrix. */
async function checkLogDetOfImage(subject: CheckSubject): Promise<CheckItem> {
  const { bijector, own, context } = bijectorOf(subject);
  const { engine } = subject;
  const size = sizeOf(bijector.shape);
  const first = async (array: NDArray) => (await array.ref.slice([0, 1]).data()) as Float32Array;
  const x = await first(subject.x);
  const cond = context && (await first(context));
  const jacobian = await transposedJacobian(engine, bijector, own, x, cond, "inverse");
  const inputs = [{ data: x, shape: bijector.shape }];
  if (cond && bijector.condShape) inputs.push({ data: cond, shape: bijector.condShape });
  const program = engine.compile(
    ([rows, given]: NDArray[]): [NDArray] => {
      const [z, logDet] = bijector.inverseAndLogDet(tree.ref(own), rows, given);
      z.dispose();
      return [logDet];
    },
    [inputs.map(({ shape }) => new ArraySpec(["n", ...shape]))],
  );
  const [claimed] = await mapRows(program, inputs, 1).finally(() => program.dispose());
  const error = Math.abs((claimed?.[0] as number) - logAbsDet(jacobian, size)) / size;
  return logDetItem(Number.isNaN(error) ? Infinity : error, "1 image");
}

const logDetItem = (worst: number, where: string): CheckItem =>
  item(
    "log-determinant",
    worst,
    LOG_DET,
    `against the Jacobian differentiated at ${where}; largest error, nats per dimension`,
  );

/** Walk from data to base and count, before each spline, the values that only its tails see. */
async function checkIntervals(subject: CheckSubject): Promise<CheckItem[]> {
  const { bijector, own, context } = bijectorOf(subject);
  const count = subject.x.shape[0] as number;
  const items: CheckItem[] = [];
  if (!layersOf(bijector).some((layer) => layer.bijector.interval)) return items;
  for (const step of walkLayers(bijector, own, subject.x, context, "inverse")) {
    const { interval } = step.bijector;
    if (!interval) continue;
    const { low, high, indices } = interval;
    const values = Float32Array.from(await step.input.ref.reshape([count, -1]).data());
    const width = values.length / count;
    const outside = values.filter(
      (value, i) => indices.includes(i % width) && !(value >= low && value <= high),
    ).length;
    items.push(
      item(
        `interval, layer ${step.path}`,
        outside / (count * indices.length),
        OUTSIDE,
        `share of values outside the spline's interval [${low}, ${high}]`,
      ),
    );
  }
  return items;
}

async function checkIntegral({ flow, params, x, cond, engine }: CheckSubject): Promise<CheckItem> {
  const size = sizeOf(flow.shape);
  const values = await x.ref.reshape([-1, size]).data();
  const domain = domainOf(flow);
  const box = boundingBox(values, size);
  const context = cond?.ref.slice([0, 1]);
  const program = engine.compile(
    ([points]: NDArray[]) => {
      const one =
        context && np.broadcastTo(context.ref, [points.shape[0], ...(flow.condShape ?? [])]);
      return [flow.logProb(tree.ref(params), points, one)];
    },
    [[new ArraySpec(["n", ...flow.shape])]],
  );
  const logDensity = async (points: Float32Array, count: number) => {
    const [result] = await mapRows(program, [{ data: points, shape: flow.shape }], count);
    if (!domain) return result;
    return result.map((value, row) => (isInside(domain, points, row) ? value : -Infinity));
  };
  const { integral } = await integrateDensity(logDensity, box).finally(() => {
    program.dispose();
    context?.dispose();
  });
  return item(
    "integral",
    Math.abs(integral - 1),
    INTEGRAL,
    `distance of the density's integral from 1${cond ? ", given the first context" : ""}`,
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

async function scalar(array: NDArray): Promise<number> {
  const value = (await array.data())[0] as number;
  return Number.isNaN(value) ? Infinity : value;
}
