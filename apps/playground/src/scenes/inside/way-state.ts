import { effect, signal } from "@preact/signals";
import { doLatest } from "../../latest.ts";
import { decimal, oneOf } from "../../link/codec.ts";
import { settingsInLink } from "../../link/place.ts";
import { messageOf } from "../../message-of.ts";
import { ask } from "../../worker/client.ts";
import type { Way } from "../../worker/way.ts";
import { data, loaded, picture } from "../train/training-state.ts";
import { NODES } from "./mesh.ts";

/** What is shown of the way. */
export interface InsideSettings {
  /** Whose points go along: draws of the base, or the data. */
  readonly cloud: "base" | "data";
  /** Log-determinants of the layer at work, or of all up to it. */
  readonly colour: "layer" | "sum";
  /** Seconds that a layer takes. */
  readonly pace: number;
}

export const settings = settingsInLink<InsideSettings>("inside", {
  cloud: oneOf(["base", "data"], "base"),
  colour: oneOf(["layer", "sum"], "layer"),
  pace: decimal(0.2, 3, 0.8),
});

/** The grid and the cloud on their way through the model in hand; undefined: there is none. */
export const ways = signal<{ readonly grid: Way; readonly cloud: Way } | undefined>(undefined);

export const problem = signal<string | undefined>(undefined);

/** Where on the way the grid is seen: 0 is the base. */
export const place = signal(0);

/** Points of the cloud. */
const CLOUD = 500;

/** Stages of a layer that has a time. */
const PIECES = 8;

/** Milliseconds between looks at a model that is learning. */
const LOOK = 700;

let lastLook = 0;

/** Send grid and cloud through the model as it is now; of looks that wait, only the newest is taken. */
const look = doLatest<InsideSettings["cloud"]>(async (cloudOf) => {
  const seen = picture.peek();
  if (!seen) return;
  const points = cloudOf === "data" && !loaded.peek() ? data.peek()?.rows : undefined;
  const start = points?.slice(0, 2 * CLOUD);
  try {
    const [grid, cloud] = await ask(async (remote) => [
      await remote.traceWay({ of: "grid", nodes: NODES, pieces: PIECES }),
      await remote.traceWay({
        ...(start ? { of: "data", points: start } : { of: "draws", count: CLOUD }),
        pieces: PIECES,
      }),
    ]);
    // The model may have been put away meanwhile, and with it what is shown.
    if (!picture.peek() || !grid || !cloud) return;
    ways.value = { grid, cloud };
    place.value = Math.min(place.peek(), grid.stages.length - 1);
    problem.value = undefined;
  } catch (error) {
    if (picture.peek() === seen) problem.value = messageOf(error);
  } finally {
    lastLook = performance.now();
  }
});

/** Follow the model in hand while the scene is shown. */
export function followModel(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = effect(() => {
    const { cloud } = settings.value;
    clearTimeout(timer);
    if (!picture.value) {
      ways.value = undefined;
      problem.value = undefined;
      return;
    }
    timer = setTimeout(() => look(cloud), Math.max(0, lastLook + LOOK - performance.now()));
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}
