/**
 * An image with its channels apart, `[channels, pixels]`, from one with the numbers of a pixel
 * together, `[pixels, stride]`; of a pixel's numbers only the first are taken.
 */
export function channelsFirst(image: Uint8Array, channels: number, stride: number): Uint8Array {
  const size = image.length / stride;
  const planes = new Uint8Array(channels * size);
  for (let channel = 0; channel < channels; channel++) {
    for (let pixel = 0; pixel < size; pixel++) {
      planes[channel * size + pixel] = image[pixel * stride + channel] as number;
    }
  }
  return planes;
}

/** An image with the numbers of a pixel together, from one with its channels apart. */
export function channelsLast(image: Uint8Array, channels: number): Uint8Array {
  // The other way round the pixels are the channels.
  const size = image.length / channels;
  return channelsFirst(image, size, size);
}
