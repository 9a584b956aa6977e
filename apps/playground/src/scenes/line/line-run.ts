import { batch, computed, effect, signal } from "@preact/signals";
import { proxy } from "comlink";
import { randomOf } from "../../data/random.ts";
import { messageOf } from "../../message-of.ts";
import { type RemoteLaboratory, workerState } from "../../worker/client.ts";
import type { LineDraws, LineEvent, LinePicture } from "../../worker/line.ts";
import { type LineSettings, settings } from "./settings.ts";
import { grid } from "./tabulated.ts";
import { drawNumbers, meanLogDensity, targets } from "./targets.ts";

export const STEPS = 400;

/** Draws at a time. */
export const DRAWS = 200;

const HELD_OUT = 2000;

/** Milliseconds of a step that is to be watched. */
const WATCHABLE = 20;

export type LineStatus = "opening" | "paused" | "playing" | "trained" | "failed";

export const status = signal<LineStatus>("opening");

/** The flow after the last step that was painted; undefined until there is one. */
export const picture = signal<LinePicture | undefined>(undefined);

/** How the flow did on held-out numbers: step and nats per number. */
export const scores = signal<readonly (readonly [number, number])[]>([]);

/** Draws of the flow as it is, the newest last; those after another step are gone. */
export const draws = signal<readonly LineDraws[]>([]);

/** Whether draws are on their way from the worker: the first take a while. */
export const isDrawing = signal(false);

/** What went wrong, or is to be told. */
export const problem = signal<string | undefined>(undefined);

type Task = Pick<LineSettings, "target" | "base" | "components" | "draws" | "seed">;

/** What a training depends on, as text: equal texts, equal trainings. */
const taskText = computed(() => {
  const { target, base, components, draws: rows, seed } = settings.value;
  return JSON.stringify({ target, base, components, draws: rows, seed } satisfies Task);
});

/** The numbers to learn from, and others to judge by. */
export const data = computed(() => {
  const { target, draws: rows, seed } = JSON.parse(taskText.value) as Task;
  const random = randomOf(seed);
  const known = targets[target];
  const heldOut = drawNumbers(known, HELD_OUT, random);
  return {
    rows: drawNumbers(known, Number(rows), random),
    heldOut,
    /** Nats per held-out number, of the density that they are drawn from. */
    trueLogLikelihood: meanLogDensity(known, heldOut),
  };
});

let laboratory: RemoteLaboratory | undefined;
let openedTask = "";
let runs = 0;

/** Keep a training of the settings at hand while the scene is shown; returns what puts it to rest. */
export function attendLine(): () => void {
  const stopOpening = effect(() => {
    const state = workerState.value;
    const task = taskText.value;
    if (state.type === "failed") {
      laboratory = undefined;
      batch(() => {
        status.value = "failed";
        problem.value = state.message;
      });
    } else if (state.type === "opening") {
      laboratory = undefined;
      forget();
    } else if (state.laboratory !== laboratory || task !== openedTask) {
      laboratory = state.laboratory;
      openedTask = task;
      // Its signals are none of this effect's business.
      queueMicrotask(() => open(state.laboratory, JSON.parse(task)));
    }
  });
  const stopPacing = effect(() => {
    const milliseconds = settings.value.pace === "watch" ? WATCHABLE : 0;
    if (workerState.value.type === "ready") workerState.value.laboratory.paceLine(milliseconds);
  });
  return () => {
    stopOpening();
    stopPacing();
    pause();
  };
}

function forget(): void {
  batch(() => {
    status.value = "opening";
    picture.value = undefined;
    scores.value = [];
    draws.value = [];
    isDrawing.value = false;
    problem.value = undefined;
  });
}

function open(lab: RemoteLaboratory, { base, components, seed }: Task): void {
  const own = ++runs;
  forget();
  const { rows, heldOut } = data.value;
  const tell = (event: LineEvent) => {
    if (own === runs) hear(event);
  };
  const task = { onto: base, components, steps: STEPS, seed, rows, heldOut, grid };
  lab.openLine(task, proxy(tell)).catch((error: unknown) => {
    if (own === runs) fail(error);
  });
}

function hear(event: LineEvent): void {
  batch(() => {
    if (event.type === "notice") problem.value = event.message;
    else if (event.type === "done") status.value = "trained";
    else {
      const { step, logLikelihood } = event.picture;
      if (draws.value.some((each) => each.step !== step)) draws.value = [];
      if (step !== picture.value?.step) scores.value = [...scores.value, [step, logLikelihood]];
      picture.value = event.picture;
      if (status.value === "opening") status.value = "paused";
    }
  });
}

function fail(error: unknown): void {
  batch(() => {
    status.value = "failed";
    problem.value = messageOf(error);
  });
}

export function play(): void {
  if (status.value !== "paused") return;
  status.value = "playing";
  laboratory?.playLine();
}

export function pause(): void {
  if (status.value !== "playing") return;
  status.value = "paused";
  laboratory?.pauseLine();
}

export function step(): void {
  if (status.value === "paused") laboratory?.stepLine();
}

export function startAgain(): void {
  if (laboratory) open(laboratory, JSON.parse(taskText.value));
}

/** Draw from the base and send it through the flow, as it is when the step under way is done. */
export async function draw(): Promise<void> {
  if (!laboratory || isDrawing.value) return;
  pause();
  const own = runs;
  isDrawing.value = true;
  const seed = draws.value.length + 1;
  try {
    const drawn = await laboratory.drawLine(DRAWS, seed);
    if (own !== runs || drawn.step !== picture.value?.step) return;
    draws.value = [...draws.value, drawn];
  } catch (error) {
    if (own === runs) fail(error);
  } finally {
    if (own === runs) isDrawing.value = false;
  }
}
