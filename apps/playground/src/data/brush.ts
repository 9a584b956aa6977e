import type { Random } from "./random.ts";

/** Standard deviation of the normal distribution around each dot of a drawing. */
export const BRUSH = 0.12;

/** No drawing has more dots: the link would grow too long. */
export const MOST_DOTS = 400;

/** Values of a coordinate that a link tells apart, and the canvas that they lie on. */
const LEVELS = 256;
const REACH = 4;

/** A draw of a drawing's density: a dot, and where in its normal distribution. */
export function brushDraw(dots: Float32Array, { normal, integer }: Random): [number, number] {
  const dot = 2 * integer(dots.length / 2);
  return [(dots[dot] as number) + BRUSH * normal(), (dots[dot + 1] as number) + BRUSH * normal()];
}

/** The log-density of a drawing, nats: `log mean_k N(x; dot_k, BRUSH^2 I)`. */
export function brushDensity(dots: Float32Array, x: number, y: number): number {
  const exponents: number[] = [];
  for (let i = 0; i < dots.length; i += 2) {
    const [dx, dy] = [x - (dots[i] as number), y - (dots[i + 1] as number)];
    exponents.push(-(dx * dx + dy * dy) / (2 * BRUSH ** 2));
  }
  const top = Math.max(...exponents);
  const sum = exponents.reduce((total, exponent) => total + Math.exp(exponent - top), 0);
  return top + Math.log(sum / exponents.length) - Math.log(2 * Math.PI * BRUSH ** 2);
}

/** Where a link can say that a dot is: the nearest point of a fine grid, the same for who draws and who follows. */
export function snapToLink(value: number): number {
  return fromLevel(toLevel(value));
}

const toLevel = (value: number) =>
  Math.max(0, Math.min(LEVELS - 1, Math.round(((value + REACH) / (2 * REACH)) * (LEVELS - 1))));

const fromLevel = (level: number) => (level / (LEVELS - 1)) * 2 * REACH - REACH;

/** Dots as the text of a link. */
export function writeDots(dots: Float32Array): string {
  const bytes = Array.from(dots, (value) => String.fromCharCode(toLevel(value)));
  return btoa(bytes.join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @returns undefined for a text that is no drawing. */
export function readDots(text: string): Float32Array | undefined {
  try {
    const bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    if (bytes.length % 2 === 1 || bytes.length > 2 * MOST_DOTS) return undefined;
    return Float32Array.from(bytes, (byte) => fromLevel(byte.charCodeAt(0)));
  } catch {
    return undefined;
  }
}
