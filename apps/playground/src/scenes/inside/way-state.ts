import { effect, signal } from "@preact/signals";
import { decimal, oneOf } from "../../link/codec.ts";
import { settingsInLink } from "../../link/place.ts";
import { laboratory } from "../../worker/client.ts";
import type { Way } from "../../worker/way.ts";
import { data, messageOf, picture } from "../train/training-state.ts";
import { baseGrid } from "./mesh.ts";

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
    const isData = cloudOf === "data" && data.peek() !== undefined;
    const points = isData ? (data.peek()?.rows.slice(0, 2 * CLOUD) as Float32Array) : normalCloud();
    const grid = await remote.traceWay({ points: baseGrid(), from: "base", pieces: PIECES });
    const cloud = await remote.traceWay({
      points,
      from: isData ? "data" : "base",
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

/** Normal draws that are the same each time, by a low-discrepancy sequence: an even cloud. */
function normalCloud(): Float32Array {
  const points = new Float32Array(2 * CLOUD);
  for (let i = 0; i < CLOUD; i++) {
    // The additive recurrence of the plastic number (Roberts 2018), through Box and Muller's map.
    const [u, v] = [
      (0.5 + (i + 1) * 0.7548776662466927) % 1,
      (0.5 + (i + 1) * 0.5698402909980532) % 1,
    ];
    const radius = Math.sqrt(-2 * Math.log(u));
    points[2 * i] = radius * Math.cos(2 * Math.PI * v);
    points[2 * i + 1] = radius * Math.sin(2 * Math.PI * v);
  }
  return points;
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
