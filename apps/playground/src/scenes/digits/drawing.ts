/** A point of a pad: its left upper corner is (0, 0), its right lower one (1, 1). */
export type Point = readonly [x: number, y: number];

/** What is on a pad: a digit of the model, if one was asked for, and strokes over it. */
export interface Drawing {
  readonly digit: Uint8Array | undefined;
  readonly strokes: readonly (readonly Point[])[];
}

export const emptyDrawing: Drawing = { digit: undefined, strokes: [] };

export const isEmpty = ({ digit, strokes }: Drawing) => !digit && strokes.length === 0;

/** Where on a pad a digit of the model lies. */
export const DIGIT_BOX = { from: 0.15, size: 0.7 } as const;

/** Width of the pen, as a share of the height of a digit: about that of the training digits. */
export const PEN = 0.13;

/** Ink of smaller extent, as a share of the pad, is not blown up to the size of a digit: a dot stays a dot. */
const SMALLEST = 0.25;

/** A pixel is looked at in so many places along each side. */
const FINENESS = 4;

interface ImageFormat {
  readonly height: number;
  readonly width: number;
  readonly values: number;
}

/**
 * A drawing in the form of the training images: MNIST scales the box around the ink to 20 by 20 pixels, keeping its
 * proportions, with greys at the edges; the model's images are that box, with fewer greys. A digit of the model already
 * has that form, and strokes are added to it where they were drawn.
 *
 * @returns whole numbers, row-major.
 */
export function toImage({ digit, strokes }: Drawing, format: ImageFormat): Uint8Array {
  const { height, width, values } = format;
  const side = Math.min(height, width);
  const pen = PEN * side;
  const place = digit ? placeOverDigit(format) : placeByBox(strokes, format, pen);
  const ink = strokeInk(
    strokes.map((stroke) => stroke.map(place)),
    format,
    pen,
  );
  const grey = (share: number) => Math.floor((255 * share * values) / 256);
  return Uint8Array.from(ink, (share, i) => Math.max(grey(share), digit?.[i] ?? 0));
}

type Placing = (point: Point) => Point;

function placeOverDigit({ height, width }: ImageFormat): Placing {
  const { from, size } = DIGIT_BOX;
  return ([x, y]) => [((x - from) / size) * width, ((y - from) / size) * height];
}

/** The box around the ink fills the image, and its middle is the image's middle. */
function placeByBox(
  strokes: readonly (readonly Point[])[],
  { height, width }: ImageFormat,
  pen: number,
): Placing {
  const points = strokes.flat();
  const [left, right] = extent(points.map(([x]) => x));
  const [top, bottom] = extent(points.map(([, y]) => y));
  // The pen's own width is ink as well.
  const scale = Math.min(
    (width - pen) / Math.max(SMALLEST, right - left),
    (height - pen) / Math.max(SMALLEST, bottom - top),
  );
  const [middleX, middleY] = [(left + right) / 2, (top + bottom) / 2];
  return ([x, y]) => [width / 2 + (x - middleX) * scale, height / 2 + (y - middleY) * scale];
}

function extent(values: readonly number[]): [number, number] {
  return values.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}

/** The share of each pixel that a round pen covers. */
function strokeInk(
  strokes: readonly (readonly Point[])[],
  { height, width }: ImageFormat,
  pen: number,
): Float64Array {
  const [rows, columns] = [height * FINENESS, width * FINENESS];
  const covered = new Uint8Array(rows * columns);
  const reach = (pen / 2) * FINENESS;
  for (const stroke of strokes) {
    for (const [index, point] of stroke.entries()) {
      const [ax, ay] = fine(stroke[index - 1] ?? point);
      const [bx, by] = fine(point);
      const [firstRow, lastRow] = cells(Math.min(ay, by) - reach, Math.max(ay, by) + reach, rows);
      const [firstColumn, lastColumn] = cells(
        Math.min(ax, bx) - reach,
        Math.max(ax, bx) + reach,
        columns,
      );
      for (let row = firstRow; row <= lastRow; row++) {
        for (let column = firstColumn; column <= lastColumn; column++) {
          const away = distance(column + 0.5, row + 0.5, ax, ay, bx, by);
          if (away <= reach) covered[row * columns + column] = 1;
        }
      }
    }
  }
  const ink = new Float64Array(height * width);
  for (const [cell, isCovered] of covered.entries()) {
    if (!isCovered) continue;
    const row = Math.floor(cell / columns / FINENESS);
    const column = Math.floor((cell % columns) / FINENESS);
    (ink[row * width + column] as number) += 1 / FINENESS ** 2;
  }
  return ink;
}

const fine = ([x, y]: Point): Point => [x * FINENESS, y * FINENESS];

/** The cells from one place to another, of as many as there are. */
function cells(from: number, to: number, count: number): [number, number] {
  return [Math.max(0, Math.floor(from)), Math.min(count - 1, Math.ceil(to))];
}

/** From a point to a segment. */
function distance(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((x - ax) * dx + (y - ay) * dy) / length;
  const share = Math.max(0, Math.min(1, along));
  return Math.hypot(x - ax - share * dx, y - ay - share * dy);
}
