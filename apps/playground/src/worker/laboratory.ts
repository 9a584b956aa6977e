import { flows } from "pushforward";
import { createDigits } from "./digits.ts";
import type { EngineName } from "./engines.ts";
import { createLine } from "./line.ts";
import { createMasks } from "./masks.ts";
import { startEngine } from "./start-engine.ts";
import { createTraining } from "./training.ts";

/** A flow of the library's own list. */
export interface FlowEntry {
  readonly name: string;
  readonly summary: string;
  /** Its usual number of layers; undefined where there is none to choose. */
  readonly layers: number | undefined;
  /** The usual width of its networks; undefined where there is none to choose. */
  readonly width: number | undefined;
}

/** All that the page asks of the worker. */
export async function openLaboratory(name: EngineName) {
  const engine = await startEngine(name);
  return {
    listFlows: (): FlowEntry[] =>
      Object.entries(flows).map(([flow, { summary, defaults }]) => ({
        name: flow,
        summary,
        layers: defaults.layers,
        width: defaults.hidden?.[0],
      })),
    ...createTraining(engine),
    ...createMasks(),
    ...createLine(engine),
    ...createDigits(engine),
  };
}

export type Laboratory = Awaited<ReturnType<typeof openLaboratory>>;
