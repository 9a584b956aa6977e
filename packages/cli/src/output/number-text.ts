/** A float32 number with the fewest digits that read back to it (six or fewer, if subnormal). */
export function float32Text(value: number): string {
  // Six digits survive a float32, so that fewer are found by cutting zeros; nine always suffice.
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return Number.isFinite(value) ? String(Number(value.toPrecision(9))) : String(value);
}
