import { checkCount } from "../../core/check-number.ts";
import type { HostRows } from "../../core/rows.ts";
import { checkSeed } from "../../core/seed.ts";
import { type Engine, type EngineChoice, startEngine } from "../../engine/index.ts";
import { hostNormalCdf } from "../../numerics/host-normal-cdf.ts";
import { hostRandom } from "../../numerics/host-random.ts";
import { streams } from "../../numerics/streams.ts";
import {
  type Classifier,
  compileClassifier,
  type LabelledRows,
  selectLabelled,
} from "./classifier.ts";
import { mannWhitney } from "./mann-whitney.ts";
import { type DataAndSamples, drawRows, FEWEST_ROWS, readNumberRows } from "./number-rows.ts";
import { robustScaling } from "./robust-scaling.ts";

export interface ClassifierTestOptions {
  /** Of the rows, the folds and the networks; default 0. */
  seed?: number | undefined;
  /** Parts of the rows, each judged by a network that was fitted to the others; default 5, at most 20. */
  folds?: number | undefined;
  /** What runs the networks; default `"auto"`. */
  engine?: EngineChoice | undefined;
}

/** How well a classifier tells samples from data. */
export interface ClassifierTwoSampleTest {
  /** Share of held-out rows that it assigns rightly; 1/2 is chance. */
  readonly accuracy: number;
  /** `sqrt(accuracy (1 - accuracy) / rows)`. */
  readonly standardError: number;
  /** Of so high an accuracy or a higher one by chance. */
  readonly pValue: number;
  /** Probability that a sample gets higher odds of being one than a row of the data; 1/2 is chance. */
  readonly auc: number;
  /** Rows of data and of samples that were classified, as many of each. */
  readonly rows: number;
}

/** Of each kind: more would take minutes, and tell accuracies from 1/2 that nobody minds. */
const MOST_ROWS = 5000;

/** Share of the rows to learn from that say when to stop. */
const VALIDATION = 0.2;

const LARGEST_BATCH = 128;

/**
 * The classifier two-sample test: can a small neural network (two hidden layers of 64, early stopping) tell samples
 * from data? The rows are cut into folds; each is classified by a network fitted to the others. Accuracy and the area
 * under the ROC curve, which sees differences that never decide a case, are those of rows not learned from.
 *
 * p-value: `accuracy ~ N(1/2, 1 / (4 n))` under the null for n classified rows, of both kinds together. It is
 * approximate, and so is the standard error: folds share rows that they learn from, so that their verdicts are not
 * independent. Both sides get the same number of rows, 5000 at most, drawn by seed; columns are scaled robustly by the data.
 *
 * @throws (rejects with) ShapeError, DataError for rows that cannot be compared, or fewer than 20; DomainError for
 * a seed, folds or an engine that are none.
 *
 * Lopez-Paz, Oquab (2017), Revisiting classifier two-sample tests, arXiv:1610.06545, section 3.
 */
export async function classifierTwoSampleTest(
  compared: DataAndSamples,
  { seed = 0, folds = 5, engine }: ClassifierTestOptions = {},
): Promise<ClassifierTwoSampleTest> {
  const who = "classifierTwoSampleTest";
  checkSeed(who, seed);
  checkCount(who, "folds", folds, 2, FEWEST_ROWS);
  const { data, samples } = readNumberRows(who, { ...compared });
  const random = hostRandom(seed, streams.classifierRows);
  const each = Math.min(data.count, samples.count, MOST_ROWS);
  const scale = robustScaling(data);
  const [first, second] = [data, samples].map((rows) => drawRows(scale(rows), each, random));
  const kinds = interleaved(first, second);
  const results = await classifyFolds(await startEngine(engine), kinds, folds, seed);
  const count = 2 * each;
  const accuracy = results.reduce((sum, { right }) => sum + right, 0) / count;
  return {
    accuracy,
    standardError: Math.sqrt((accuracy * (1 - accuracy)) / count),
    pValue: hostNormalCdf((0.5 - accuracy) * 2 * Math.sqrt(count)),
    auc: results.reduce((sum, { auc }) => sum + auc / folds, 0),
    rows: each,
  };
}

/** Rows of data at even places, with label 0, and of samples at odd ones, with label 1. */
function interleaved(data: HostRows, samples: HostRows): LabelledRows {
  const { count, size } = data;
  const both = new Float64Array(2 * count * size);
  for (let row = 0; row < count; row++) {
    both.set(data.data.subarray(row * size, (row + 1) * size), 2 * row * size);
    both.set(samples.data.subarray(row * size, (row + 1) * size), (2 * row + 1) * size);
  }
  const labels = Float32Array.from({ length: 2 * count }, (_, row) => row % 2);
  return { rows: { data: both, count: 2 * count, size }, labels };
}

/** How many rows of a fold were assigned rightly, rows without a verdict counted half. */
interface FoldResult {
  readonly right: number;
  readonly auc: number;
}

async function classifyFolds(
  engine: Engine,
  all: LabelledRows,
  folds: number,
  seed: number,
): Promise<FoldResult[]> {
  const { count, size } = all.rows;
  const others = count - 2 * Math.ceil(count / 2 / folds);
  const batchSize = Math.min(LARGEST_BATCH, others - validationRows(others));
  const classifier = await compileClassifier(engine, { features: size, batchSize, seed });
  try {
    const results: FoldResult[] = [];
    for (let fold = 0; fold < folds; fold++) {
      results.push(await classifyFold(classifier, all, fold, folds, seed));
    }
    return results;
  } finally {
    classifier.dispose();
  }
}

async function classifyFold(
  classifier: Classifier,
  all: LabelledRows,
  fold: number,
  folds: number,
  seed: number,
): Promise<FoldResult> {
  // Pairs stay together: as many rows of either kind in every part.
  const rows = Uint32Array.from({ length: all.rows.count }, (_, row) => row);
  const isTest = (row: number) => (row >> 1) % folds === fold;
  const test = selectLabelled(all, rows.filter(isTest));
  const others = rows.filter((row) => !isTest(row));
  const held = validationRows(others.length);
  const validation = selectLabelled(all, others.subarray(0, held));
  const random = hostRandom(seed, streams.classifierBatches + fold);
  const parameters = await classifier.fit(
    selectLabelled(all, others.subarray(held)),
    validation,
    random,
  );
  const odds = await classifier.logOdds(parameters, test.rows);
  parameters.dispose();
  const right = odds.reduce((sum, value, row) => sum + verdict(value, test.labels[row]), 0);
  const ofKind = (label: number) => odds.filter((_, row) => test.labels[row] === label);
  return { right, auc: mannWhitney(ofKind(0), ofKind(1)).share };
}

/** Of so many rows to learn from; as many of either kind. */
function validationRows(count: number): number {
  return 2 * Math.ceil((VALIDATION * count) / 2);
}

function verdict(odds: number, label: number): number {
  if (odds === 0) return 0.5;
  return Number(odds > 0 === (label === 1));
}
