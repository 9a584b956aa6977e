import { DomainError, type Model, type TraceStage } from "pushforward";
import { layersOf } from "pushforward/core";
import { layersPlot, shownDraws, shownPaths, trajectoriesPlot } from "../plot/index.ts";
import { counted } from "../table/wording.ts";
import { eventNames } from "./event-names.ts";
import { eventTimes } from "./event-times.ts";
import type { ModelRows } from "./model-rows.ts";
import type { Picture } from "./picture.ts";
import { MORE_STEPS } from "./solver-advice.ts";

/** Pictures of draws on their way from the base to the data. */
export type WayPictureName = "layers" | "trajectories";

/** Rows drawn from a model for such a picture. */
export const WAY_SAMPLES = 2000;

/** Parts over time of a continuous layer: of panels as many as fit, of paths so many that no corners are seen. */
const PIECES = { layers: 8, trajectories: 24 };

/**
 * @param rows what the draws are conditioned on, where the model is conditional: the columns of a row each.
 * @throws DomainError where draws of a continuous flow leave the numbers that there are.
 */
export async function wayPicture(
  what: WayPictureName,
  model: Model,
  seed: number,
  rows?: ModelRows,
): Promise<Picture> {
  const count = rows?.table.rows ?? WAY_SAMPLES;
  const units = what === "layers" ? "stage" : "data";
  const context = rows?.context;
  const stages = await model.trace(count, { seed, context, units, pieces: PIECES[what] });
  const solved = solvedLayers(model, PIECES[what]);
  if (solved.length > 0) checkFinite(what, stages);
  const { parts, subtitle } =
    what === "layers" ? layers(model, stages, count) : trajectories(model, stages, count);
  const others = solved.flatMap(({ steps, asSampled }) => (asSampled ? [] : steps));
  if (others.length === 0) return { parts, subtitle };
  return { parts, subtitle: `${subtitle}, in ${Math.min(...others)} equal steps` };
}

/** The equal steps of each continuous layer in a trace, and whether samples take the same. */
function solvedLayers({ flow: { flow } }: Model, pieces: number) {
  return (flow ? layersOf(flow.bijector) : []).flatMap(({ bijector: { iterations } }) => {
    const equalSteps = iterations?.forward?.equalSteps;
    if (!equalSteps) return [];
    const { count, everywhere } = equalSteps;
    // Each piece takes its share of them, and at least one.
    const steps = pieces * Math.ceil(count / pieces);
    return { steps, asSampled: everywhere && steps === count };
  });
}

/** Paths that blow up would be missing from the picture without a word. */
function checkFinite(what: WayPictureName, stages: readonly TraceStage[]): void {
  for (const { name, time, data, shape } of stages) {
    const size = data.length / (shape[0] as number);
    const place = data.findIndex((value) => !Number.isFinite(value));
    if (place < 0) continue;
    const found = `--what ${what}: sample ${Math.floor(place / size) + 1} is not finite at the stage "${name}"`;
    throw new DomainError(time === undefined ? found : `${found}, in equal steps; ${MORE_STEPS}`);
  }
}

function layers(model: Model, stages: TraceStage[], count: number): Picture {
  // With the name of its layer a time would not fit above a panel.
  const titled = stages.map(({ name, time, ...stage }) => ({
    ...stage,
    name: time === undefined ? name : `t = ${Number(time.toPrecision(3))}`,
  }));
  const shown = shownDraws(titled);
  const samples = counted(count, "sample");
  const drawn = shown < count ? `${whole(shown)} of ${samples} drawn` : samples;
  return {
    parts: [layersPlot({ stages: titled, names: eventNames(model) })],
    subtitle: `${drawn}, on their way from the base to the data`,
  };
}

function trajectories(model: Model, stages: TraceStage[], count: number): Picture {
  const { places, placeName } = placesOf(stages);
  const waypoints = stages.map((stage, index) => ({ ...stage, place: places[index] as number }));
  const names = eventNames(model);
  const shown = shownPaths(count);
  const some = shown < count ? `${whole(shown)} of ` : "";
  return {
    parts: [trajectoriesPlot({ waypoints, placeName, names, times: eventTimes(model) })],
    subtitle: `The paths of ${some}${counted(count, "sample")} from the base to the data`,
  };
}

const whole = (count: number): string => count.toLocaleString("en-US");

/** Times, where all of the way has one; else the number of layers passed, a piece being a part of one. */
export function placesOf(stages: readonly Pick<TraceStage, "time">[]) {
  const times = stages.slice(1).map(({ time }) => time ?? Number.NaN);
  const isAscending = times.every((time, k) => time > (times[k - 1] ?? 0));
  if (isAscending) return { places: [0, ...times], placeName: "time" };
  const lengths = times.map((time) => (Number.isNaN(time) ? 1 : 1 / PIECES.trajectories));
  const places = [0];
  for (const length of lengths) places.push((places.at(-1) as number) + length);
  return { places, placeName: "layers passed" };
}
