import { transfer } from "comlink";
import type { Model } from "pushforward";
import type { Bounds } from "./bounds.ts";

export interface PictureRequest {
  readonly bounds: Bounds;
  /** Number of draws to show. */
  readonly samples: number;
}

/** The log-density on a grid, and draws. */
export interface Picture {
  readonly bounds: Bounds;
  /** Cells along each side; their values are row-major, the lowest row first, each at the middle of its cell. */
  readonly cells: number;
  readonly logDensity: Float32Array;
  /** `[n, 2]`, row-major; the same noise each time, so that they move with the weights. */
  readonly samples: Float32Array;
}

/** Of the time of a training, pictures may take one part in this many. */
const SHARE = 5;

/** Milliseconds: no picture sooner after another, and about what one may take while training. */
const SHORTEST_WAIT = 150;
const BUDGET = 80;

/** Milliseconds that a picture at rest may take. */
const FINE_BUDGET = 1500;

const cellsWhileTraining = { least: 24, most: 64 };
const cellsAtRest = { least: 48, most: 120 };

/** Draws pictures as often and as fine as they can be had without holding up the training. */
export function createPainter() {
  let nextAt = 0;
  /** Milliseconds for a cell, of the last picture. */
  let pace = 0.03;
  /** The last model that was painted: its programs are built. */
  let known: Model | undefined;

  async function paintCells(
    model: Model,
    { bounds, samples }: PictureRequest,
    cells: number,
  ): Promise<Picture> {
    const logDensity = await model.logProb({ data: gridOf(bounds, cells), shape: [cells ** 2, 2] });
    const drawn = samples > 0 ? (await model.sample(samples)).data : new Float32Array(0);
    return { bounds, cells, logDensity, samples: drawn };
  }

  async function paintWithin(
    model: Model,
    request: PictureRequest,
    budget: number,
    { least, most }: { least: number; most: number },
  ): Promise<Picture> {
    if (model !== known) {
      // What building takes says nothing of how often pictures can be had.
      await paintCells(model, request, 2);
      known = model;
    }
    const cells = Math.max(least, Math.min(most, Math.floor(Math.sqrt(budget / pace))));
    const start = performance.now();
    const picture = await paintCells(model, request, cells);
    const spent = performance.now() - start;
    nextAt = performance.now() + Math.max(SHORTEST_WAIT, (SHARE - 1) * spent);
    pace = spent / cells ** 2;
    return picture;
  }

  return {
    isDue: () => performance.now() >= nextAt,
    paint: (model: Model, request: PictureRequest) =>
      paintWithin(model, request, BUDGET, cellsWhileTraining),
    paintFine: (model: Model, request: PictureRequest) =>
      paintWithin(model, request, FINE_BUDGET, cellsAtRest),
  };
}

/** A picture whose numbers move to the page instead of being copied. */
export function handOver<T extends object>(message: T, { logDensity, samples }: Picture): T {
  return transfer(message, [logDensity.buffer, samples.buffer]);
}

function gridOf({ x, y }: Bounds, cells: number): Float32Array {
  const at = ([low, high]: readonly [number, number], cell: number) =>
    low + ((cell + 0.5) * (high - low)) / cells;
  const points = new Float32Array(2 * cells ** 2);
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      points[2 * (row * cells + column)] = at(x, column);
      points[2 * (row * cells + column) + 1] = at(y, row);
    }
  }
  return points;
}
