import { layersOf } from "../core/bijector.ts";
import { checkOptionNames } from "../core/check-options.ts";
import type { Column } from "../core/column.ts";
import type { Distribution } from "../core/distribution.ts";
import { DomainError } from "../core/errors.ts";
import type { Rows } from "../core/rows.ts";
import { isImage } from "../core/shape.ts";
import type { TableSchema } from "../core/table-schema.ts";
import { type EngineChoice, parseChoice } from "../engine/index.ts";
import type { FitProgress } from "./progress.ts";
import type { Schedule } from "./schedule.ts";

/** Options of `fit`; all have defaults. */
export interface FitOptions {
  /** One context per row, for a conditional flow. */
  context?: Rows | undefined;
  /** Names of the columns, for messages and for the model file. */
  columns?: readonly (string | Column)[] | undefined;
  /**
   * `"auto"` (default): columns whose values repeat and lie on a decimal grid (integers, prices)
   * are spread over their cells while training; `"none"`: columns are taken as they are, but for
   * those given with a `step`.
   */
  dequantize?: "auto" | "none" | undefined;
  /**
   * Put a standardisation fitted to the data at the flow's data end; default true. A flow whose last
   * layer maps onto an interval (`exp`, `sigmoid`, ...) takes the data as it is in any case.
   */
  standardize?: boolean | undefined;
  /** Mirror each training image left to right with probability 1/2; default false. For images only. */
  flips?: boolean | undefined;
  /** Names of the context's numbers, such as the classes of one-hot vectors: for the model file. */
  contextNames?: readonly string[] | undefined;
  /** What the columns of a table are to the model: for the model file. */
  table?: TableSchema | undefined;
  /** Seed of the initial parameters, the split, the batches and the noise; default 0. */
  seed?: number | undefined;
  /** Number of training steps at most; default 2000. */
  steps?: number | undefined;
  /** Rows per step; default 256, or all there are; of images 32. */
  batchSize?: number | undefined;
  /** Largest learning rate; default 2e-3, for images 3e-3. */
  learningRate?: number | undefined;
  /** Default `"adam"`. */
  optimizer?: "adam" | "adamw" | undefined;
  /** Weight decay; default 0. */
  weightDecay?: number | undefined;
  /** Default `"cosine"`. */
  schedule?: Schedule | undefined;
  /** Gradients are shortened to this norm; default 5; `Infinity`: never. */
  clipNorm?: number | undefined;
  /**
   * Share of the rows held out for validation (default 0.1; at most 10,000 rows, 2000 for flows that are solved or
   * iterated, 1000 images), or the validation rows themselves.
   */
  validation?: number | Rows | undefined;
  /** Context of validation rows that are given. */
  validationContext?: Rows | undefined;
  /** Steps between validations; default 50, for images and for flows that are solved or iterated 200. */
  validateEvery?: number | undefined;
  /** Validations without a new best after which training stops; default 20; `Infinity`: never. */
  patience?: number | undefined;
  /** Stops training: the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called with each progress report. The run waits for a promise that it returns: so it can be paused. */
  onProgress?: ((progress: FitProgress) => unknown) | undefined;
  /** Called with a checkpoint, also when training is aborted. */
  onCheckpoint?: ((bytes: Uint8Array) => void | Promise<void>) | undefined;
  /** Steps between checkpoints; default 500. */
  checkpointEvery?: number | undefined;
  /** What runs the programs; default: `PUSHFORWARD_ENGINE`, else ONNX Runtime where there is one. */
  engine?: EngineChoice | undefined;
  /** A checkpoint to go on from: same flow, same data, same options. */
  resume?: Uint8Array | undefined;
}

type WithDefault =
  | "flips"
  | "dequantize"
  | "standardize"
  | "seed"
  | "steps"
  | "batchSize"
  | "learningRate"
  | "optimizer"
  | "weightDecay"
  | "schedule"
  | "clipNorm"
  | "validation"
  | "validateEvery"
  | "patience"
  | "checkpointEvery";

/** Options with defaults filled in. */
export type ResolvedFitOptions = FitOptions & Required<Pick<FitOptions, WithDefault>>;

const defaults = {
  flips: false,
  dequantize: "auto",
  standardize: true,
  seed: 0,
  steps: 2000,
  batchSize: 256,
  learningRate: 2e-3,
  optimizer: "adam",
  weightDecay: 0,
  schedule: "cosine",
  clipNorm: 5,
  validation: 0.1,
  validateEvery: 50,
  patience: 20,
  checkpointEvery: 500,
} as const;

/** What differs for images: a step of theirs takes long. */
const imageDefaults = { batchSize: 32, learningRate: 3e-3, validateEvery: 200 } as const;

/** A validation of theirs takes long. */
const iteratedDefaults = { validateEvery: 200 } as const;

const kindDefaults = { vectors: {}, images: imageDefaults, iterated: iteratedDefaults } as const;

/** What is fitted, as far as defaults go: `"iterated"` are vectors whose density is solved or iterated. */
export type FittedKind = "vectors" | "images" | "iterated";

/** The kind of a flow. */
export function fittedKind({ shape, flow }: Pick<Distribution, "shape" | "flow">): FittedKind {
  if (isImage(shape)) return "images";
  const layers = flow ? layersOf(flow.bijector) : [];
  return layers.some(({ bijector }) => bijector.iterations?.inverse) ? "iterated" : "vectors";
}

/** Options without a default. */
const others = [
  "context",
  "contextNames",
  "columns",
  "table",
  "validationContext",
  "signal",
  "onProgress",
  "onCheckpoint",
  "resume",
  "engine",
] as const satisfies readonly Exclude<keyof FitOptions, WithDefault>[];

/**
 * Fill in defaults, which depend on what is fitted, and refuse settings that make no sense or that there are none of.
 *
 * @throws DomainError that names the option, what it got and what it takes.
 */
export function resolveOptions(
  options: FitOptions,
  kind: FittedKind = "vectors",
): ResolvedFitOptions {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const usual = { ...defaults, ...kindDefaults[kind] };
  const resolved: ResolvedFitOptions = { ...usual, ...Object.fromEntries(given) };
  const { validation } = resolved;
  const isCount = (value: number) => Number.isInteger(value) && value >= 1;
  const isPositive = (value: number) => Number.isFinite(value) && value > 0;
  const demand = (name: keyof FitOptions, fine: boolean, expected: string) => {
    if (!fine) {
      throw new DomainError(`fit: ${name} must be ${expected}, got ${String(resolved[name])}.`);
    }
  };
  const known: readonly string[] = [...Object.keys(defaults), ...others];
  checkOptionNames("fit", options, known);
  parseChoice(options.engine);
  demand("standardize", typeof resolved.standardize === "boolean", "true or false");
  demand("flips", typeof resolved.flips === "boolean", "true or false");
  demand("seed", Number.isSafeInteger(resolved.seed), "an integer");
  demand("steps", isCount(resolved.steps), "a positive integer");
  demand("batchSize", isCount(resolved.batchSize), "a positive integer");
  demand("learningRate", isPositive(resolved.learningRate), "a positive number");
  demand(
    "weightDecay",
    resolved.weightDecay === 0 || isPositive(resolved.weightDecay),
    "zero or a positive number",
  );
  demand(
    "clipNorm",
    resolved.clipNorm === Infinity || isPositive(resolved.clipNorm),
    "a positive number or Infinity",
  );
  demand("validateEvery", isCount(resolved.validateEvery), "a positive integer");
  demand("checkpointEvery", isCount(resolved.checkpointEvery), "a positive integer");
  demand(
    "patience",
    resolved.patience === Infinity || isCount(resolved.patience),
    "a positive integer or Infinity",
  );
  demand("optimizer", ["adam", "adamw"].includes(resolved.optimizer), '"adam" or "adamw"');
  demand("dequantize", ["auto", "none"].includes(resolved.dequantize), '"auto" or "none"');
  demand(
    "schedule",
    ["cosine", "plateau", "constant"].includes(resolved.schedule),
    '"cosine", "plateau" or "constant"',
  );
  if (typeof validation === "number") {
    demand("validation", validation > 0 && validation < 1, "a share between 0 and 1, or rows");
    demand("validationContext", !resolved.validationContext, "given with validation rows only");
  }
  return resolved;
}
