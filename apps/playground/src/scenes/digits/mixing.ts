/**
 * `(1 - share) a + share b`. Of this model the great circle between latents (White 2016, arXiv:1609.04468), which keeps
 * their lengths, looks no better: strokes fade as much, and a little earlier.
 */
export function mixLinearly(a: Float32Array, b: Float32Array, share: number): Float32Array {
  return a.map((value, i) => (1 - share) * value + share * (b[i] as number));
}
