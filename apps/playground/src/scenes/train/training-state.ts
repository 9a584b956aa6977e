import { batch, computed, effect, signal } from "@preact/signals";
import { proxy } from "comlink";
import { pairColumns, type VisitorTable } from "../../data/read-table.ts";
import { drawBrush, drawTarget, type PlaneData, splitRows } from "../../data/targets.ts";
import { writeTable } from "../../data/write-table.ts";
import { linkProblems, updateAddress } from "../../link/place.ts";
import { boundsOf } from "../../worker/bounds.ts";
import { chosenEngine, flowEntries, laboratory, workerState } from "../../worker/client.ts";
import type { Picture } from "../../worker/painter.ts";
import type { TrainingEvent } from "../../worker/training.ts";
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

/** Mean negative log-likelihood of the held-out rows, nats per row. */
export interface Validation {
  readonly step: number;
  readonly loss: number;
}

/** A training, as far as it has come. */
export interface TrainingState {
  readonly status: TrainingStatus;
  readonly step: number;
  /** Losses of the steps. */
  readonly losses: readonly number[];
  readonly validations: readonly Validation[];
  readonly baselines: { readonly gaussian?: number; readonly mixture?: number };
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

/** The points that the settings ask for; undefined where they ask for something that is not there yet. */
export const data = computed<PlaneData | undefined>(() => {
  const { target, drawn, seed } = settings.value;
  if (target === "drawn") return drawn.length > 0 ? drawBrush(drawn, seed) : undefined;
  if (target !== "file") return drawTarget(target, seed);
  if (!table.value) return undefined;
  const { columns, name } = table.value.table;
  const [x, y] = [columns[table.value.x], columns[table.value.y]];
  if (!x || !y) return undefined;
  const points = pairColumns(x, y);
  if (points.length < 40) return undefined;
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

/** Change settings; a training with others is put away. */
export function change(changes: Partial<TrainSettings>): void {
  settings.value = { ...settings.value, ...changes };
  updateAddress();
  reset();
}

/** Put training and model away. */
export function reset(): void {
  generation++;
  training.value = nothing;
  if (workerState.value.type === "ready") workerState.value.laboratory.reset();
}

/** Train from the first step. */
export async function start(): Promise<void> {
  const points = data.value;
  if (!points) return;
  const own = ++generation;
  training.value = { ...nothing, status: "building" };
  const { flow, layers, width, steps, batch: batchSize, rate, seed } = settings.value;
  const hear = (event: TrainingEvent) => {
    if (own === generation) training.value = after(training.value, event);
  };
  try {
    const remote = await laboratory();
    if (own !== generation) return;
    await remote.train(
      {
        flow,
        layers: layers || undefined,
        width: width || undefined,
        steps,
        batchSize,
        learningRate: rate,
        seed,
        columns: points.columns,
        rows: points.rows,
        heldOut: points.heldOut,
        picture: { bounds: points.bounds, samples: SAMPLES },
      },
      proxy(hear),
    );
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
        step: event.first + event.losses.length - 1,
        losses: [...state.losses, ...event.losses],
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
    case "done":
      return { ...state, status: "done", step: event.step };
  }
}

export async function pause(): Promise<void> {
  training.value = { ...training.value, status: "paused" };
  await (await laboratory()).pause();
}

export async function resume(): Promise<void> {
  training.value = { ...training.value, status: "running" };
  await (await laboratory()).resume();
}

/** One step of a training that is paused. */
export async function stepOnce(): Promise<void> {
  await (await laboratory()).step();
}

/** Show a model from a file. */
export async function openModel(file: File): Promise<void> {
  const own = ++generation;
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const remote = await laboratory();
    const model = await remote.loadModel(bytes);
    const picture = await remote.paint({ bounds: model.bounds, samples: SAMPLES });
    if (own !== generation) return;
    const { flow, columns, parameters, losses } = model;
    const step = losses.at(-1)?.step ?? 0;
    training.value = {
      ...nothing,
      status: "loaded",
      step,
      validations: losses,
      loaded: { flow, columns },
      parameters,
      picture: { ...picture, step },
    };
  } catch (error) {
    if (own !== generation) return;
    training.value = { ...training.value, problem: `${file.name}: ${messageOf(error)}` };
  }
}

/** The trained model's file. */
export async function modelBytes(): Promise<Uint8Array> {
  return (await laboratory()).saveModel();
}

/** The points with their log-densities, nats, as a table. */
export async function scoresTable(): Promise<string> {
  const points = data.value;
  if (!points) throw new Error("There are no points to score.");
  const { columns, rows } = points;
  const scores = await (await laboratory()).score(rows.slice());
  return writeTable([...columns, "log_prob"], [rows, scores], [2, 1]);
}

/** Draws of the model in hand as a table. */
export async function drawsTable(count: number): Promise<string> {
  const { seed } = settings.value;
  const columns = training.value.loaded?.columns ?? data.value?.columns ?? ["x1", "x2"];
  return writeTable(columns, [await (await laboratory()).draw(count, seed)], [2]);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// A new worker knows nothing of the model of the one before.
effect(() => {
  if (workerState.value.type === "opening" && training.peek().status !== "empty") {
    generation++;
    training.value = nothing;
  }
});

// The engine is chosen for the whole page, and belongs into the link.
chosenEngine.value = settings.value.engine === "best" ? undefined : settings.value.engine;
effect(() => {
  const engine = chosenEngine.value ?? "best";
  if (engine === settings.peek().engine) return;
  batch(() => {
    settings.value = { ...settings.peek(), engine };
  });
  updateAddress();
});

// A link may name a flow that this version of the library has not.
effect(() => {
  const entries = flowEntries.value;
  const { flow } = settings.value;
  if (entries.length === 0 || entries.some(({ name }) => name === flow)) return;
  linkProblems.value = [...linkProblems.peek(), `There is no flow “${flow}”.`];
  settings.value = { ...settings.peek(), flow: "nsf" };
});
