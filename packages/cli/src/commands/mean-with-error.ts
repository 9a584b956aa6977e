/** A mean over rows. */
export interface MeanWithError {
  mean: number;
  /** Of the mean; NaN for one row. */
  standardError: number;
}

export function meanWithError(values: Float64Array): MeanWithError {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value / count, 0);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / (count - 1) / count) };
}
