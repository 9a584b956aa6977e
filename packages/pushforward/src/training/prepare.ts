import { chain } from "../bijectors/chain.ts";
import { layersOf } from "../core/bijector.ts";
import { columnLabel } from "../core/column.ts";
import type { Distribution } from "../core/distribution.ts";
import { keyOf } from "../core/seed.ts";
import { transformed } from "../distributions/transformed.ts";
import type { Tree } from "../engine/index.ts";
import { hostRandom } from "../numerics/host-random.ts";
import { streams } from "../numerics/streams.ts";
import { batchOf } from "./batches.ts";
import { type Dataset, select } from "./dataset.ts";
import { dequantize } from "./dequantization.ts";
import type { ResolvedFitOptions } from "./options.ts";
import { standardization, standardizeContext, standardizeContextOf } from "./standardization.ts";

/** Rows that data-dependent initial values are computed from. */
const INITIAL_ROWS = 1024;

/**
 * Add the preprocessing: of the context, and of the data, the splines' intervals in view. A flow that
 * ends in a map onto an interval, or has circles in it, is left as it is: it wants the data's own values.
 */
export function withPreprocessing(flow: Distribution, dataset: Dataset): Distribution {
  const { name, base, bijector } = flow.flow ?? { name: flow.kind, base: flow };
  const layers = bijector ? layersOf(bijector) : [];
  const wantsDataAsIs = layers.some(({ bijector: { interval } }) => interval?.isDomain);
  if (wantsDataAsIs || layers.at(-1)?.bijector.support) return flow;
  const seen = layers.slice(layers.findLastIndex(({ bijector }) => bijector.changesTails) + 1);
  const bounds = seen.flatMap(({ bijector: { interval } }) =>
    interval ? [Math.min(-interval.low, interval.high)] : [],
  );
  const preprocessing = standardization(
    dataset.train.rows,
    flow.shape,
    dataset.columns,
    bounds.length > 0 ? Math.min(...bounds) : null,
  );
  const { context } = dataset.train;
  if (!bijector) {
    const conditioned = flow.condShape && context ? standardizeContextOf(flow, context) : flow;
    return transformed({ base: conditioned, bijector: preprocessing, name });
  }
  const conditioned =
    bijector.condShape && context ? standardizeContext(bijector, context) : bijector;
  return transformed({ base, bijector: chain({ bijectors: [conditioned, preprocessing] }), name });
}

/** Initial parameters, from the seed and where a layer asks for it from the data. */
export function initialParameters(
  flow: Distribution,
  dataset: Dataset,
  { seed }: ResolvedFitOptions,
): Tree {
  const params = flow.init(keyOf(seed));
  const initFromData = flow.flow?.bijector.initFromData;
  if (!initFromData) return params;
  const count = Math.min(INITIAL_ROWS, dataset.train.rows.count);
  const choice = hostRandom(seed, streams.initialRows);
  const chosen = select(dataset.train, choice.shuffle(dataset.train.rows.count).subarray(0, count));
  // As in training: a scale measured on tied values could be next to nothing.
  const rows = dequantize(chosen.rows, dataset.columns, choice);
  const { x, cond } = batchOf(flow, { ...chosen, rows });
  const arrays = [x.toDevice(), cond?.toDevice()] as const;
  return { ...params, bijector: initFromData(params.bijector, ...arrays, "inverse") };
}

/** One line on the split, and one on columns that are spread over their grid. */
export function describeData({ columns, train, validation }: Dataset): string[] {
  const spread = columns.flatMap(({ step }, index) =>
    step === undefined ? [] : [`${columnLabel(columns, index)} (step ${step})`],
  );
  const split = `Training on ${train.rows.count} rows, validating on ${validation.rows.count}.`;
  if (spread.length === 0) return [split];
  return [split, `Values on a grid are spread over their cells: ${spread.join(", ")}.`];
}
