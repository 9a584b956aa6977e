import { along } from "../core/along.ts";
import { layersOf } from "../core/bijector.ts";
import type { Column } from "../core/column.ts";
import type { Distribution } from "../core/distribution.ts";
import { EngineError } from "../core/errors.ts";
import { integersOf } from "../core/integer-data.ts";
import { parametersAt } from "../core/parameters.ts";
import { keyOf } from "../core/seed.ts";
import {
  ArraySpec,
  type NDArray,
  noiseRequests,
  np,
  type OnnxInterface,
  type Tree,
  toOnnx,
  tree,
  withNoise,
} from "../engine/index.ts";

/** The functions of a model that can be written as ONNX. */
export const onnxFunctions = ["logProb", "encode", "decode", "sample"] as const;

export type OnnxFunction = (typeof onnxFunctions)[number];

/** What is exported. */
export interface OnnxSubject {
  readonly flow: Distribution;
  readonly params: Tree;
  readonly columns: readonly Column[];
  readonly contextNames?: readonly string[] | undefined;
}

/** An input or an output of an exported function; all of them are float32. */
export interface OnnxTensor {
  readonly name: string;
  /** `"n"`: the number of rows, which differs from call to call. */
  readonly shape: readonly (number | "n")[];
  readonly meaning: string;
}

/** How an exported function is called. */
export interface OnnxSignature {
  readonly function: OnnxFunction;
  readonly inputs: readonly OnnxTensor[];
  readonly output: OnnxTensor;
}

/** A function of rows and contexts with its signature. */
interface Exported extends Omit<OnnxSignature, "function"> {
  readonly fn: (...args: NDArray[]) => NDArray;
}

/**
 * One function of a model as the bytes of an ONNX model, opset 18, for any number of rows `n`.
 *
 * @param who is named in messages.
 * @throws EngineError naming the layer that ONNX has no operators for.
 */
export async function encodeOnnx(
  subject: OnnxSubject,
  name: OnnxFunction,
  who: string,
): Promise<OnnxSignature & { bytes: Uint8Array }> {
  const { fn, inputs, output } = await exportedFunction(subject, name, who);
  const specs = inputs.map(({ shape }) => new ArraySpec(shape));
  const names: OnnxInterface = {
    inputs: inputs.map((input) => input.name),
    outputs: [output.name],
    card: cardOf(subject, name, [...inputs, output]),
  };
  try {
    const bytes = await toOnnx((...args: NDArray[]) => [fn(...args)], specs, names);
    return { function: name, inputs, output, bytes };
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
    const where = await guiltyLayer(subject, name);
    throw new EngineError(`${who}: ${where} cannot be written as ONNX: ${cause.message}`, {
      cause,
    });
  }
}

async function exportedFunction(
  subject: OnnxSubject,
  name: OnnxFunction,
  who: string,
): Promise<Exported> {
  const { flow, params, columns } = subject;
  const row: OnnxTensor["shape"] = ["n", ...flow.shape];
  const x = { name: "x", shape: row, meaning: meaningOf(flow, name) };
  const z = { name: "z", shape: row, meaning: "latents, distributed as the base" };
  const context = contextOf(flow);
  switch (name) {
    case "logProb":
      return {
        fn: (events, cond) => flow.logProb(tree.ref(params), events, cond),
        inputs: [x, ...context],
        output: { name: "log_prob", shape: ["n"], meaning: "log-density of each row, nats" },
      };
    case "encode":
      return {
        fn: (events, cond) => along(flow, params, "inverse", events, cond),
        inputs: [x, ...context],
        output: z,
      };
    case "decode":
      return {
        fn: (latents, cond) => along(flow, params, "forward", latents, cond),
        inputs: [z, ...context],
        output: x,
      };
    case "sample": {
      const { noise, draw } = await baseFromNoise(subject, who);
      return {
        fn: (...args) => {
          const cond = args[noise.length];
          const latents = draw(args.slice(0, noise.length), cond?.ref);
          return snapColumns(along(flow, params, "forward", latents, cond), columns);
        },
        inputs: [...noise, ...context],
        output: { ...x, meaning: integersOf(flow) ? x.meaning : "draws in the units of the data" },
      };
    }
  }
}

/** What rows of the data are. */
function meaningOf(flow: Distribution, name: OnnxFunction): string {
  const integers = integersOf(flow);
  if (!integers) return "rows in the units of the data";
  const pixels = `pixel values from ${integers.low} to ${integers.high}`;
  if (name !== "logProb") return pixels;
  return `${pixels}, spread over their cells: add even noise from -1/2 to 1/2`;
}

function contextOf({ condShape }: Distribution): OnnxTensor[] {
  if (!condShape) return [];
  return [{ name: "context", shape: ["n", ...condShape], meaning: "context of each row" }];
}

/** Number of draws while the noise that a base asks for is found out; no other extent is it. */
const PROBE = 7919;

/** Number of draws in which other random numbers than the noise show. */
const FEW = 32;

/**
 * The base's draws as a function of noise: the same noise gives the same draws, on every runtime.
 *
 * @throws EngineError when the base has other sources than noise for each draw.
 */
async function baseFromNoise({ flow, params }: OnnxSubject, who: string) {
  const { base } = flow.flow ?? { base: flow };
  const own = flow.flow ? (params as { base: Tree }).base : params;
  const sample = (seed: number, count: number, cond: NDArray | undefined): NDArray => {
    const context = base.condShape ? cond : undefined;
    const [z, logProb] = base.sampleAndLogProb(tree.ref(own), keyOf(seed), count, context);
    logProb.dispose();
    return z;
  };
  const anyContext = (count: number) =>
    base.condShape ? np.zeros([count, ...base.condShape]) : undefined;

  const requests = noiseRequests(() => sample(0, PROBE, anyContext(PROBE)));
  const perDraw = requests.every(({ shape }) => shape.includes(PROBE));
  const seen = (seed: number) =>
    withNoise(anyNoise, () => sample(seed, FEW, anyContext(FEW))).data() as Promise<Float32Array>;
  if (requests.length === 0 || !perDraw || !sameNumbers(await seen(0), await seen(1))) {
    throw new EngineError(
      `${who}: the base distribution (${base.kind}) draws random numbers that cannot be made an ` +
        'input. Export "decode", and draw from the base where you run it.',
    );
  }
  const axes = requests.map(({ shape }) => shape.indexOf(PROBE));
  const noise = requests.map(
    ({ kind, shape }, index): OnnxTensor => ({
      name: requests.length === 1 ? "noise" : `noise${index}`,
      shape: ["n", ...shape.toSpliced(axes[index], 1)],
      meaning: kind === "normal" ? "standard normal numbers" : "uniform numbers in [0, 1)",
    }),
  );
  const draw = (given: readonly NDArray[], cond: NDArray | undefined): NDArray => {
    const [count] = given[0].shape;
    const asAsked = given.map((each, index) => np.moveaxis(each, 0, axes[index]));
    return withNoise(
      () => asAsked.shift() as NDArray,
      () => sample(0, count, cond),
    );
  };
  return { noise, draw };
}

/** Noise like any other; zero would hide what it is multiplied by. */
const anyNoise = ({ shape }: { shape: readonly number[] }): NDArray => np.full([...shape], 0.5);

function sameNumbers(a: Float32Array, b: Float32Array): boolean {
  return a.every((value, index) => Object.is(value, b[index]));
}

/** Stands for infinity, which not all runtimes take as a constant. */
const LARGEST = 3e38;

/** Put columns on their grids and into their ranges, as `Model.sample` does. */
function snapColumns(x: NDArray, columns: readonly Column[]): NDArray {
  if (!columns.some(({ step, range }) => step !== undefined || range)) return x;
  const shape = [1, ...x.shape.slice(1)];
  const row = (value: (column: Column) => number) =>
    np.array(Float32Array.from(columns, value), { shape });
  const step = row((column) => column.step ?? 1);
  const origin = row((column) => column.origin ?? 0);
  const isOnGrid = row((column) => Number(column.step !== undefined)).greater(0.5);
  const low = row((column) => column.range?.[0] ?? -LARGEST);
  const high = row((column) => column.range?.[1] ?? LARGEST);
  const cells = np.floor(x.ref.sub(origin.ref).div(step.ref).add(0.5));
  const snapped = np.where(isOnGrid, cells.mul(step).add(origin), x);
  return np.minimum(np.maximum(snapped, low), high);
}

/** Which layer, or the base, makes the export impossible. */
async function guiltyLayer({ flow, params }: OnnxSubject, name: OnnxFunction): Promise<string> {
  if (!flow.flow) return `the distribution ${flow.kind}`;
  const { bijector, base } = flow.flow;
  const own = (params as { bijector: Tree }).bijector;
  const direction = name === "logProb" || name === "encode" ? "inverse" : "forward";
  for (const layer of layersOf(bijector)) {
    const { shape: event, condShape } = layer.bijector;
    const specs = condShape ? [event, condShape] : [event];
    const fn = (x: NDArray, cond?: NDArray) =>
      layer.bijector[`${direction}AndLogDet`](tree.ref(parametersAt(own, layer.path)), x, cond);
    const works = await toOnnx(
      fn as never,
      specs.map((shape) => new ArraySpec(["n", ...shape])),
    ).then(
      () => true,
      () => false,
    );
    if (!works) return `layer ${layer.path || "0"} (${layer.name})`;
  }
  const hasBase = name === "logProb" || name === "sample";
  return hasBase ? `the base distribution (${base.kind})` : "what the layers make together";
}

/** What a user of the file needs to know of it, as its metadata. */
function cardOf(
  { flow, columns, contextNames }: OnnxSubject,
  name: OnnxFunction,
  tensors: readonly OnnxTensor[],
): OnnxInterface["card"] {
  const flowName = flow.flow?.name ?? flow.kind;
  return {
    name: `${flowName} ${name}`,
    description: `${name} of a normalizing flow (${flowName}), written by pushforward`,
    metadata: {
      "pushforward.flow": flowName,
      "pushforward.function": name,
      "pushforward.shape": JSON.stringify(flow.shape),
      "pushforward.context_shape": JSON.stringify(flow.condShape),
      ...(contextNames && { "pushforward.context_names": JSON.stringify(contextNames) }),
      "pushforward.columns": JSON.stringify(integersOf(flow) ? [] : columns),
      "pushforward.tensors": JSON.stringify(
        Object.fromEntries(tensors.map((tensor) => [tensor.name, tensor.meaning])),
      ),
    },
  };
}
