/** `(1 - share) a + share b`. */
export function mixLinearly(a: Float32Array, b: Float32Array, share: number): Float32Array {
  return a.map((value, i) => (1 - share) * value + share * (b[i] as number));
}

/**
 * On the great circle: the direction turns evenly from that of a to that of b, the length goes evenly from one to the
 * other (Shoemake 1985, White 2016, arXiv:1609.04468).
 */
export function mixOnCircle(a: Float32Array, b: Float32Array, share: number): Float32Array {
  const [lengthA, lengthB] = [lengthOf(a), lengthOf(b)];
  const inner = a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
  const angle = Math.acos(Math.max(-1, Math.min(1, inner / (lengthA * lengthB))));
  // Directions that are the same or opposite span no circle.
  if (!(Math.sin(angle) > 1e-6)) return mixLinearly(a, b, share);
  const length = (1 - share) * lengthA + share * lengthB;
  const [weightA, weightB] = [
    (length * Math.sin((1 - share) * angle)) / (Math.sin(angle) * lengthA),
    (length * Math.sin(share * angle)) / (Math.sin(angle) * lengthB),
  ];
  return a.map((value, i) => weightA * value + weightB * (b[i] as number));
}

const lengthOf = (vector: Float32Array) => Math.hypot(...vector);
