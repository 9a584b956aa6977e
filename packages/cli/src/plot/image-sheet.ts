import sharp from "sharp";
import type { Table } from "./table.ts";

/** Where the images of a sheet stand, all lengths in pixels of the sheet. */
export interface SheetLayout {
  readonly columns: number;
  /** Each pixel of an image becomes a square of this side. */
  readonly factor: number;
  /** From one image's left edge to the next one's. */
  readonly across: number;
  /** From one image's upper edge to that of the image below. */
  readonly down: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Draws images on one white sheet, row by row.
 *
 * @param images values 0 to 255, `[n, channels, height, width]` with 1 or 3 channels; they are
 * rounded, and those outside cut.
 * @returns the sheet as a PNG, in a `data:` address.
 */
export async function imageSheet(images: Table, layout: SheetLayout): Promise<string> {
  const channels = images.shape[1] as 1 | 3;
  const { width, height } = layout;
  const sheet = sharp(pixels(images, layout), { raw: { width, height, channels } });
  const png = await sheet
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .png({ compressionLevel: 9, adaptiveFiltering: true })
    .toBuffer();
  return `data:image/png;base64,${png.toString("base64")}`;
}

/** The sheet's bytes, `[height, width, channels]`. */
function pixels({ data, shape }: Table, layout: SheetLayout): Uint8ClampedArray {
  const [count, channels, height, width] = shape as [number, number, number, number];
  const { columns, factor, across, down } = layout;
  // Storing into this array rounds and cuts.
  const sheet = new Uint8ClampedArray(layout.height * layout.width * channels).fill(255);
  for (let image = 0; image < count; image++) {
    const left = (image % columns) * across;
    const top = Math.floor(image / columns) * down;
    for (let y = 0; y < height * factor; y++) {
      let place = ((top + y) * layout.width + left) * channels;
      const row = Math.floor(y / factor);
      for (let x = 0; x < width * factor; x++) {
        const source = (image * channels * height + row) * width + Math.floor(x / factor);
        for (let channel = 0; channel < channels; channel++) {
          sheet[place++] = data[source + channel * height * width] as number;
        }
      }
    }
  }
  return sheet;
}
