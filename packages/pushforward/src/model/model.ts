import { checkCount, checkPositive } from "../core/check-number.ts";
import { checkOptionNames } from "../core/check-options.ts";
import { type Column, checkOnGrid, nearestValue } from "../core/column.ts";
import type { Distribution } from "../core/distribution.ts";
import { domainOf, intoBox, onCircle } from "../core/domain.ts";
import { ConditionError, DataError, DomainError } from "../core/errors.ts";
import type { HistoryEntry } from "../core/history.ts";
import { checkInCells, checkIntegers, integerColumns, integersOf } from "../core/integer-data.ts";
import { splitKey } from "../core/keys.ts";
import { downloadParameters } from "../core/parameters.ts";
import { countRows, type HostRows, type Rows, toHostRows, toImageRows } from "../core/rows.ts";
import { checkSeed, keyOf } from "../core/seed.ts";
import { isImage, type Shape, showShape, sizeOf } from "../core/shape.ts";
import type { TableSchema } from "../core/table-schema.ts";
import {
  batchSizeFor,
  type Engine,
  EngineArray,
  mapBatches,
  type NDArray,
  type RowInput,
  startEngine,
  type Tree,
  tree,
} from "../engine/index.ts";
import { bitsPerDimension } from "../evaluation/bits-per-dimension.ts";
import { type CheckReport, checkDistribution } from "../evaluation/check.ts";
import { writeFileAtomic } from "../io/files.ts";
import { encodeModel } from "../io/model-file.ts";
import { type HostRandom, hostRandom } from "../numerics/host-random.ts";
import { logAddExp } from "../numerics/log-add-exp.ts";
import { streams } from "../numerics/streams.ts";
import { dequantize } from "../training/dequantization.ts";
import { encodeOnnx, type OnnxFunction, type OnnxSignature, onnxFunctions } from "./export-onnx.ts";
import { type Lifetime, startLifetime } from "./lifetime.ts";
import { fixedParameters, type ModelParameters, withTree } from "./model-parameters.ts";
import { type OnnxSolving, onnxSolving, type SolvedSubject } from "./onnx-solving.ts";
import { compilePrograms, type Programs } from "./programs.ts";
import { summarize } from "./summary.ts";

/** Events, row-major. */
export interface Samples {
  readonly data: Float32Array;
  /** `[rows, ...event]`. */
  readonly shape: readonly number[];
}

/** One context for all rows, or one per row; for conditional models only. */
export interface ContextOption {
  context?: Rows | undefined;
}

/** A context, and the seed of what is random: any safe integer, default 0. */
export interface SeedOption extends ContextOption {
  seed?: number | undefined;
}

/** A context, a seed, and how many draws of the noise to average over. */
export interface MassOptions extends SeedOption {
  /** Default 1; more make the bound tighter. */
  draws?: number | undefined;
}

/** A context, a seed, and how far from the mode to draw. */
export interface SampleOptions extends SeedOption {
  /** Factor T on the base's draws; default 1: draws of the model. Below 1 they are more typical, and less varied. */
  temperature?: number | undefined;
  /** Whether columns on a grid come back on it, and within their range; default true. */
  snapped?: boolean | undefined;
}

/** One event: its numbers, with their shape or without. */
export type OneRow = ArrayLike<number> | { readonly data: ArrayLike<number> };

/** How well a model predicts rows that it has not seen. */
export interface Evaluation {
  /** Mean log-density, nats per row, in the data's own units. */
  readonly logProb: number;
  /** Of the mean; NaN for one row. */
  readonly standardError: number;
  readonly rows: number;
  /** `-log2` of the mass per number of an event, where all are whole numbers: images. */
  readonly bitsPerDimension?: number;
  /** Of {@link Evaluation.bitsPerDimension}. */
  readonly bitsPerDimensionError?: number;
}

/** A context, a seed, and how closely to look at the way from the base to the data. */
export interface TraceOptions extends SeedOption {
  /** Stages of each layer that has a time, such as a continuous one; default 1. */
  pieces?: number | undefined;
  /**
   * `"data"`: all stages are brought to the units of the data by what follows the last layer with parameters, a
   * standardisation for instance, which is then no stage itself; default `"stage"`: as the layers see them.
   */
  units?: "stage" | "data" | undefined;
}

/** Events at one stage on the way from base to data. */
export interface TraceStage extends Samples {
  readonly name: string;
  /** Of a piece of a layer that has a time: when it ends. */
  readonly time?: number;
  /** Of the layer before this stage: `log |det df/dz|` of each event, in nats; the base has none. */
  readonly logDet?: Float32Array;
}

/** An ONNX model that {@link Model.exportOnnx} wrote, and how to call it. */
export interface OnnxFile extends OnnxSignature {
  readonly path: string;
  /** Absent where the file takes the steps that the model takes. */
  readonly solving?: OnnxSolving;
}

/** What a model is made of; {@link fit} and {@link load} do this for you. */
export interface ModelParts extends WeightlessParts {
  /** Owned by the model from now on. */
  readonly params: Tree;
}

/** A model whose weights change while it is in use. */
interface ChangingParts extends WeightlessParts {
  readonly parameters: ModelParameters;
}

interface WeightlessParts {
  readonly flow: Distribution;
  readonly columns?: readonly Column[] | undefined;
  readonly contextNames?: readonly string[] | undefined;
  readonly history?: readonly HistoryEntry[] | undefined;
  readonly table?: TableSchema | undefined;
  /** As {@link Model.heldOut}. */
  readonly heldOut?: Float32Array | undefined;
  /** What runs the programs; default: as {@link startEngine} chooses, at the first use. */
  readonly engine?: Engine | undefined;
}

/** Most rows that `check` looks at. */
const CHECK_ROWS = { vectors: 1000, images: 64 };

/**
 * A fitted density: numbers in, typed arrays out, in the units of the data.
 *
 * It owns its parameters on the device; {@link Model.dispose} frees them.
 */
export class Model {
  /** The distribution, its preprocessing included. */
  readonly flow: Distribution;
  /** Name and grid of each column, where known; one entry per number of an event. */
  readonly columns: readonly Column[];
  /** Names of the context's numbers, where known: the classes of one-hot vectors, for instance. */
  readonly contextNames: readonly string[] | undefined;
  /** Training and validation losses, nats per row. */
  readonly history: readonly HistoryEntry[];
  /** How the columns of a table become events and contexts; undefined for rows of numbers. */
  readonly table: TableSchema | undefined;
  readonly #parameters: ModelParameters;
  #engine: Engine | undefined;
  #starting: Promise<Engine> | undefined;
  #programs: Programs | undefined;
  #evaluations: number | undefined;
  #heldOut: Float32Array | undefined;
  readonly #lifetime: Lifetime;

  constructor(parts: ModelParts | ChangingParts) {
    const { flow, columns, contextNames, history = [], table, heldOut, engine } = parts;
    this.flow = flow;
    this.table = table;
    this.#heldOut = heldOut;
    this.contextNames = contextNames;
    const integers = integersOf(flow);
    this.columns =
      columns ??
      (integers
        ? integerColumns(flow, integers)
        : Array.from({ length: sizeOf(flow.shape) }, () => ({})));
    this.history = history;
    this.#parameters = "parameters" in parts ? parts.parameters : fixedParameters(parts.params);
    this.#engine = engine;
    this.#lifetime = startLifetime(() => {
      this.#parameters.dispose();
      this.#programs?.dispose();
    });
  }

  /** Event shape. */
  get shape(): Shape {
    return this.flow.shape;
  }

  /** Context shape; `null`: unconditional. */
  get condShape(): Shape | null {
    return this.flow.condShape;
  }

  /**
   * For each number of a latent, row-major, the scale that it belongs to, 0 the finest; `undefined` where the flow
   * has one scale only.
   */
  get latentScales(): readonly number[] | undefined {
    return this.flow.flow?.bijector.scales;
  }

  /** What the flow is called: `"nsf"`. */
  get flowName(): string {
    return this.flow.flow?.name ?? this.flow.kind;
  }

  /** What runs the programs: `"onnxruntime 1.30.0 on cpu"`; undefined before the first use. */
  get engineName(): string | undefined {
    return this.#engine?.name;
  }

  get parameterCount(): number {
    return this.#parameters.layout.size;
  }

  /**
   * How often the networks of layers that are iterated were evaluated for a row when densities, latents or draws were
   * last asked for: of each layer what its slowest row took, in all layers together; `undefined` before that, and where
   * no layer was iterated. An ODE solver's NFE.
   */
  get evaluations(): number | undefined {
    return this.#evaluations;
  }

  /** Scores of rows that the model has not seen, ascending: what {@link Model.calibrate} was told. */
  get heldOut(): Float32Array | undefined {
    return this.#heldOut;
  }

  /**
   * Remember how rows that the model has not seen score, for {@link Model.tailProbability}; saved with the model.
   *
   * @param scores log-densities of held-out rows, NaN for such as have none; of more than 2000, as many quantiles are
   * kept.
   * @throws DataError when there is none.
   */
  calibrate(scores: ArrayLike<number>): void {
    // A file holds no infinity; any score is above the least number that it holds.
    const known = Array.from(scores).filter((score) => !Number.isNaN(score));
    const sorted = Float32Array.from(known, (score) => Math.max(score, -LARGEST)).sort();
    if (sorted.length === 0) throw new DataError("calibrate: got no score.");
    const kept = Math.min(sorted.length, MOST_HELD_OUT);
    const share = (sorted.length - 1) / Math.max(1, kept - 1);
    this.#heldOut = Float32Array.from(
      { length: kept },
      (_, i) => sorted[Math.round(i * share)] as number,
    );
  }

  /**
   * How probable it is that a row of the data scores no more than that: `(1 + #{held out <= score}) / (1 + n)`, which
   * is never below the truth on average, whatever the flow, if neither weights nor steps were chosen by those rows: the
   * p-value of conformal anomaly detection (Laxhammar &
   * Falkman 2014; Bates et al. 2023, arXiv:2104.08279, equation 3).
   *
   * @param scores log-densities of rows, of the same kind as those that the model was calibrated with.
   * @throws DomainError when the model was never calibrated.
   */
  tailProbability(scores: ArrayLike<number>): Float64Array {
    const held = this.#heldOut;
    if (!held) {
      throw new DomainError(
        "tailProbability: the model knows no scores of held-out rows; pass some to calibrate first.",
      );
    }
    return Float64Array.from(scores, (score) =>
      Number.isNaN(score)
        ? Number.NaN
        : (1 + countUpTo(held, Math.max(score, -LARGEST))) / (1 + held.length),
    );
  }

  /**
   * Log-density of each row, `log p(x)` or `log p(x | context)`, in nats and the data's own units.
   *
   * @throws ShapeError, ConditionError, DataError.
   */
  async logProb(rows: Rows, options: ContextOption = {}): Promise<Float32Array> {
    return this.#lifetime.during("logProb", async () => {
      const events = this.#read("logProb", rows);
      return this.#map("logProb", "logProb", events, options);
    });
  }

  /**
   * Mean log-density of held-out rows, nats per row, with its standard error.
   *
   * Columns on a grid are spread over their cells as in training, with noise from the seed: the
   * mean is then a lower bound of what a discrete model is scored by (Theis et al. 2016,
   * arXiv:1511.01844, section 3.1), and models scored with one seed are compared on equal values.
   *
   * @throws ShapeError, ConditionError, DataError, DomainError.
   */
  async evaluate(rows: Rows, options: SeedOption = {}): Promise<Evaluation> {
    return this.#lifetime.during("evaluate", async () => {
      const { seed, context } = withSeed("evaluate", options);
      const read = this.#readData("evaluate", rows);
      const noise = hostRandom(seed, streams.evaluation);
      const values = await this.#logProbSpread("evaluate", read, noise, context);
      const mean = values.reduce((sum, value) => sum + value / values.length, 0);
      const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      const standardError = Math.sqrt(squares / (values.length - 1) / values.length);
      const evaluation = { logProb: mean, standardError, rows: values.length };
      if (!integersOf(this.flow)) return evaluation;
      const size = sizeOf(this.shape);
      return {
        ...evaluation,
        bitsPerDimension: bitsPerDimension(mean, size),
        bitsPerDimensionError: -bitsPerDimension(standardError, size),
      };
    });
  }

  /**
   * Log-probability of each row of whole numbers or of other values on a grid, in nats: a lower bound,
   * `log 1/K sum_k p(x + u_k) + sum log step`, for K draws of the noise u that spreads values over their cells
   * (Theis et al. 2016, arXiv:1511.01844, section 3.1; Burda et al. 2016, arXiv:1509.00519, for K above 1).
   *
   * @param options.seed of the noise; default 0.
   * @param options.draws K; default 1.
   * @throws DomainError when a column is continuous: it has a density, {@link Model.logProb}, and no
   * probability; ShapeError, ConditionError, DataError.
   */
  async logMass(rows: Rows, options: MassOptions = {}): Promise<Float32Array> {
    return this.#lifetime.during("logMass", async () => {
      const { seed, context } = withSeed("logMass", options, ["seed", "context", "draws"]);
      const { draws = 1 } = options;
      checkCount("logMass", "draws", draws);
      const cells = this.columns.map(({ step }) => step ?? Number.NaN);
      if (cells.some(Number.isNaN)) {
        throw new DomainError(
          "logMass: a continuous column has a density and no probability; take logProb.",
        );
      }
      const volume = cells.reduce((sum, step) => sum + Math.log(step), 0);
      const read = this.#readData("logMass", rows);
      checkOnGrid("logMass", read, this.columns);
      const noise = hostRandom(seed, streams.evaluation);
      const sums = new Float64Array(read.count).fill(-Infinity);
      for (let draw = 0; draw < draws; draw++) {
        const values = await this.#logProbSpread("logMass", read, noise, context);
        values.forEach((value, row) => {
          sums[row] = logAddExp(sums[row] as number, value);
        });
      }
      return Float32Array.from(sums, (sum) => sum - Math.log(draws) + volume);
    });
  }

  /**
   * Independent draws, `[count, ...event]`; columns on a grid come back on their grid.
   *
   * @param options.seed default 0; the same seed gives the same draws.
   * @param options.temperature factor on the base's draws, for bases around 0; default 1.
   * @throws DomainError, ConditionError.
   */
  async sample(count: number, options: SampleOptions = {}): Promise<Samples> {
    return this.#lifetime.during("sample", async () => {
      checkCount("sample", "the number of draws", count);
      const { seed, context } = withSeed("sample", options, [
        "seed",
        "context",
        "temperature",
        "snapped",
      ]);
      const temperature = this.#checkTemperature(options.temperature);
      const contexts = this.#readContext("sample", context, count);
      const drawn = await this.#draw(contexts, count, seed, temperature);
      return this.#events(options.snapped === false ? drawn : this.#snap(drawn));
    });
  }

  /** Latents of rows: where the flow maps them in the base, `z = f^-1(x)`. */
  async encode(rows: Rows, options: ContextOption = {}): Promise<Samples> {
    return this.#lifetime.during("encode", () => this.#encode("encode", rows, options));
  }

  /**
   * Rows of latents, `x = f(z)`: the inverse of {@link Model.encode}; not snapped to grids.
   *
   * @throws ShapeError, ConditionError; DataError for latents outside the base's support.
   */
  async decode(latents: Rows, options: ContextOption = {}): Promise<Samples> {
    return this.#lifetime.during("decode", () => this.#decode("decode", latents, options));
  }

  /**
   * A path from row `a` to row `b`: equal steps along the straight line between their latents.
   *
   * @param a one row: its numbers, row-major, or as `{ data, shape }`; `b` likewise.
   * @param options.steps number of rows, both ends included; default 9.
   */
  async interpolate(
    a: OneRow,
    b: OneRow,
    options: ContextOption & { steps?: number | undefined } = {},
  ): Promise<Samples> {
    return this.#lifetime.during("interpolate", async () => {
      checkOptionNames("interpolate", options, ["steps", "context"]);
      const { steps = 9, context } = options;
      checkCount("interpolate", "steps", steps, 2);
      const { data } = await this.#encode("interpolate", [numbersOf(a), numbersOf(b)], { context });
      const size = sizeOf(this.shape);
      const latents = Float32Array.from({ length: steps * size }, (_, i) => {
        const share = Math.floor(i / size) / (steps - 1);
        const [start, end] = [data[i % size] as number, data[size + (i % size)] as number];
        return (1 - share) * start + share * end;
      });
      const path = { data: latents, shape: [steps, ...this.shape] };
      return this.#decode("interpolate", path, { context });
    });
  }

  /**
   * The draws of {@link Model.sample} seen layer by layer: the base sample, then what each layer
   * makes of it, the last of them in data space; not snapped to grids.
   *
   * Layers that are iterated take a fixed number of steps here; continuous ones at least as many as `solver.steps`
   * and as `pieces`.
   *
   * @param latents number of draws, or latents of one's own in their place: a grid, or what {@link Model.encode} makes
   * of data, whose way from the data to the base is this one, backwards.
   * @throws ShapeError, ConditionError, DomainError; DataError for latents outside the base's support.
   */
  async trace(latents: number | Rows, options: TraceOptions = {}): Promise<TraceStage[]> {
    return this.#lifetime.during("trace", async () => {
      const given = typeof latents === "number" ? undefined : this.#readLatents("trace", latents);
      const count = given?.count ?? (latents as number);
      checkCount("trace", "the number of draws", count);
      const { seed, context } = withSeed("trace", options, ["seed", "context", "pieces", "units"]);
      const { pieces = 1, units = "stage" } = options;
      checkCount("trace", "pieces", pieces);
      if (units !== "stage" && units !== "data") {
        throw new DomainError(`trace: units must be "stage" or "data", got ${units}.`);
      }
      const parts = this.flow.flow;
      if (!parts) throw new DomainError("trace: this model is a bare distribution without layers.");
      const contexts = this.#readContext("trace", context, count);
      const data = given?.data ?? (await this.#drawBase(contexts, count, seed));
      const start = { data, shape: this.shape };
      const { programs } = await this.#start();
      const inputs = contexts ? [start, contexts] : [start];
      const { stages, program } = programs.trace(parts, { pieces, units });
      const parameters = this.#parameters.given();
      const outputs = await mapBatches(program, inputs, count, (batch) =>
        program.run(parameters, batch),
      );
      return stages.map((stage, place) => ({
        ...stage,
        ...(place > 0 && { logDet: outputs[stages.length + place - 1] as Float32Array }),
        ...this.#events(outputs[place] as Float32Array),
      }));
    });
  }

  /**
   * Check the model on rows, or on its own samples: round trips, log-determinant against the
   * differentiated Jacobian, share of data outside the splines' intervals, and in one and two
   * dimensions the density's integral.
   *
   * Of more than 1000 rows it looks at 1000, of images at 64, drawn with the seed; the Jacobian is formed for
   * events of up to 3072 numbers. Continuous layers take `solver.steps` equal steps here.
   *
   * @throws ShapeError, ConditionError, DataError, DomainError.
   */
  async check(rows?: Rows, options: SeedOption = {}): Promise<CheckReport> {
    return this.#lifetime.during("check", async () => {
      const { seed, context } = withSeed("check", options);
      const most = isImage(this.shape) ? CHECK_ROWS.images : CHECK_ROWS.vectors;
      const given = rows === undefined ? most : countRows("check", rows, this.shape);
      if (given === 0) throw new DataError("check: got no rows.");
      const chosen = given > most ? chooseRows(given, most, seed) : undefined;
      const count = chosen?.length ?? given;
      const read = rows === undefined ? undefined : this.#read("check", rows, chosen);
      const contexts = this.#readContext("check", context, given, chosen);
      const { engine } = await this.#start();
      const data = read?.data ?? this.#snap(await this.#draw(contexts, count, seed));
      const x = Float32Array.from(data);
      const { flow } = this;
      return withTree(this.#parameters, (params) =>
        checkDistribution({ flow, params, x, count, context: contexts, engine }),
      );
    });
  }

  /** What the model is, in a few lines of text. */
  summary(): string {
    return summarize(this.flow, this.parameterCount, this.engineName);
  }

  /** The model as the bytes of a safetensors file. */
  async toBytes(): Promise<Uint8Array> {
    return this.#lifetime.during("toBytes", () => this.#encodeFile());
  }

  /**
   * Write the model as one safetensors file: to a temporary name first, then renamed. Node only.
   *
   * @throws ModelFileError when the file cannot be written.
   */
  async save(path: string): Promise<void> {
    return this.#lifetime.during("save", async () =>
      writeFileAtomic(path, await this.#encodeFile()),
    );
  }

  /**
   * Free the parameters, once the calls under way have ended. Methods called afterwards reject with
   * a DomainError; disposing again does nothing.
   */
  dispose(): void {
    this.#lifetime.dispose();
  }

  /**
   * One function of the model as the bytes of an ONNX model (opset 18) for any number of rows, with
   * its preprocessing: inputs `x`, or `z` for `"decode"`, or `noise` for `"sample"`, and `context` of
   * conditional models; outputs `log_prob`, `z` or `x`. The file's metadata describe them.
   *
   * @throws EngineError naming the layer that ONNX has no operators for; DomainError for another name.
   */
  async toOnnx(name: OnnxFunction = "logProb"): Promise<Uint8Array> {
    return this.#lifetime.during(
      "toOnnx",
      async () => (await this.#encodeOnnx("toOnnx", name)).bytes,
    );
  }

  /**
   * Write functions of the model as ONNX models. Node only.
   *
   * One function is written to `path`; several to files named after them: `model.onnx` becomes
   * `model.logProb.onnx`, `model.sample.onnx`. Each is written to a temporary name first, then renamed.
   *
   * @param options.functions `"logProb"` (default), `"encode"`, `"decode"`, `"sample"`: see
   * {@link Model.toOnnx}.
   * @returns the files written, with their inputs and outputs; of continuous flows with how they are solved, and of
   * their densities and latents how far that is from the model.
   * @throws EngineError, DomainError; ModelFileError when a file cannot be written.
   */
  async exportOnnx(
    path: string,
    { functions = ["logProb"] }: { functions?: readonly OnnxFunction[] | undefined } = {},
  ): Promise<OnnxFile[]> {
    return this.#lifetime.during("exportOnnx", async () => {
      if (!Array.isArray(functions) || functions.length === 0) {
        throw new DomainError(
          `exportOnnx: functions must be a list of some of ${onnxFunctions.join(", ")}.`,
        );
      }
      const written: [OnnxFile, Uint8Array][] = [];
      for (const name of functions) {
        const target =
          functions.length === 1 ? path : `${path.replace(/\.onnx$/, "")}.${name}.onnx`;
        const { bytes, ...signature } = await this.#encodeOnnx("exportOnnx", name);
        written.push([{ path: target, ...signature }, bytes]);
      }
      for (const [{ path: target }, bytes] of written) await writeFileAtomic(target, bytes);
      const solving = await this.#onnxSolving(functions);
      return written.map(([file]) => ({ ...file, ...(solving && { solving }) }));
    });
  }

  async #onnxSolving(functions: readonly OnnxFunction[]): Promise<OnnxSolving | undefined> {
    const { flow, shape } = this;
    const evaluations = this.#evaluations;
    const subject: Omit<SolvedSubject, "params"> = {
      flow,
      startEngine: async () => (await this.#start()).engine,
      draw: (count) => this.#draw(undefined, count, 0),
      logProb: async (data, count) =>
        this.#mapWith((await this.#start()).programs.logProb, { data, shape }, undefined, count),
    };
    const solving = await withTree(this.#parameters, (params) =>
      onnxSolving({ ...subject, params }, functions),
    );
    // Nobody asked for these draws.
    this.#evaluations = evaluations;
    return solving;
  }

  async #encodeOnnx(who: string, name: OnnxFunction) {
    if (!onnxFunctions.includes(name)) {
      throw new DomainError(
        `${who}: there is no function "${name}" to export. Take ${onnxFunctions.join(", ")}.`,
      );
    }
    const { flow, columns, contextNames } = this;
    return withTree(this.#parameters, (params) =>
      encodeOnnx({ flow, params, columns, contextNames }, name, who),
    );
  }

  async #encodeFile(): Promise<Uint8Array> {
    const parameters = await downloadParameters(tree.ref(this.#parameters.tree() as never));
    const { flow, columns, contextNames, history, table, heldOut } = this;
    const { layout } = this.#parameters;
    return encodeModel({
      flow,
      parameters,
      layout,
      columns,
      contextNames,
      history,
      table,
      heldOut,
    });
  }

  async #encode(who: string, rows: Rows, options: ContextOption): Promise<Samples> {
    const events = this.#read(who, rows);
    return this.#events(await this.#map("encode", who, events, options));
  }

  async #decode(who: string, latents: Rows, options: ContextOption): Promise<Samples> {
    const events = this.#readLatents(who, latents);
    return this.#events(await this.#map("decode", who, events, options));
  }

  #readLatents(who: string, latents: Rows): HostRows {
    const { base } = this.flow.flow ?? {};
    return intoBox(who, base?.support, toHostRows(who, latents, this.shape), [
      `latents must lie in the support of the base (${base?.kind})`,
      "Take latents from there, or such as encode gives.",
    ]);
  }

  /** Data to be spread over their cells. */
  #readData(who: string, rows: Rows): HostRows {
    const read = this.#read(who, rows);
    if (read.count === 0) throw new DataError(`${who}: got no rows.`);
    checkIntegers(who, this.flow, read);
    return read;
  }

  /** Log-densities of rows that noise has spread over their cells; of images, a part of them at a time. */
  async #logProbSpread(
    who: string,
    { data, count, size }: HostRows,
    noise: HostRandom,
    context: Rows | undefined,
  ): Promise<Float32Array> {
    const contexts = this.#readContext(who, context, count);
    const { programs } = await this.#start();
    const rows = integersOf(this.flow) ? SPREAD_AT_ONCE : count;
    const result = new Float32Array(count);
    for (let from = 0; from < count; from += rows) {
      const length = Math.min(rows, count - from);
      const part = {
        data: data.subarray(from * size, (from + length) * size),
        count: length,
        size,
      };
      const spread = { data: dequantize(part, this.columns, noise).data, shape: this.shape };
      const own = contexts && partOf(contexts, from, length);
      result.set(await this.#mapWith(programs.logProb, spread, own, length), from);
    }
    return result;
  }

  #read(who: string, rows: Rows, chosen?: ArrayLike<number>): HostRows {
    const read =
      integersOf(this.flow) && !chosen
        ? toImageRows(who, rows, this.shape)
        : toHostRows(who, rows, this.shape, this.columns, chosen);
    checkInCells(who, this.flow, read);
    return intoBox(who, domainOf(this.flow), read, onCircle, this.columns, chosen);
  }

  /** The contexts of the chosen ones of `count` rows, or the one context that stands for all. */
  #readContext(
    who: string,
    context: Rows | undefined,
    count: number,
    chosen?: ArrayLike<number>,
  ): RowInput | undefined {
    const { condShape } = this;
    if (!condShape) {
      if (context === undefined) return undefined;
      throw new ConditionError(`${who}: got a context, but this model takes none. Leave it out.`);
    }
    if (context === undefined) {
      throw new ConditionError(
        `${who}: this model takes a context of shape ${showShape(condShape)}; pass \`context\`.`,
      );
    }
    const given = countRows(`${who}: context`, context, condShape);
    if (given !== count && given !== 1) {
      throw new ConditionError(
        `${who}: got ${given} contexts for ${count} rows, expected one per row or one for all.`,
      );
    }
    const own = given === 1 ? undefined : chosen;
    const { data } = toHostRows(`${who}: context`, context, condShape, [], own);
    return { data, shape: condShape };
  }

  async #start(): Promise<{ engine: Engine; programs: Programs }> {
    this.#starting ??= this.#engine ? Promise.resolve(this.#engine) : startEngine();
    try {
      this.#engine = await this.#starting;
    } catch (error) {
      this.#starting = undefined;
      throw error;
    }
    this.#programs ??= compilePrograms(this.#engine, this.flow, this.#parameters);
    return { engine: this.#engine, programs: this.#programs };
  }

  async #map(
    name: "logProb" | "encode" | "decode",
    who: string,
    { data, count }: HostRows,
    options: ContextOption,
  ): Promise<Float32Array> {
    checkOptionNames(who, options, ["context"]);
    if (count === 0) return new Float32Array(0);
    const contexts = this.#readContext(who, options.context, count);
    const { programs } = await this.#start();
    return this.#mapWith(programs[name], { data, shape: this.shape }, contexts, count);
  }

  async #mapWith(
    program: Programs["logProb"],
    rows: RowInput,
    contexts: RowInput | undefined,
    count: number,
  ): Promise<Float32Array> {
    this.#evaluations = undefined;
    const inputs = contexts ? [rows, contexts] : [rows];
    const parameters = this.#parameters.given();
    const [result] = await mapBatches(program, inputs, count, async (batch) => {
      const { values, evaluations } = await program.run(parameters, batch);
      if (evaluations > 0) this.#evaluations = Math.max(this.#evaluations ?? 0, evaluations);
      return [values];
    });
    return result;
  }

  /** @throws DomainError for one that is not positive, or a base that has no such thing. */
  #checkTemperature(temperature = 1): number {
    checkPositive("sample", "temperature", temperature);
    const { base } = this.flow.flow ?? { base: this.flow };
    if (temperature === 1 || base.centred) return temperature;
    throw new DomainError(
      `sample: a temperature scales the draws of a base around 0, such as a standard normal; this one (${base.kind}) ` +
        "is none. Leave the temperature out.",
    );
  }

  async #draw(
    contexts: RowInput | undefined,
    count: number,
    seed: number,
    temperature = 1,
  ): Promise<Float32Array> {
    const drawn = await this.#drawBase(contexts, count, seed);
    const z = temperature === 1 ? drawn : drawn.map((value) => temperature * value);
    const { programs } = await this.#start();
    const rows = { data: z, shape: this.shape };
    return this.#mapWith(programs.decode, rows, contexts, count);
  }

  /** Draws of the base in batches, each from a key of its own. */
  async #drawBase(
    contexts: RowInput | undefined,
    count: number,
    seed: number,
  ): Promise<Float32Array> {
    const { programs } = await this.#start();
    const batch = batchSizeFor(count);
    const sampler = programs.sampleBase(batch);
    const keys = splitKey(keyOf(seed), Math.ceil(count / batch));
    const parameters = this.#parameters.given();
    const draw = (inputs: EngineArray[]) => {
      const { shape, dtype } = keys[0];
      const key = new EngineArray(shape, dtype, keys.shift() as NDArray);
      return sampler.run(parameters, key, inputs).finally(() => key.dispose());
    };
    // A sampler has its number of draws, whatever the size of contexts.
    const given = contexts ? [contexts] : [];
    const [data] = await mapBatches(sampler, given, count, draw, batch);
    return data;
  }

  #events(data: Float32Array): Samples {
    return { data, shape: [data.length / sizeOf(this.shape), ...this.shape] };
  }

  #snap(data: Float32Array): Float32Array {
    const { columns } = this;
    if (!columns.some(({ step, range }) => step !== undefined || range)) return data;
    return data.map((value, i) => nearestValue(columns[i % columns.length] as Column, value));
  }
}

/** Images that are spread over their cells at once: in double precision they take eight times their bytes. */
const SPREAD_AT_ONCE = 2048;

/** More held-out scores would only make the model's file larger. */
const MOST_HELD_OUT = 2000;

/** Stands for infinity. */
const LARGEST = 3e38;

/** How many of ascending numbers are not above a value. */
function countUpTo(sorted: Float32Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function numbersOf(row: OneRow): ArrayLike<number> {
  return "data" in row ? row.data : row;
}

/** The inputs of some rows; one input for all stays that. */
function partOf({ data, shape }: RowInput, from: number, length: number): RowInput {
  const size = sizeOf(shape);
  if (data.length === size) return { data, shape };
  return { data: data.subarray(from * size, (from + length) * size), shape };
}

/** The options of a method that takes a seed, 0 by default. */
function withSeed(who: string, options: SeedOption, names = ["seed", "context"]) {
  checkOptionNames(who, options, names);
  const { seed = 0, context } = options;
  checkSeed(who, seed);
  return { seed, context };
}

/** The indices that `check` looks at, in order. */
function chooseRows(count: number, most: number, seed: number): Uint32Array {
  const random = hostRandom(seed, streams.checkedRows);
  const chosen = new Set<number>();
  while (chosen.size < most) chosen.add(random.integer(count));
  return Uint32Array.from(chosen).sort();
}
