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
import { type Bounds, boundsOf } from "./bounds.ts";
import { createGate } from "./gate.ts";
import { createPainter, handOver, type Picture, type PictureRequest } from "./painter.ts";
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
  readonly heldOut: Float32Array;
  /** What the pictures show. */
  readonly picture: PictureRequest;
}

/** What is told of a training. Losses are mean negative log-likelihoods, nats per row. */
export type TrainingEvent =
  | { readonly type: "baseline"; readonly name: "gaussian" | "mixture"; readonly logProb: number }
  | { readonly type: "started"; readonly engine: string; readonly parameters: number }
  | {
      readonly type: "steps";
      /** The first step that the losses are of, counted from 1. */
      readonly first: number;
      readonly losses: Float32Array;
      /** While it was not paused, pictures included. */
      readonly stepsPerSecond: number;
    }
  | { readonly type: "validation"; readonly step: number; readonly loss: number }
  | { readonly type: "picture"; readonly step: number; readonly picture: Picture }
  | { readonly type: "notice"; readonly message: string }
  | { readonly type: "done"; readonly step: number };

/** Milliseconds between reports of losses. */
const REPORT = 80;

/** Steps between validations. */
const VALIDATE_EVERY = 25;

export function createTraining(engine: EngineChoice) {
  /** What pictures are made of: the model in training, or a loaded one. */
  let inHand: (() => Promise<Model>) | undefined;
  /** What is saved: a training that is done knows its history, too. */
  let toSave: (() => Promise<Model>) | undefined;
  let stop = new AbortController();
  let gate = createGate();
  /** Models to free with the next one. */
  const owned = new Set<Model>();
  const painter = createPainter();

  async function model(): Promise<Model> {
    if (!inHand) throw new Error("There is no model yet: train one, or load a file.");
    return inHand();
  }

  function putAway() {
    stop.abort();
    gate.open();
    for (const each of owned) each.dispose();
    owned.clear();
    inHand = undefined;
    toSave = undefined;
  }

  async function train(task: TrainingTask, tell: (event: TrainingEvent) => void): Promise<void> {
    putAway();
    stop = new AbortController();
    gate = createGate();
    const { signal } = stop;
    const ownGate = gate;
    const { steps, batchSize, learningRate, seed, columns } = task;
    const validation = { data: task.heldOut, shape: [task.heldOut.length / 2, 2] };
    const rows = { data: task.rows, shape: [task.rows.length / 2, 2] };
    let losses: number[] = [];
    let first = 1;
    let lastReport = performance.now();
    const clock = createClock();

    function report() {
      if (losses.length === 0) return;
      tell({
        type: "steps",
        first,
        losses: Float32Array.from(losses),
        stepsPerSecond: clock.rate(),
      });
      first += losses.length;
      losses = [];
      lastReport = performance.now();
    }

    async function paint(step: number) {
      const picture = await painter.paint(await model(), task.picture);
      if (!signal.aborted) tell(handOver({ type: "picture", step, picture }, picture));
    }

    const current = fit(buildFlow(task), rows, {
      steps,
      batchSize: Math.min(batchSize, rows.shape[0] as number),
      learningRate,
      seed,
      columns,
      validation,
      validateEvery: VALIDATE_EVERY,
      patience: Number.POSITIVE_INFINITY,
      engine,
      signal,
      async onProgress(progress) {
        if (signal.aborted) return;
        if (progress.type === "notice") tell({ type: "notice", message: progress.message });
        if (progress.type === "validation") {
          tell({ type: "validation", step: progress.step, loss: progress.loss });
        }
        if (progress.type !== "step") return;
        clock.tick();
        losses.push(progress.loss);
        const isLast = progress.step === steps;
        if (performance.now() - lastReport > REPORT || isLast || ownGate.isClosed()) report();
        if (painter.isDue() || ownGate.isClosed()) await paint(progress.step);
        if (ownGate.isClosed()) {
          await ownGate.passed();
          clock.wake();
        }
      },
    });
    inHand = () => current.current();
    toSave = inHand;
    const watch = keep(await current.current(), signal);
    const baselines = compare(task, signal, tell);
    baselines.catch(() => {});
    tell({ type: "started", engine: watch.engineName ?? "", parameters: watch.parameterCount });
    const finished = keep(await current, signal);
    toSave = async () => finished;
    report();
    await paint(steps);
    await baselines;
    tell({ type: "done", step: finished.history.at(-1)?.step ?? steps });
  }

  /** A model that is freed when the next one comes, or at once when that has happened already. */
  function keep(made: Model, signal: AbortSignal): Model {
    if (signal.aborted) made.dispose();
    else owned.add(made);
    signal.throwIfAborted();
    return made;
  }

  /** How well a normal distribution and a mixture of them predict the held-out rows. */
  async function compare(
    { rows: data, heldOut, seed }: TrainingTask,
    signal: AbortSignal,
    tell: (event: TrainingEvent) => void,
  ) {
    const rows = { data, shape: [data.length / 2, 2] };
    const held = { data: heldOut, shape: [heldOut.length / 2, 2] };
    const options = { seed, engine, validation: held };
    for (const [name, baseline] of [
      ["gaussian", fitGaussian],
      ["mixture", fitGaussianMixture],
    ] as const) {
      const fitted = await baseline(rows, options);
      const { logProb } = await fitted.evaluate(held, { seed });
      fitted.dispose();
      if (!signal.aborted) tell({ type: "baseline", name, logProb });
    }
  }

  return {
    /** Train from the start, until it is done; rejects when it fails, and not when it is stopped. */
    async train(task: TrainingTask, tell: (event: TrainingEvent) => void): Promise<void> {
      const started = train(task, tell);
      const { signal } = stop;
      await started.catch((error: unknown) => {
        if (!signal.aborted) throw plain(error);
      });
    },
    pause: () => gate.close(),
    resume: () => gate.open(),
    /** One step of a training that is paused. */
    step: () => gate.openOnce(),
    /** Give up the training and its model. */
    reset: () => putAway(),
    /** Take a model from a file. */
    async loadModel(bytes: Uint8Array): Promise<LoadedModel> {
      const loaded = await load(bytes, { engine }).catch((error: unknown) => {
        throw plain(error);
      });
      if (loaded.shape.length !== 1 || loaded.shape[0] !== 2 || loaded.condShape) {
        const shape = loaded.shape.join(" × ");
        const context = loaded.condShape ? " and a context" : "";
        loaded.dispose();
        throw new Error(
          `The model has events of shape ${shape}${context}; this page shows models of two columns without a context.`,
        );
      }
      putAway();
      owned.add(loaded);
      inHand = async () => loaded;
      toSave = inHand;
      return {
        flow: loaded.flowName,
        parameters: loaded.parameterCount,
        columns: loaded.columns.map(({ name }, index) => name ?? `x${index + 1}`),
        losses: loaded.history.map(({ step, validation }) => ({ step, loss: validation })),
        bounds: boundsOf((await loaded.sample(2000)).data),
      };
    },
    /** The model in hand as the bytes of a safetensors file. */
    async saveModel(): Promise<Uint8Array> {
      if (!toSave) throw new Error("There is no model to save yet: train one first.");
      const bytes = await (await toSave()).toBytes();
      return transfer(bytes, [bytes.buffer]);
    },
    /** Log-densities of points `[n, 2]` under the model in hand, nats. */
    async score(points: Float32Array): Promise<Float32Array> {
      return (await model()).logProb({ data: points, shape: [points.length / 2, 2] });
    },
    /** Draws of the model in hand, `[n, 2]`. */
    async draw(count: number, seed: number): Promise<Float32Array> {
      return (await (await model()).sample(count, { seed })).data;
    },
    async paint(request: PictureRequest): Promise<Picture> {
      const picture = await painter.paintFine(await model(), request);
      return handOver(picture, picture);
    },
    async traceWay(request: WayRequest): Promise<Way> {
      return traceWay(await model(), request);
    },
  };
}

/** What there is to know of a model that was loaded. */
export interface LoadedModel {
  readonly flow: string;
  readonly parameters: number;
  readonly columns: readonly string[];
  readonly losses: readonly { readonly step: number; readonly loss: number }[];
  /** Where its draws lie. */
  readonly bounds: Bounds;
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

/** Errors lose their class on the way to the page; what they say to people is what counts there. */
function plain(error: unknown): Error {
  return new Error(error instanceof Error ? error.message : String(error));
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
