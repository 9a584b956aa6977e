interface ImageFormat {
  readonly width: number;
  readonly height: number;
  /** Pixels are whole numbers from 0 to one below. */
  readonly values: number;
}

/** White ink on black, one pixel of the canvas for each of the image. */
export function paintDigit(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  pixels: Uint8Array,
  { width, height, values }: ImageFormat,
): void {
  const image = new ImageData(width, height);
  for (const [i, value] of pixels.entries()) {
    const grey = (255 * value) / (values - 1);
    image.data.set([grey, grey, grey, 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
}

/** An image as something that can be drawn at any size. */
export function digitCanvas(pixels: Uint8Array, format: ImageFormat): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = format.width;
  canvas.height = format.height;
  const context = canvas.getContext("2d");
  if (context) paintDigit(context, pixels, format);
  return canvas;
}
