/**
 * Uses of a seed on the host, each a stream of its own of `hostRandom`; those that need many take
 * all from their number up.
 */
export const streams = {
  split: 1,
  validationNoise: 2,
  initialRows: 3,
  evaluation: 5,
  baselineNoise: 6,
  mixtureRows: 7,
  checkedRows: 8,
  mapNoise: 9,
  missingCells: 10,
  imputation: 11,
  scorePoints: 12,
  epochs: 1_000,
  noise: 2_000_000_000,
  mixtureStarts: 3_000_000_000,
  trainingNoise: 3_500_000_000,
  flips: 3_900_000_000,
  discrepancyRows: 4_000_000_000,
  classifierRows: 4_000_000_001,
  permutations: 4_000_000_002,
  neighbourRows: 4_000_000_003,
  comparedRows: 4_000_000_004,
  classifierBatches: 4_000_000_100,
} as const;
