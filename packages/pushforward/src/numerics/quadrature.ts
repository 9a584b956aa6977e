import { DomainError } from "../core/errors.ts";

/**
 * Evaluates a log-density at many points at once.
 *
 * @param points - [count, dimensions] row-major.
 * @returns [count], in nats; -Infinity outside the support.
 */
export type LogDensityEvaluator = (points: Float32Array, count: number) => Promise<Float32Array>;

/** Where the mass is expected, one bound per dimension. */
export interface QuadratureBox {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

export interface QuadratureOptions {
  /** Stop when the estimated error is below this. Default 1e-4. */
  tolerance?: number;
  /**
   * Bound on the number of points. Default 200,000. The search for the mass and the first grid, some
   * 55,000 points in the plane and 5,000 on the line, are spent in any case.
   */
  maxEvaluations?: number;
}

export interface QuadratureResult {
  /** 1 for a density; not finite where the log-density was NaN or +Infinity. */
  readonly integral: number;
  /** Sum of the cells' differences between two rules; mostly far above the true error. */
  readonly errorEstimate: number;
  readonly evaluations: number;
}

/**
 * Integrates exp(log-density) over the whole line or plane.
 *
 * The box is first moved and resized until it holds all but 2 % of the mass that a coarse grid over
 * the whole space sees. Then the space is mapped to a cube, linearly inside the box and
 * x = 1 + c u / (1 - u) outside up to 30,000 half-widths, so that heavy tails count, and the cube is
 * integrated by adaptive cubature: a grid of cells with a 7-point rule per dimension, the worst of
 * which are halved, many per call, until the difference to the 4-point rule inside it is small.
 *
 * A single mode is found wherever it is and however narrow, as the log-density rises towards it. A
 * mode or ridge beside wider ones is found when its standard deviation, measured along the axes,
 * exceeds about 1/300 of the box in the plane or 1/10,000 on the line; thinner ones may be missed
 * without the error estimate showing it. Points are float32: mass narrower than their spacing (1e-7
 * of the distance from 0) cannot be resolved.
 *
 * @param box - a guess, for example quantiles of the data.
 * @throws DomainError when the box has not one or two dimensions with finite bounds.
 *
 * Gander, Gautschi (2000), Adaptive quadrature - revisited.
 */
export async function integrateDensity(
  logDensity: LogDensityEvaluator,
  box: QuadratureBox,
  options: QuadratureOptions = {},
): Promise<QuadratureResult> {
  const { tolerance = 1e-4, maxEvaluations = 200_000 } = options;
  const dimensions = box.low.length;
  if (dimensions < 1 || dimensions > 2 || box.high.length !== dimensions) {
    throw new DomainError(
      `integrateDensity: the box has ${dimensions} lower and ${box.high.length} upper bounds; ` +
        "quadrature works in 1 and 2 dimensions, above them compare with samples",
    );
  }
  let evaluations = 0;
  const evaluate: LogDensityEvaluator = (points, count) => {
    evaluations += count;
    return logDensity(points, count);
  };
  const frame = await findMass(evaluate, firstFrame(box));
  const { integral, errorEstimate } = await refine(
    evaluate,
    frame,
    tolerance,
    () => maxEvaluations - evaluations,
  );
  return { integral, errorEstimate, evaluations };
}

/** The box as centre and half-width per dimension. */
interface Frame {
  readonly centre: readonly number[];
  readonly halfWidth: readonly number[];
}

function firstFrame({ low, high }: QuadratureBox): Frame {
  const centre = low.map((bound, d) => bound / 2 + high[d] / 2);
  // A box without width still has a position: start from the width of its float32 neighbourhood.
  const halfWidth = low.map((bound, d) =>
    Math.max(Math.abs(high[d] - bound) / 2, 1e-4 * Math.abs(centre[d]), 1e-30),
  );
  if (![...centre, ...halfWidth].every(Number.isFinite)) {
    throw new DomainError(`integrateDensity: the box from ${low} to ${high} is not finite`);
  }
  return { centre, halfWidth };
}

/** Share of the cube's side [-1, 1] that the box takes. */
const CORE = 0.75;
/** Keeps the end of the side at a finite x, of 30,000 half-widths. */
const END = 1e-5;

/** The coordinate x of t in [-1, 1], in half-widths of the box from its centre. */
function stretch(t: number): number {
  const size = Math.abs(t);
  if (size <= CORE) return t / CORE;
  const u = ((1 - END) * (size - CORE)) / (1 - CORE);
  return Math.sign(t) * (1 + ((1 - CORE) / CORE) * (u / (1 - u)));
}

/** dx / dt of `stretch`. */
function stretchSlope(t: number): number {
  const size = Math.abs(t);
  if (size <= CORE) return 1 / CORE;
  const u = ((1 - END) * (size - CORE)) / (1 - CORE);
  return (1 - END) / (CORE * (1 - u) ** 2);
}

const MOST_MOVES = 40;
/**
 * Mass that a side of the box may leave outside. Less would let the box run away from a Cauchy
 * density: the wider the box, the fewer nodes see its peak, and the more of the rest is tail.
 */
const OUTSIDE = 0.01;

/** Moves and resizes the box until it fits the mass on a coarse grid; unmoved if it never does. */
async function findMass(evaluate: LogDensityEvaluator, first: Frame): Promise<Frame> {
  const side = first.centre.length === 1 ? 128 : 32;
  const step = 2 / side;
  const nodes = Array.from({ length: side }, (_, index) => -1 + (index + 0.5) * step);
  let frame = first;
  for (let move = 0; move < MOST_MOVES; move++) {
    const marginals = await gridMass(evaluate, frame, nodes);
    if (!marginals) return frame;
    const next = marginals.map((mass, d) => {
      const [lowest, highest] = massRange(mass);
      // One step further, as the mass may end anywhere between two nodes; from the outermost, a
      // part of the endless last step.
      const low = stretch(Math.max(nodes[lowest] - step, -1 + step / 8));
      const high = stretch(Math.min(nodes[highest] + step, 1 - step / 8));
      return {
        centre: frame.centre[d] + (frame.halfWidth[d] * (low + high)) / 2,
        halfWidth: (frame.halfWidth[d] * (high - low)) / 2,
        fits: low > -1.5 && high < 1.5 && high - low > 0.8,
      };
    });
    frame = { centre: next.map((n) => n.centre), halfWidth: next.map((n) => n.halfWidth) };
    if (next.every((n) => n.fits)) return frame;
  }
  return first;
}

/** The grid's mass by coordinate, up to a common factor; null where nothing has any. */
async function gridMass(
  evaluate: LogDensityEvaluator,
  frame: Frame,
  nodes: readonly number[],
): Promise<Float64Array[] | null> {
  const dimensions = frame.centre.length;
  const side = nodes.length;
  const count = side ** dimensions;
  const indexOf = (point: number, d: number) => Math.floor(point / side ** d) % side;
  const points = new Float32Array(count * dimensions);
  const logMass = new Float64Array(count);
  for (let point = 0; point < count; point++) {
    for (let d = 0; d < dimensions; d++) {
      const t = nodes[indexOf(point, d)];
      points[point * dimensions + d] = frame.centre[d] + frame.halfWidth[d] * stretch(t);
      logMass[point] += Math.log(stretchSlope(t));
    }
  }
  const logDensity = await evaluate(points, count);
  let largest = -Infinity;
  for (let point = 0; point < count; point++) {
    logMass[point] += logDensity[point];
    if (logMass[point] > largest) largest = logMass[point];
  }
  if (!Number.isFinite(largest)) return null;
  const marginals = frame.centre.map(() => new Float64Array(side));
  for (let point = 0; point < count; point++) {
    const mass = Math.exp(logMass[point] - largest) || 0;
    for (let d = 0; d < dimensions; d++) marginals[d][indexOf(point, d)] += mass;
  }
  return marginals;
}

/** The first and last index between which all but twice `OUTSIDE` of the mass lies. */
function massRange(mass: Float64Array): [number, number] {
  const limit = OUTSIDE * mass.reduce((sum, value) => sum + value, 0);
  let lowest = 0;
  for (let sum = mass[0]; sum <= limit; sum += mass[++lowest]);
  let highest = mass.length - 1;
  for (let sum = mass[highest]; sum <= limit; sum += mass[--highest]);
  return [lowest, highest];
}

/** A part of the cube with its integral, and by how much two rules differ along each dimension. */
interface Cell {
  readonly centre: readonly number[];
  readonly halfWidth: readonly number[];
  readonly integral: number;
  readonly errors: readonly number[];
  readonly error: number;
}

type Extent = Pick<Cell, "centre" | "halfWidth">;

/** Cells halved per call: few large calls, yet not so many that half of them are wasted. */
const LARGEST_BATCH = 256;

async function refine(
  evaluate: LogDensityEvaluator,
  frame: Frame,
  tolerance: number,
  budget: () => number,
): Promise<{ integral: number; errorEstimate: number }> {
  const dimensions = frame.centre.length;
  const perCell = NODES.length ** dimensions;
  let cells = await evaluateCells(evaluate, frame, firstCells(dimensions));
  for (;;) {
    const errorEstimate = cells.reduce((sum, cell) => sum + cell.error, 0);
    const affordable = Math.min(LARGEST_BATCH, Math.floor(budget() / (2 * perCell)));
    if (!(errorEstimate > tolerance) || affordable < 1) {
      return { integral: cells.reduce((sum, cell) => sum + cell.integral, 0), errorEstimate };
    }
    const sorted = cells.sort((a, b) => b.error - a.error);
    let worst = 0;
    for (let rest = errorEstimate; worst < affordable && rest > tolerance / 2; worst++) {
      rest -= sorted[worst].error;
    }
    const halves = sorted.slice(0, worst).flatMap(halve);
    cells = [...sorted.slice(worst), ...(await evaluateCells(evaluate, frame, halves))];
  }
}

/** An even grid; the box's sides, where the map has a kink, fall between cells. */
function firstCells(dimensions: number): Extent[] {
  const side = dimensions === 1 ? 512 : 32;
  const centres = Array.from({ length: side }, (_, index) => -1 + (2 * index + 1) / side);
  const halfWidth = new Array<number>(dimensions).fill(1 / side);
  const rows =
    dimensions === 1 ? centres.map((t) => [t]) : centres.flatMap((s) => centres.map((t) => [s, t]));
  return rows.map((centre) => ({ centre, halfWidth }));
}

function halve({ centre, halfWidth, errors }: Cell): Extent[] {
  const along = errors.indexOf(Math.max(...errors));
  const quarter = halfWidth[along] / 2;
  return [-quarter, quarter].map((shift) => ({
    centre: centre.map((t, d) => (d === along ? t + shift : t)),
    halfWidth: halfWidth.map((half, d) => (d === along ? quarter : half)),
  }));
}

/**
 * The 7-point Kronrod extension of the 4-point Lobatto rule on [-1, 1], and that rule on its nodes.
 * Nodes at the ends, so that a jump cannot hide between the last node and the edge of a cell.
 */
const NODES = [-1, -Math.sqrt(2 / 3), -Math.sqrt(1 / 5), 0, Math.sqrt(1 / 5), Math.sqrt(2 / 3), 1];
const KRONROD = [11 / 210, 72 / 245, 125 / 294, 16 / 35, 125 / 294, 72 / 245, 11 / 210];
const LOBATTO = [1 / 6, 0, 5 / 6, 0, 5 / 6, 0, 1 / 6];

async function evaluateCells(
  evaluate: LogDensityEvaluator,
  frame: Frame,
  extents: readonly Extent[],
): Promise<Cell[]> {
  const dimensions = frame.centre.length;
  const perCell = NODES.length ** dimensions;
  const points = new Float32Array(extents.length * perCell * dimensions);
  const slopes = new Float64Array(extents.length * perCell).fill(1);
  extents.forEach(({ centre, halfWidth }, cell) => {
    for (let node = 0; node < perCell; node++) {
      const point = cell * perCell + node;
      for (let d = 0; d < dimensions; d++) {
        const t = centre[d] + halfWidth[d] * NODES[nodeIndex(node, d)];
        points[point * dimensions + d] = frame.centre[d] + frame.halfWidth[d] * stretch(t);
        slopes[point] *= frame.halfWidth[d] * stretchSlope(t) * halfWidth[d];
      }
    }
  });
  const logDensity = await evaluate(points, slopes.length);
  const values = slopes.map((slope, point) => slope * Math.exp(logDensity[point]));
  return extents.map((extent, cell) => ({
    ...extent,
    ...applyRules(values.subarray(cell * perCell, (cell + 1) * perCell), dimensions),
  }));
}

function nodeIndex(node: number, dimension: number): number {
  return Math.floor(node / NODES.length ** dimension) % NODES.length;
}

/** The product rule, and per dimension what changes when the smaller rule is used along it. */
function applyRules(values: Float64Array, dimensions: number) {
  let integral = 0;
  const errors: number[] = [];
  for (let along = 0; along < dimensions; along++) {
    const stride = NODES.length ** along;
    let error = 0;
    integral = 0;
    for (let line = 0; line < values.length / NODES.length; line++) {
      const first = dimensions === 2 && along === 0 ? line * NODES.length : line;
      let kronrod = 0;
      let lobatto = 0;
      NODES.forEach((_, index) => {
        const value = values[first + index * stride];
        kronrod += KRONROD[index] * value;
        lobatto += LOBATTO[index] * value;
      });
      const across = dimensions === 1 ? 1 : KRONROD[line];
      integral += across * kronrod;
      error += across * Math.abs(kronrod - lobatto);
    }
    errors.push(error);
  }
  return { integral, errors, error: errors.reduce((sum, value) => sum + value, 0) };
}
