import { type CatalogSizes, type Distribution, type FitOptions, flows } from "pushforward";
import type { TableDescription, FlowSizes as TableSizes } from "pushforward/tables";
import { type FlowSizes, refuseUselessSizes, sizesOf, uselessSize } from "../options/flow-sizes.ts";
import { given } from "../options/given.ts";
import { flagOf } from "../options/useless-options.ts";
import type { Split } from "../table/split-rows.ts";

/** Options of `fit` that shape the training. */
export interface TrainingOptions {
  seed: number;
  steps?: number;
  batchSize?: number;
  learningRate?: number;
  weightDecay?: number;
}

/** Options of `fit` that shape the flow and its training. */
export interface SettingOptions extends FlowSizes, TrainingOptions {
  flow: keyof typeof flows;
}

/** Below this many rows, the library's defaults soon learn the rows by heart. */
export const SMALL_TABLE = 1000;

/**
 * For small tables: fewer and narrower layers, and a strong weight decay, which pulls every layer
 * to the identity and so the density to a Gaussian. Chosen on held-out rows of seven classic tables
 * of 82 to 572 rows and 1 to 30 columns; on six of them better than the library's defaults.
 */
const small = {
  hidden: [32],
  bins: 4,
  training: { learningRate: 1e-3, weightDecay: 3, validateEvery: 10 },
} as const;

/** Half the layers; additive couplings, which need three to mix all columns, keep theirs. */
function smallSizes(flow: SettingOptions["flow"]): CatalogSizes {
  const { layers, hidden, bins } = flows[flow].defaults;
  return {
    ...(layers && { layers: flow === "nice" ? layers : Math.max(1, Math.floor(layers / 2)) }),
    ...(hidden && { hidden: small.hidden }),
    ...(bins && { bins: small.bins }),
  };
}

/** The options that give a small table what larger ones get, but for those that were given. */
export function fullSize(options: SettingOptions): string[] {
  const { layers, hidden, bins } = flows[options.flow].defaults;
  const full = { layers, hidden: hidden?.join(","), bins, learningRate: 0.002, weightDecay: 0 };
  return Object.entries(full)
    .filter(
      ([name, value]) => value !== undefined && options[name as keyof typeof full] === undefined,
    )
    .map(([name, value]) => `${flagOf(name)} ${value}`);
}

/** Builds the flow that the options and the table's size ask for. */
export function buildFlow(
  { features, context }: TableSizes,
  rows: number,
  options: SettingOptions,
): Distribution {
  const { flow } = options;
  const { build, defaults } = flows[flow];
  refuseUselessSizes(flow, options, defaults);
  const sizes = { ...(rows < SMALL_TABLE && smallSizes(flow)), ...sizesOf(options) };
  return build({ features, ...(context && { context }), ...sizes });
}

/** Whether a flow has a use for all sizes that were given. */
export function takesSizes(flow: SettingOptions["flow"], options: SettingOptions): boolean {
  return uselessSize(options, flows[flow].defaults) === undefined;
}

/** The training that the options and the table's size ask for. */
export function trainingOptions(rows: number, options: TrainingOptions): FitOptions {
  return {
    optimizer: "adamw",
    ...(rows < SMALL_TABLE && small.training),
    ...givenTraining(options),
  };
}

/** What a fit is told of a table's parts. */
export function tableTraining(
  { schema, columns }: Pick<TableDescription, "schema" | "columns">,
  { train, validation }: Pick<Split, "train" | "validation">,
) {
  return {
    columns,
    table: schema,
    dequantize: "none",
    context: train.context,
    validation,
    validationContext: validation.context,
  } as const;
}

/** The options of training that were given. */
export function givenTraining(options: TrainingOptions) {
  const { seed, steps, batchSize, learningRate, weightDecay } = options;
  return given({ seed, steps, batchSize, learningRate, weightDecay });
}
