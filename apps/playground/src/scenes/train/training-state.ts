import { computed, effect, signal, untracked } from "@preact/signals";
import { proxy } from "comlink";
import { FEWEST_ROWS, pairColumns, type VisitorTable } from "../../data/read-table.ts";
import { drawBrush, drawTarget, type PlaneData, splitRows } from "../../data/targets.ts";
import { writeTable } from "../../data/write-table.ts";
import { linkProblems, updateAddress } from "../../link/place.ts";
import { messageOf } from "../../message-of.ts";
import { boundsOf } from "../../worker/bounds.ts";
import { ask, chosenEngine, flowEntries, WorkerGone, workerState } from "../../worker/client.ts";
import type { Picture } from "../../worker/painter.ts";
import type { Baseline, TrainingEvent } from "../../worker/training.ts";
import { settings, type TrainSettings } from "./settings.ts";

/** What is going on. `"loaded"`: the model in hand came from a file. */
export type TrainingStatus =
  | "empty"
  | "building"
  | "running"
  | "paused"
  | "done"
  | "failed"
  | "loaded";

/** A mean negative log-likelihood after a step, nats per row. */
export interface LossAt {
  readonly step: number;
  readonly loss: number;
}

/** A training, as far as it has come. */
export interface TrainingState {
  readonly status: TrainingStatus;
  /** Whether a training that is paused has come to rest: the step under way still ends. */
  readonly isAtRest: boolean;
  readonly step: number;
  /** Of the rows of each step. */
  readonly losses: readonly LossAt[];
  /** Of the validation rows. */
  readonly validations: readonly LossAt[];
  /** Mean log-densities of the validation rows. */
  readonly baselines: { readonly [name in Baseline]?: number };
  readonly picture: (Picture & { readonly step: number }) | undefined;
  readonly stepsPerSecond: number;
  readonly engine: string;
  readonly parameters: number;
  readonly notices: readonly string[];
  readonly problem: string | undefined;
  /** Of a model that came from a file: its flow and its columns. */
  readonly loaded: { readonly flow: string; readonly columns: readonly string[] } | undefined;
}

const nothing: TrainingState = {
  status: "empty",
  isAtRest: false,
  step: 0,
  losses: [],
  validations: [],
  baselines: {},
  picture: undefined,
  stepsPerSecond: 0,
  engine: "",
  parameters: 0,
  notices: [],
  problem: undefined,
  loaded: undefined,
};

/** Of the settings as they are: others put it away. */
export const training = signal<TrainingState>(nothing);

/** By themselves, so that what shows them is not drawn anew with each step. */
export const picture = computed(() => training.value.picture);
export const loaded = computed(() => training.value.loaded);

/** Draws that pictures show. */
export const SAMPLES = 400;

/** A table of the visitor's, and which of its columns are looked at. */
export const table = signal<
  { readonly table: VisitorTable; readonly x: number; readonly y: number } | undefined
>(undefined);

/** By themselves, so that other settings do not draw the points anew. */
const wanted = {
  target: computed(() => settings.value.target),
  drawn: computed(() => settings.value.drawn),
  seed: computed(() => settings.value.seed),
};

/** The points that the settings ask for; undefined where they ask for something that is not there yet. */
export const data = computed<PlaneData | undefined>(() => {
  const [target, drawn, seed] = [wanted.target.value, wanted.drawn.value, wanted.seed.value];
  if (target === "drawn") return drawn.length > 0 ? drawBrush(drawn, seed) : undefined;
  if (target !== "file") return drawTarget(target, seed);
  if (!table.value) return undefined;
  const { columns, name } = table.value.table;
  const [x, y] = [columns[table.value.x], columns[table.value.y]];
  if (!x || !y || x === y) return undefined;
  const points = pairColumns(x, y);
  if (points.length < 2 * FEWEST_ROWS) return undefined;
  return {
    title: name,
    columns: [x.name, y.name],
    ...splitRows(points, seed),
    bounds: boundsOf(points),
    truth: undefined,
  };
});

/** The flow's own sizes, where it has any. */
export const flowEntry = computed(() =>
  flowEntries.value.find(({ name }) => name === settings.value.flow),
);

/** Which training the events belong to that still come in. */
let generation = 0;

/** Change settings. */
export function change(changes: Partial<TrainSettings>): void {
  settings.value = { ...settings.value, ...changes };
  updateAddress();
}

/** Put training and model away. */
export function reset(): void {
  generation++;
  training.value = nothing;
  const worker = workerState.peek();
  if (worker.type === "ready") worker.laboratory.reset();
}

/** Train from the first step. */
export async function start(): Promise<void> {
  const points = data.value;
  if (!points) return;
  const own = ++generation;
  training.value = { ...nothing, status: "building" };
  const { flow, layers, width, steps, batch: batchSize, rate, seed } = settings.value;
  const task = {
    flow,
    layers: layers || undefined,
    width: width || undefined,
    steps,
    batchSize,
    learningRate: rate,
    seed,
    columns: points.columns,
    rows: points.rows,
    validation: points.validation,
    picture: { bounds: points.bounds, samples: SAMPLES },
  };
  const hear = (event: TrainingEvent) => {
    if (own === generation) training.value = after(training.value, event);
  };
  try {
    await ask(async (remote) => {
      if (own === generation) await remote.train(task, proxy(hear));
    });
  } catch (error) {
    if (own !== generation) return;
    training.value = { ...training.value, status: "failed", problem: messageOf(error) };
  }
}

function after(state: TrainingState, event: TrainingEvent): TrainingState {
  switch (event.type) {
    case "started":
      return { ...state, engine: event.engine, parameters: event.parameters };
    case "steps":
      return {
        ...state,
        status: state.status === "building" ? "running" : state.status,
        step: event.steps.at(-1) ?? state.step,
        losses: [
          ...state.losses,
          ...event.steps.map((step, i) => ({ step, loss: event.losses[i] as number })),
        ],
        stepsPerSecond: event.stepsPerSecond,
      };
    case "validation":
      return { ...state, validations: [...state.validations, event] };
    case "picture":
      return { ...state, picture: { ...event.picture, step: event.step } };
    case "baseline":
      return { ...state, baselines: { ...state.baselines, [event.name]: event.logProb } };
    case "notice":
      return { ...state, notices: [...state.notices, event.message] };
    case "rest":
      return { ...state, isAtRest: true };
    case "done":
      return { ...state, status: "done", step: event.step };
  }
}

export async function pause(): Promise<void> {
  training.value = { ...training.value, status: "paused", isAtRest: false };
  await ask((remote) => remote.pause());
}

export async function resume(): Promise<void> {
  training.value = { ...training.value, status: "running" };
  await ask((remote) => remote.resume());
}

/** One step of a training that is paused. */
export async function stepOnce(): Promise<void> {
  training.value = { ...training.value, isAtRest: false };
  await ask((remote) => remote.step());
}

/** Show a model from a file; what is in hand stays where that fails. */
export async function openModel(file: File): Promise<void> {
  const before = generation;
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const model = await ask((remote) => remote.loadModel(bytes));
    const own = ++generation;
    const { flow, columns, parameters, losses, bounds } = model;
    const step = losses.at(-1)?.step ?? 0;
    const loaded = { flow, columns };
    const state = { ...nothing, status: "loaded" as const, step, validations: losses, loaded };
    training.value = { ...state, parameters };
    const picture = await ask((remote) => remote.paint({ bounds, samples: SAMPLES }));
    if (own !== generation) return;
    training.value = { ...training.value, picture: { ...picture, step } };
  } catch (error) {
    if (before !== generation || error instanceof WorkerGone) return;
    training.value = { ...training.value, problem: `${file.name}: ${messageOf(error)}` };
  }
}

/** The trained model's file. */
export function modelBytes(): Promise<Uint8Array> {
  return ask((remote) => remote.saveModel());
}

/** The points with their log-densities, nats, as a table that is named as the command names it. */
export async function scoresTable(): Promise<string> {
  const points = data.value;
  if (!points) throw new Error("There are no points to score.");
  const { columns, all } = points;
  const scores = await ask((remote) => remote.score(all));
  return writeTable([...columns, "log_density"], [all, scores], [2, 1]);
}

/** Draws of the model in hand as a table. */
export async function drawsTable(count: number): Promise<string> {
  const { seed } = settings.value;
  const columns = training.value.loaded?.columns ?? data.value?.columns ?? ["x1", "x2"];
  const draws = await ask((remote) => remote.draw(count, seed));
  return writeTable(columns, [draws], [2]);
}

// Whatever changes them, a control, a link or a table: with other settings it is another training.
const whatIsTrained = computed(() => [settings.value, table.value]);
effect(() => {
  if (whatIsTrained.value) untracked(reset);
});

// A new worker knows nothing of the model of the one before.
effect(() => {
  if (workerState.value.type !== "ready") untracked(reset);
});

// The engine is chosen for the whole page, and belongs into the link.
effect(() => {
  const { engine } = settings.value;
  chosenEngine.value = engine === "best" ? undefined : engine;
});

// A link may name a flow that this version of the library has not.
effect(() => {
  const entries = flowEntries.value;
  const { flow } = settings.value;
  if (entries.length === 0 || entries.some(({ name }) => name === flow)) return;
  linkProblems.value = [...linkProblems.peek(), `There is no flow “${flow}”.`];
  settings.value = { ...settings.peek(), flow: "nsf" };
});
