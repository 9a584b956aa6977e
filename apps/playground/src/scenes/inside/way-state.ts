import { effect, signal } from "@preact/signals";
import { decimal, oneOf } from "../../link/codec.ts";
import { settingsInLink } from "../../link/place.ts";
import { laboratory } from "../../worker/client.ts";
import type { Way } from "../../worker/way.ts";
import { data, messageOf, picture } from "../train/training-state.ts";
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

let isLooking = false;
let lastLook = 0;

async function look(cloudOf: InsideSettings["cloud"]): Promise<void> {
  if (isLooking) return;
  isLooking = true;
  try {
    const remote = await laboratory();
    const points = cloudOf === "data" ? data.peek()?.rows.slice(0, 2 * CLOUD) : undefined;
    const grid = await remote.traceWay({ of: "grid", nodes: NODES, pieces: PIECES });
    const cloud = await remote.traceWay({
      ...(points ? { of: "data", points } : { of: "draws", count: CLOUD }),
      pieces: PIECES,
    });
    ways.value = { grid, cloud };
    place.value = Math.min(place.peek(), grid.stages.length - 1);
    problem.value = undefined;
  } catch (error) {
    ways.value = undefined;
    problem.value = messageOf(error);
  } finally {
    isLooking = false;
    lastLook = performance.now();
  }
}

/** Follow the model in hand while the scene is shown. */
export function followModel(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = effect(() => {
    const { cloud } = settings.value;
    clearTimeout(timer);
    if (!picture.value) {
      ways.value = undefined;
      return;
    }
    timer = setTimeout(() => look(cloud), Math.max(0, lastLook + LOOK - performance.now()));
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}
