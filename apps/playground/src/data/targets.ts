import { targets } from "../../../../bench/densities/targets.mjs";
import type { Bounds } from "../worker/bounds.ts";
import { brushDensity, brushDraw } from "./brush.ts";
import { randomOf } from "./random.ts";

/** Points of the plane to fit a flow to. */
export interface PlaneData {
  readonly title: string;
  readonly columns: readonly [string, string];
  /** To learn from: `[n, 2]`, row-major. */
  readonly rows: Float32Array;
  /** To validate with: they choose the best weights, and all densities are compared on them. */
  readonly validation: Float32Array;
  /** What there is to score, in its own order. */
  readonly all: Float32Array;
  /** What pictures show. */
  readonly bounds: Bounds;
  /** Mean log-density of the validation rows under the density that they were drawn from, nats; where it is known. */
  readonly truth: number | undefined;
}

/** The densities of the benches, which are known exactly. */
export const knownTargets: readonly { readonly id: string; readonly title: string }[] = targets.map(
  ({ id, title }) => ({ id, title }),
);

/** Rows to learn from, and rows to validate with. */
const TRAINING_ROWS = 4000;
const VALIDATION_ROWS = 1000;

/** Draws of a density that is known. */
export function drawTarget(id: string, seed: number): PlaneData {
  const target = targets.find((each) => each.id === id) ?? targets[0];
  const random = randomOf(seed);
  const draw = (count: number) =>
    Float32Array.from(Array.from({ length: count }, () => target.draw(random as never)).flat());
  const [rows, validation] = [draw(TRAINING_ROWS), draw(VALIDATION_ROWS)];
  const truth = meanOver(validation, target.logDensity);
  const { title, view } = target;
  return { title, columns: ["x1", "x2"], rows, validation, all: rows, bounds: view, truth };
}

/** Draws of what the visitor painted: each dot is the middle of a small normal distribution. */
export function drawBrush(dots: Float32Array, seed: number): PlaneData {
  const random = randomOf(seed);
  const draw = (count: number) =>
    Float32Array.from(Array.from({ length: count }, () => brushDraw(dots, random)).flat());
  const [rows, validation] = [draw(TRAINING_ROWS), draw(VALIDATION_ROWS)];
  const truth = meanOver(validation, (x, y) => brushDensity(dots, x, y));
  return {
    title: "your drawing",
    columns: ["x1", "x2"],
    rows,
    validation,
    all: rows,
    bounds: brushBounds,
    truth,
  };
}

/** The canvas of drawings. */
export const brushBounds: Bounds = { x: [-4, 4], y: [-4, 4] };

function meanOver(points: Float32Array, of: (x: number, y: number) => number): number {
  let sum = 0;
  for (let i = 0; i < points.length; i += 2)
    sum += of(points[i] as number, points[i + 1] as number);
  return sum / (points.length / 2);
}

/** Points of a table, shuffled; one in ten is to validate with. */
export function splitRows(
  points: Float32Array,
  seed: number,
): Pick<PlaneData, "rows" | "validation" | "all"> {
  const { integer } = randomOf(seed);
  const shuffled = points.slice();
  const count = points.length / 2;
  for (let row = count - 1; row > 0; row--) {
    const other = integer(row + 1);
    for (const axis of [0, 1]) {
      const [a, b] = [2 * row + axis, 2 * other + axis];
      [shuffled[a], shuffled[b]] = [shuffled[b] as number, shuffled[a] as number];
    }
  }
  const held = Math.max(1, Math.min(2000, Math.floor(count / 10)));
  return {
    rows: shuffled.slice(2 * held),
    validation: shuffled.slice(0, 2 * held),
    all: points,
  };
}
