import { chain } from "../bijectors/chain.ts";
import { type Bijector, layersOf } from "../core/bijector.ts";
import { columnLabel } from "../core/column.ts";
import type { Distribution } from "../core/distribution.ts";
import { integersOf } from "../core/integer-data.ts";
import {
  downloadParameters,
  flattenParameters,
  layoutOf,
  splitParameters,
  uploadParameters,
} from "../core/parameters.ts";
import { keyOf } from "../core/seed.ts";
import { isImage, type Shape, sizeOf } from "../core/shape.ts";
import { transformed } from "../distributions/transformed.ts";
import {
  ArraySpec,
  type Engine,
  type EngineArray,
  hostArray,
  type NDArray,
  type Tree,
} from "../engine/index.ts";
import { hostRandom } from "../numerics/host-random.ts";
import { streams } from "../numerics/streams.ts";
import { batchOf } from "./batches.ts";
import { columnMaps } from "./column-maps.ts";
import { type Dataset, select } from "./dataset.ts";
import { dequantize } from "./dequantization.ts";
import type { ResolvedFitOptions } from "./options.ts";
import { standardization, standardizeContext, standardizeContextOf } from "./standardization.ts";

/** Rows that data-dependent initial values are computed from. */
const INITIAL_ROWS = 1024;

/** Images: as many numbers at most, for the feature maps of all of them are there at once. */
const INITIAL_NUMBERS = 2 ** 18;
const INITIAL_IMAGES = { least: 16, most: 256 };

/**
 * Add the preprocessing: of the context, and of the data, the splines' intervals in view, with the maps of the
 * columns at the very end. A flow that ends in a map onto an interval or the values of pixels, or has circles in it,
 * is left as it is: it wants the data's own values.
 */
export function withPreprocessing(flow: Distribution, dataset: Dataset): Distribution {
  const { name, base, bijector } = flow.flow ?? { name: flow.kind, base: flow };
  const layers = bijector ? layersOf(bijector) : [];
  const hasCircles = layers.some(({ bijector: { interval } }) => interval?.isDomain);
  const { context } = dataset.train;
  if (bijector && (hasCircles || layers.at(-1)?.bijector.support || integersOf(flow))) {
    if (!bijector.condShape || !context) return flow;
    return transformed({ base, bijector: standardizeContext(bijector, context), name });
  }
  const seen = layers.slice(layers.findLastIndex(({ bijector }) => bijector.changesTails) + 1);
  const bounds = seen.flatMap(({ bijector: { interval } }) =>
    interval ? [Math.min(-interval.low, interval.high)] : [],
  );
  const standardize = standardization(
    dataset.train.rows,
    flow.shape,
    dataset.columns,
    bounds.length > 0 ? Math.min(...bounds) : null,
  );
  const maps = columnMaps(dataset.columns);
  const preprocessing = maps ? [standardize, maps] : [standardize];
  if (!bijector) {
    const conditioned = flow.condShape && context ? standardizeContextOf(flow, context) : flow;
    return transformed({ base: conditioned, bijector: inTurn(preprocessing), name });
  }
  const conditioned =
    bijector.condShape && context ? standardizeContext(bijector, context) : bijector;
  return transformed({ base, bijector: inTurn([conditioned, ...preprocessing]), name });
}

function inTurn(bijectors: Bijector[]): Bijector {
  const [only] = bijectors;
  return bijectors.length === 1 && only ? only : chain({ bijectors });
}

/** Initial parameters, from the seed and where a layer asks for it from the data. */
export async function initialParameters(
  flow: Distribution,
  dataset: Dataset,
  { seed }: ResolvedFitOptions,
  engine: Engine,
): Promise<Tree> {
  const params = flow.init(keyOf(seed));
  const initFromData = flow.flow?.bijector.initFromData;
  if (!initFromData) return params;
  const isImages = isImage(flow.shape);
  const most = isImages ? initialImages(flow.shape) : INITIAL_ROWS;
  const count = Math.min(most, dataset.train.rows.count);
  const choice = hostRandom(seed, streams.initialRows);
  const chosen = select(dataset.train, choice.shuffle(dataset.train.rows.count).subarray(0, count));
  // As in training: a scale measured on tied values could be next to nothing.
  const rows = dequantize(chosen.rows, dataset.columns, choice);
  const { x, cond } = batchOf(flow, { ...chosen, rows });
  if (isImages) {
    const bijector = await initializeCompiled(engine, initFromData, params.bijector, [x, cond]);
    return { ...params, bijector };
  }
  const arrays = [x.toDevice(), cond?.toDevice()] as const;
  return { ...params, bijector: initFromData(params.bijector, ...arrays, "inverse") };
}

function initialImages(shape: Shape): number {
  const { least, most } = INITIAL_IMAGES;
  return Math.max(least, Math.min(most, Math.floor(INITIAL_NUMBERS / sizeOf(shape))));
}

/**
 * Initial values from data as one program of the engine: step by step, convolutions would take jax-js some
 * hundred times longer.
 */
async function initializeCompiled(
  engine: Engine,
  initFromData: NonNullable<Bijector["initFromData"]>,
  params: Tree,
  inputs: readonly (EngineArray | undefined)[],
): Promise<Tree> {
  const layout = layoutOf(params);
  const start = hostArray(await downloadParameters(params), [layout.size]);
  const given = inputs.filter((input) => input !== undefined);
  const program = engine.compile(
    (flat: NDArray, [x, cond]: NDArray[]): [NDArray] => {
      const own = layout.toTree(splitParameters(layout, flat));
      return [flattenParameters(initFromData(own, x, cond, "inverse"))];
    },
    [new ArraySpec([layout.size]), given.map(({ shape }) => new ArraySpec([...shape]))],
  );
  try {
    const [values] = await program.run(start, given);
    const flat = ((await values.data()) as Float32Array).slice();
    values.dispose();
    return uploadParameters(layout, flat);
  } finally {
    program.dispose();
  }
}

/**
 * One line on the split, and one on columns that are spread over their grid, unless a table's schema tells of them;
 * of images, on their pixels.
 */
export function describeData(
  flow: Distribution,
  dataset: Dataset,
  { table }: ResolvedFitOptions,
): string[] {
  const { columns, train, validation } = dataset;
  const integers = integersOf(flow);
  if (integers) {
    const { low, high } = integers;
    return [
      `Training on ${train.rows.count} images, validating on ${validation.rows.count}; pixels are ${low} to ${high}.`,
    ];
  }
  const spread = columns.flatMap(({ step }, index) =>
    step === undefined ? [] : [`${columnLabel(columns, index)} (step ${step})`],
  );
  const split = `Training on ${train.rows.count} rows, validating on ${validation.rows.count}.`;
  if (table || spread.length === 0) return [split];
  return [split, `Values on a grid are spread over their cells: ${spread.join(", ")}.`];
}
