/**
 * Bits per dimension of data of whole numbers, `-log2 P(x) / d`: what an ideal code takes per pixel and channel.
 *
 * @param logMass natural logarithm of a probability, or a mean of them: see `model.logMass`.
 * @param size number d of numbers of an event.
 */
export function bitsPerDimension(logMass: number, size: number): number {
  return -logMass / (size * Math.LN2);
}
