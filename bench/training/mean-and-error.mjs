/**
 * Mean of numbers and the standard error of that mean.
 * @param {ArrayLike<number>} values
 */
export function meanAndError(values) {
  const { length } = values;
  let mean = 0;
  for (let i = 0; i < length; i++) mean += values[i] / length;
  let squares = 0;
  for (let i = 0; i < length; i++) squares += (values[i] - mean) ** 2;
  return { mean, standardError: Math.sqrt(squares / (length - 1) / length) };
}
