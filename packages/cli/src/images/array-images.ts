import { DataError } from "pushforward";
import type { FileArray } from "pushforward/io";
import { channelsFirst } from "./channel-order.ts";
import type { ImageSet } from "./image-set.ts";
import type { ArrayChoice } from "./npz.ts";

export const imageArray: ArrayChoice = {
  what: "images",
  form: "3 or 4 axes",
  fits: ({ shape }) => shape.length === 3 || shape.length === 4,
};

/** The images of an array `[n, h, w]`, `[n, h, w, c]` or `[n, c, h, w]`, 1 or 3 channels. */
export function arrayImages(source: string, { data, shape }: FileArray): ImageSet {
  const [count, channels, height, width] = imageShape(source, shape);
  if (count * height * width === 0) {
    throw new DataError(
      `${source}: holds no images, its shape is ${shown(shape)}; get the file again`,
    );
  }
  const size = channels * height * width;
  const pixels = toBytes(source, data, size);
  const interleaved = channels === 3 && shape[3] === 3;
  if (interleaved) {
    for (let begin = 0; begin < pixels.length; begin += size) {
      pixels.set(channelsFirst(pixels.subarray(begin, begin + size), 3, 3), begin);
    }
  }
  return { source, shape: [channels, height, width], count, pixels, notices: noticesOf(pixels) };
}

type FourLengths = [count: number, channels: number, height: number, width: number];

/** The lengths of the axes, channels first. */
function imageShape(source: string, shape: readonly number[]): FourLengths {
  const [count = 0, second = 0, third = 0, fourth = 0] = shape;
  const isChannels = (length: number) => length === 1 || length === 3;
  if (shape.length === 3) return [count, 1, second, third];
  if (shape.length === 4 && isChannels(fourth)) return [count, fourth, second, third];
  if (shape.length === 4 && isChannels(second)) return [count, second, third, fourth];
  const guess = { 1: "; these may be labels", 2: "; reshape a table of pixels first" }[
    shape.length
  ];
  throw new DataError(
    `${source}: has the shape ${shown(shape)}; images have [count, height, width], or 1 or 3 ` +
      `channels as another axis, the last or the second${guess ?? ""}`,
  );
}

/** The numbers as bytes; `data` itself where it holds bytes. */
function toBytes(source: string, data: FileArray["data"], size: number): Uint8Array {
  if (data instanceof Uint8Array) return data;
  const isFloat = data instanceof Float32Array || data instanceof Float64Array;
  if (isFloat && data.every((value) => value >= 0 && value <= 1)) {
    throw new DataError(
      `${source}: holds floats from 0 to 1, and pixels are whole numbers from 0 to 255; multiply ` +
        "by 255, round, and store them as uint8",
    );
  }
  const bytes = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]);
    bytes[i] = value;
    if (bytes[i] === value) continue;
    throw new DataError(
      `${source}: image ${Math.floor(i / size)} has the value ${value}, and pixels are whole ` +
        "numbers from 0 to 255; rescale, round, and store them as uint8",
    );
  }
  return bytes;
}

/** Bytes of 0 and 1 may be meant: pictures can be that dark, and floats would have been refused. */
function noticesOf(pixels: Uint8Array): string[] {
  const isBinary = pixels.every((value) => value <= 1) && pixels.includes(1);
  if (!isBinary) return [];
  return ["The values are 0 and 1 only: multiply by 255 if these are black and white."];
}

function shown(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}
