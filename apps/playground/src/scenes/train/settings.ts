import { MOST_DOTS, readDots, writeDots } from "../../data/brush.ts";
import { knownTargets } from "../../data/targets.ts";
import { type Codec, type Codecs, decimal, oneOf, wholeNumber } from "../../link/codec.ts";
import { settingsInLink } from "../../link/place.ts";

/** What is trained, on what, and how: all that a link holds. */
export interface TrainSettings {
  /** A known density, `"drawn"`, or `"file"`: a table of the visitor's, which no link holds. */
  readonly target: string;
  /** The dots of a drawing. */
  readonly drawn: Float32Array;
  readonly flow: string;
  /** 0: as many as the flow usually has. */
  readonly layers: number;
  /** Width of the networks' hidden layers; 0: the flow's usual one. */
  readonly width: number;
  readonly steps: number;
  readonly batch: number;
  readonly rate: number;
  readonly seed: number;
  readonly engine: "best" | "webgpu" | "wasm" | "threads";
}

const drawing: Codec<Float32Array> = {
  fallback: new Float32Array(0),
  read: readDots,
  write: writeDots,
  takes: `a drawing of at most ${MOST_DOTS} dots`,
};

/** The list of flows is the library's, which the worker knows: a name that it has not is refused there. */
const flowName: Codec<string> = {
  fallback: "nsf",
  read: (text) => (/^[a-z0-9+-]{1,30}$/.test(text) ? text : undefined),
  write: (value) => value,
  takes: "the name of a flow, such as nsf",
};

/** What the sliders and a link can ask for. */
export const MOST_LAYERS = 16;
export const MOST_WIDTH = 128;

export const trainCodecs: Codecs<TrainSettings> = {
  target: oneOf([...knownTargets.map(({ id }) => id), "drawn", "file"], "moons"),
  drawn: drawing,
  flow: flowName,
  layers: wholeNumber(0, MOST_LAYERS, 0),
  width: wholeNumber(0, MOST_WIDTH, 0),
  steps: wholeNumber(10, 20_000, 2000),
  batch: wholeNumber(16, 2048, 256),
  rate: decimal(1e-5, 0.1, 0.002),
  seed: wholeNumber(0, 999_999, 0),
  engine: oneOf(["best", "webgpu", "wasm", "threads"], "best"),
};

export const settings = settingsInLink("train", trainCodecs);
