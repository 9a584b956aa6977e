/** Streams of a seed that comparisons of samples with data draw from, beside those of `numerics/streams.ts`. */
export const randomStreams = {
  rows: 4_000_000_000,
  classifier: 4_000_000_001,
  permutations: 4_000_000_002,
  queries: 4_000_000_003,
  report: 4_000_000_004,
  batches: 4_000_000_100,
} as const;
