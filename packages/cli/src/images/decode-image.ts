import { readFile } from "node:fs/promises";
import { DataError } from "pushforward";
import sharp from "sharp";
import { channelsFirst } from "./channel-order.ts";
import { formatOf } from "./image-format.ts";
import { readError } from "./read-bytes.ts";

/** The pixels of one picture. */
export interface DecodedImage {
  channels: 1 | 3;
  height: number;
  width: number;
  /** `[channels, height, width]`. */
  pixels: Uint8Array;
  /** What was done to it on the way. */
  conversions: Conversion[];
}

/** What may be done to a picture, in words for a notice. */
export const conversions = {
  alpha: "Left out an alpha channel that is opaque everywhere",
  palette: "Read as colour, as the colours come from a palette",
  turned: "Turned upright, as the camera's note says",
} as const;

export type Conversion = keyof typeof conversions;

/** The last chunk of every PNG; without it the decoder would be content with what it got. */
const PNG_END = Buffer.from("0000000049454e44ae426082", "hex");

/**
 * Reads a PNG or JPEG file as it is stored: no colour management, 8 bits per channel.
 *
 * @throws DataError when it cannot be read or decoded whole, or has 16 bits per channel, colours
 * other than RGB or grey, or pixels that are transparent.
 */
export async function decodeImage(path: string): Promise<DecodedImage> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw readError(path, error);
  });
  const format = formatOf(bytes);
  if (format !== "png" && format !== "jpeg") {
    throw new DataError(
      `${path}: is no PNG or JPEG file by its first bytes; get the file again, or convert it`,
    );
  }
  try {
    if (format === "png" && !bytes.includes(PNG_END)) throw new Error("its end is missing");
    return await decode(path, bytes);
  } catch (error) {
    if (error instanceof DataError) throw error;
    const [reason = ""] = (error as Error).message.split("\n");
    throw new DataError(
      `${path}: cannot be decoded (${reason}); get the file again if it is damaged, or save it anew`,
    );
  }
}

async function decode(path: string, bytes: Uint8Array): Promise<DecodedImage> {
  // Set less strictly, damaged parts of a JPEG would pass as grey pixels.
  const image = sharp(bytes, { failOn: "warning", ignoreIcc: true, autoOrient: true });
  const { depth, space, hasAlpha, isPalette, orientation } = await image.metadata();
  if (depth !== "uchar") {
    throw new DataError(`${path}: has 16 bits per channel; save it with 8`);
  }
  if (space !== "b-w" && space !== "srgb") {
    throw new DataError(`${path}: has ${space} colours; save it in RGB or in grey`);
  }
  // Asked for grey, sharp would drop the alpha channel unseen.
  const wanted = hasAlpha ? "srgb" : space;
  const { data, info } = await image
    .toColourspace(wanted)
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (hasAlpha && data.some((value, i) => i % 4 === 3 && value < 255)) {
    throw new DataError(
      `${path}: is transparent in places; put it on a background and save it without alpha`,
    );
  }
  const channels = space === "b-w" ? 1 : 3;
  const done: Conversion[] = [];
  if (hasAlpha) done.push("alpha");
  if (isPalette) done.push("palette");
  if (orientation !== undefined && orientation > 1) done.push("turned");
  return {
    channels,
    height: info.height,
    width: info.width,
    pixels: channelsFirst(data, channels, info.channels),
    conversions: done,
  };
}
