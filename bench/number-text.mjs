/** Three digits, and no power of ten: `0.0123`, `1.23`, `123`, `12,300`. @param {number} value */
export function short(value) {
  const rounded = Number(value.toPrecision(3));
  return rounded >= 1000 ? whole(rounded) : String(rounded);
}

/** @param {number} value */
export function whole(value) {
  return Math.round(value).toLocaleString("en-US");
}
