/**
 * A number with its standard error in units of its last digit: `0.0123(4)` is 0.0123 ± 0.0004.
 * @param {number} value @param {number} error
 */
export function withError(value, error) {
  if (!(error > 0)) return minus(String(value));
  const digits = Math.max(0, -Math.floor(Math.log10(error)));
  const last = Math.round(error * 10 ** digits);
  // 0.096 rounds to 10 of the last digit: one digit less says the same.
  if (last === 10 && digits > 0) return minus(`${value.toFixed(digits - 1)}(1)`);
  return minus(`${value.toFixed(digits)}(${last})`);
}

/** @param {string} text */
function minus(text) {
  return text.replace("-", "−");
}
