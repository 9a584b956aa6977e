import { transfer } from "comlink";
import {
  type EngineChoice,
  fit,
  fitGaussian,
  fitGaussianMixture,
  flows,
  load,
  type Model,
} from "pushforward";
import { messageOf } from "../message-of.ts";
import { type Bounds, boundsOf } from "./bounds.ts";
import { createGate, type Gate } from "./gate.ts";
import { createPainter, handOver, type Picture, type PictureRequest } from "./painter.ts";
import { plainError } from "./plain-error.ts";
import { traceWay, type Way, type WayRequest } from "./way.ts";

/** A flow and how to train it on points of the plane. */
export interface TrainingTask {
  readonly flow: string;
  readonly layers: number | undefined;
  readonly width: number | undefined;
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly columns: readonly [string, string];
  /** `[n, 2]`, row-major. */
  readonly rows: Float32Array;
  readonly validation: Float32Array;
  /** What the pictures show. */
  readonly picture: PictureRequest;
}

/** What is told of a training. Losses are mean negative log-likelihoods, nats per row. */
export type TrainingEvent =
  | { readonly type: "baseline"; readonly name: Baseline; readonly logProb: number }
  | { readonly type: "started"; readonly engine: string; readonly parameters: number }
  | {
      readonly type: "steps";
      /** The steps that have a loss, one that was not finite has none, and their losses. */
      readonly steps: readonly number[];
      readonly losses: readonly number[];
      /** Without the time that the training was paused. */
      readonly stepsPerSecond: number;
    }
  | { readonly type: "validation"; readonly step: number; readonly loss: number }
  | { readonly type: "picture"; readonly step: number; readonly picture: Picture }
  | { readonly type: "notice"; readonly message: string }
  /** It is paused, and the step that was under way has ended. */
  | { readonly type: "rest" }
  | { readonly type: "done"; readonly step: number };

/** What the flow is compared with. */
export type Baseline = "gaussian" | "mixture";

/** What there is to know of a model that was loaded. */
export interface LoadedModel {
  readonly flow: string;
  readonly parameters: number;
  readonly columns: readonly string[];
  readonly losses: readonly { readonly step: number; readonly loss: number }[];
  /** Where its draws lie. */
  readonly bounds: Bounds;
}

/** Milliseconds between reports of losses. */
const REPORT = 80;

/** Steps between validations. */
const VALIDATE_EVERY = 25;

/** The model that pictures are made of: one in training, or one from a file. */
interface Held {
  /** As it is now. */
  model(): Promise<Model>;
  /** To be saved: that of a training that is done. */
  toSave(): Promise<Model>;
  readonly gate: Gate | undefined;
  /** Stop, and free what it holds. */
  close(): void;
}

export function createTraining(engine: EngineChoice) {
  let held: Held | undefined;
  /** Counts what takes the place of the model in hand. */
  let turns = 0;
  const painter = createPainter();

  function putAway() {
    held?.close();
    held = undefined;
  }

  function inHand(): Held {
    if (!held) throw new Error("There is no model yet: train one, or open a file.");
    return held;
  }

  return {
    /** Train from the start, until it is done; rejects when it fails, and not when it is put away. */
    async train(task: TrainingTask, tell: (event: TrainingEvent) => void): Promise<void> {
      turns++;
      putAway();
      try {
        const training = openTraining(engine, task, painter, tell);
        held = training;
        await training.ended;
      } catch (error) {
        throw plainError(error);
      }
    },
    pause: () => held?.gate?.close(),
    resume: () => held?.gate?.open(),
    /** One step of a training that is paused. */
    step: () => held?.gate?.openOnce(),
    /** Give up the training and its model. */
    reset() {
      turns++;
      putAway();
    },
    /** Take a model from a file; the one in hand stays where that fails. */
    async loadModel(bytes: Uint8Array): Promise<LoadedModel> {
      const turn = ++turns;
      let model: Model | undefined;
      try {
        model = await load(bytes, { engine });
        const about = await describe(model);
        if (turn !== turns) throw new Error("Something else was opened or trained meanwhile.");
        putAway();
        held = holdLoaded(model);
        return about;
      } catch (error) {
        model?.dispose();
        throw plainError(error);
      }
    },
    /** The model in hand as the bytes of a safetensors file. */
    async saveModel(): Promise<Uint8Array> {
      const bytes = await (await inHand().toSave()).toBytes();
      return transfer(bytes, [bytes.buffer]);
    },
    /** Log-densities of points `[n, 2]` under the model in hand, nats. */
    async score(points: Float32Array): Promise<Float32Array> {
      const model = await inHand().model();
      return model.logProb({ data: points, shape: [points.length / 2, 2] });
    },
    /** Draws of the model in hand, `[n, 2]`. */
    async draw(count: number, seed: number): Promise<Float32Array> {
      return (await (await inHand().model()).sample(count, { seed })).data;
    },
    async paint(request: PictureRequest): Promise<Picture> {
      const picture = await painter.paintFine(await inHand().model(), request);
      return handOver(picture, picture);
    },
    async traceWay(request: WayRequest): Promise<Way> {
      return traceWay(await inHand().model(), request);
    },
  };
}

/** A training from its first step; `ended` resolves when it is done or was closed. */
function openTraining(
  engine: EngineChoice,
  task: TrainingTask,
  painter: ReturnType<typeof createPainter>,
  tellAnyway: (event: TrainingEvent) => void,
): Held & { readonly ended: Promise<void> } {
  const { steps, batchSize, learningRate, seed, columns } = task;
  const stop = new AbortController();
  const gate = createGate();
  const clock = createClock();
  const rows = asRows(task.rows);
  let finished: Model | undefined;
  let watched: Model | undefined;
  let unreported: { step: number; loss: number }[] = [];
  let lastReport = performance.now();

  function tell(event: TrainingEvent) {
    if (!stop.signal.aborted) tellAnyway(event);
  }

  function report() {
    if (unreported.length === 0) return;
    tell({
      type: "steps",
      steps: unreported.map(({ step }) => step),
      losses: unreported.map(({ loss }) => loss),
      stepsPerSecond: clock.rate(),
    });
    unreported = [];
    lastReport = performance.now();
  }

  async function paint(step: number, by = painter.paint) {
    const picture = await by(await model(), task.picture);
    tell(handOver({ type: "picture", step, picture }, picture));
  }

  const run = fit(buildFlow(task), rows, {
    steps,
    batchSize: Math.min(batchSize, rows.shape[0]),
    learningRate,
    seed,
    columns,
    validation: asRows(task.validation),
    validateEvery: VALIDATE_EVERY,
    patience: Number.POSITIVE_INFINITY,
    engine,
    signal: stop.signal,
    async onProgress(progress) {
      if (stop.signal.aborted) return;
      if (progress.type === "notice") tell({ type: "notice", message: progress.message });
      if (progress.type === "validation") {
        tell({ type: "validation", step: progress.step, loss: progress.loss });
      }
      if (progress.type !== "step") return;
      const { step, loss } = progress;
      clock.tick();
      unreported.push({ step, loss });
      const isPaused = gate.isClosed();
      if (isPaused || step === steps || performance.now() - lastReport > REPORT) report();
      if (isPaused || painter.isDue()) await paint(step);
      if (!gate.isClosed()) return;
      tell({ type: "rest" });
      await gate.passed();
      clock.wake();
    },
  });

  async function model(): Promise<Model> {
    const current = await run.current();
    stop.signal.throwIfAborted();
    watched = current;
    return current;
  }

  async function train(): Promise<void> {
    const { engineName = "", parameterCount } = await model();
    tell({ type: "started", engine: engineName, parameters: parameterCount });
    const compared = compare(engine, task, stop.signal, tell);
    finished = await run;
    stop.signal.throwIfAborted();
    report();
    await paint(steps, painter.paintFine);
    await compared;
    tell({ type: "done", step: finished.history.at(-1)?.step ?? steps });
  }

  async function end(): Promise<void> {
    try {
      await train();
    } catch (error) {
      if (!stop.signal.aborted) throw error;
      // The run may have made its models after it was closed.
      (await run.catch(() => undefined))?.dispose();
      (await run.current().catch(() => undefined))?.dispose();
    }
  }

  return {
    ended: end(),
    gate,
    model,
    toSave: async () => finished ?? model(),
    close() {
      stop.abort();
      gate.open();
      watched?.dispose();
      finished?.dispose();
    },
  };
}

function holdLoaded(model: Model): Held {
  const own = async () => model;
  return { model: own, toSave: own, gate: undefined, close: () => model.dispose() };
}

/** How well a normal distribution and a mixture of them predict the validation rows. */
async function compare(
  engine: EngineChoice,
  { rows, validation, seed }: TrainingTask,
  signal: AbortSignal,
  tell: (event: TrainingEvent) => void,
): Promise<void> {
  const held = asRows(validation);
  const options = { seed, engine, validation: held };
  const baselines = { gaussian: fitGaussian, mixture: fitGaussianMixture } as const;
  for (const name of ["gaussian", "mixture"] as const) {
    if (signal.aborted) return;
    try {
      const fitted = await baselines[name](asRows(rows), options);
      const { logProb } = await fitted.evaluate(held, { seed });
      fitted.dispose();
      tell({ type: "baseline", name, logProb });
    } catch (error) {
      tell({ type: "notice", message: `No ${name} to compare with: ${messageOf(error)}` });
    }
  }
}

/** What the page shows of a model from a file. @throws Error for one that is none of the plane. */
async function describe(model: Model): Promise<LoadedModel> {
  if (model.shape.length !== 1 || model.shape[0] !== 2 || model.condShape) {
    const context = model.condShape ? " and a context" : "";
    throw new Error(
      `The model has events of shape ${model.shape.join(" × ")}${context}; ` +
        "this page shows models of two columns without a context.",
    );
  }
  return {
    flow: model.flowName,
    parameters: model.parameterCount,
    columns: model.columns.map(({ name }, index) => name ?? `x${index + 1}`),
    losses: model.history.map(({ step, validation }) => ({ step, loss: validation })),
    bounds: boundsOf((await model.sample(2000)).data),
  };
}

function buildFlow({ flow, layers, width }: TrainingTask) {
  const entry = flows[flow as keyof typeof flows];
  if (!entry) throw new Error(`There is no flow “${flow}”. Choose one of the list.`);
  const { defaults } = entry;
  return entry.build({
    features: 2,
    ...(defaults.layers && layers && { layers }),
    ...(defaults.hidden && width && { hidden: defaults.hidden.map(() => width) }),
  });
}

function asRows(data: Float32Array) {
  return { data, shape: [data.length / 2, 2] as const };
}

/** Steps per second, without the time that the training was paused. */
function createClock() {
  let last = performance.now();
  let spent = 0;
  let steps = 0;
  return {
    tick() {
      const now = performance.now();
      // The first step holds the building of the program.
      if (steps > 0) spent += now - last;
      steps++;
      last = now;
    },
    /** After a pause. */
    wake() {
      last = performance.now();
    },
    rate: () => (spent > 0 ? ((steps - 1) * 1000) / spent : 0),
  };
}
