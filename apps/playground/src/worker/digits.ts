import { transfer } from "comlink";
import { type EngineChoice, load, type Model } from "pushforward";
import { randomOf } from "../data/random.ts";
import { plainError } from "./plain-error.ts";

/** What the page has to know of a model of digits. */
export interface DigitsModel {
  readonly height: number;
  readonly width: number;
  /** Names of the classes: the numbers of the one-hot context. */
  readonly classes: readonly string[];
  /** Pixels are whole numbers from 0 to one below. */
  readonly values: number;
  readonly parameters: number;
}

export interface DrawRequest {
  /** Of each draw; as many are drawn. */
  readonly classes: readonly number[];
  readonly temperature: number;
  readonly seed: number;
}

export interface Drawn {
  /** Images one after another, row-major, whole numbers. */
  readonly pixels: Uint8Array;
  readonly milliseconds: number;
}

/** Draws of the noise that spreads pixels over their cells, over which a probability is averaged. */
const NOISE_DRAWS = 4;

/** The noise is the same whatever the class, so that it cannot decide between them. */
const NOISE_SEED = 0;

export function createDigits(engine: EngineChoice) {
  let loaded: Model | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  function inHand(): Model {
    if (!loaded) throw new Error("There is no model of digits yet: it has to be loaded first.");
    return loaded;
  }

  /** One after another, as they came in: what is asked for first is seen first. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = queue.then(work).catch((error: unknown) => {
      throw plainError(error);
    });
    queue = done.catch(() => {});
    return done;
  }

  async function decode(latents: Float32Array, context: Float32Array): Promise<Uint8Array> {
    const model = inHand();
    const count = latents.length / sizeOf(model);
    const { data } = await model.decode(
      { data: latents, shape: [count, ...model.shape] },
      { context: { data: context, shape: [count, classesOf(model).length] } },
    );
    const last = valuesOf(model) - 1;
    return Uint8Array.from(data, (value) => Math.max(0, Math.min(last, Math.round(value))));
  }

  return {
    /** Fetch the model of digits; what was loaded before is given up. */
    loadDigits: (address: string): Promise<DigitsModel> =>
      inTurn(async () => {
        const bytes = await fetchBytes(address);
        const model = await load(bytes, { engine });
        const described = describe(model);
        if (typeof described === "string") {
          model.dispose();
          throw new Error(`${address}: ${described}`);
        }
        loaded?.dispose();
        loaded = model;
        return described;
      }),
    /** Draws, each of its class; the same seed takes the same noise at any temperature. */
    drawDigits: ({ classes, temperature, seed }: DrawRequest): Promise<Drawn> =>
      inTurn(async () => {
        const model = inHand();
        const context = oneHot(classes, classesOf(model).length);
        const start = performance.now();
        const { data } = await model.sample(classes.length, { context, temperature, seed });
        const milliseconds = performance.now() - start;
        const pixels = Uint8Array.from(data);
        return transfer({ pixels, milliseconds }, [pixels.buffer]);
      }),
    /** `log p(image | class)` for each class, nats. */
    readDigit: (pixels: Uint8Array): Promise<Float32Array> =>
      inTurn(async () => {
        const model = inHand();
        const count = classesOf(model).length;
        const images = spread(pixels, NOISE_DRAWS);
        const rows = new Float32Array(count * images.length);
        for (let label = 0; label < count; label++) rows.set(images, label * images.length);
        const labels = Array.from({ length: count * NOISE_DRAWS }, (_, row) =>
          Math.floor(row / NOISE_DRAWS),
        );
        const densities = await model.logProb(
          { data: rows, shape: [labels.length, ...model.shape] },
          { context: oneHot(labels, count) },
        );
        return Float32Array.from({ length: count }, (_, label) =>
          logMean(densities.subarray(label * NOISE_DRAWS, (label + 1) * NOISE_DRAWS)),
        );
      }),
    /** The latents of an image, given a context. */
    encodeDigit: (pixels: Uint8Array, context: Float32Array): Promise<Float32Array> =>
      inTurn(async () => {
        const model = inHand();
        // A whole value is the middle of its cell.
        const rows = { data: Float32Array.from(pixels), shape: [1, ...model.shape] };
        const { data } = await model.encode(rows, {
          context: { data: context, shape: [1, context.length] },
        });
        return transfer(data, [data.buffer]);
      }),
    /** Images of latents, each with its context. */
    decodeDigits: (latents: Float32Array, context: Float32Array): Promise<Uint8Array> =>
      inTurn(async () => {
        const pixels = await decode(latents, context);
        return transfer(pixels, [pixels.buffer]);
      }),
  };
}

async function fetchBytes(address: string): Promise<Uint8Array> {
  const response = await fetch(address).catch((error: unknown) => {
    throw new Error(`${address} could not be fetched: ${String(error)}.`);
  });
  if (!response.ok) {
    throw new Error(`${address} could not be fetched: the host answered ${response.status}.`);
  }
  return new Uint8Array(await response.arrayBuffer());
}

/** @returns a text that says why, for a model that is none of digits. */
function describe(model: Model): DigitsModel | string {
  const [channels, height, width] = model.shape;
  const { contextNames, condShape } = model;
  if (channels !== 1 || !height || !width || model.shape.length !== 3) {
    return `holds events of shape ${model.shape.join(" × ")}; this scene shows images of one channel.`;
  }
  if (!contextNames || condShape?.length !== 1) {
    return "takes no named classes as its context; this scene chooses among classes.";
  }
  const values = valuesOf(model);
  if (!Number.isInteger(values)) return "has pixels that are no whole numbers from 0 upward.";
  return { height, width, classes: contextNames, values, parameters: model.parameterCount };
}

function valuesOf({ columns }: Model): number {
  const [low, high] = columns[0]?.range ?? [];
  return low === 0 ? (high ?? Number.NaN) + 1 : Number.NaN;
}

const sizeOf = ({ shape }: Model) => shape.reduce((size, length) => size * length, 1);

const classesOf = ({ contextNames }: Model) => contextNames ?? [];

function oneHot(labels: readonly number[], classes: number) {
  const data = new Float32Array(labels.length * classes);
  for (const [row, label] of labels.entries()) data[row * classes + label] = 1;
  return { data, shape: [labels.length, classes] };
}

/** Images spread evenly over the cells of their pixels, several times. */
function spread(pixels: Uint8Array, times: number): Float32Array {
  const { uniform } = randomOf(NOISE_SEED);
  return Float32Array.from(
    { length: times * pixels.length },
    (_, i) => (pixels[i % pixels.length] as number) + uniform() - 0.5,
  );
}

/** `log mean exp`. */
function logMean(values: Float32Array): number {
  const top = Math.max(...values);
  const sum = values.reduce((total, value) => total + Math.exp(value - top), 0);
  return top + Math.log(sum / values.length);
}
