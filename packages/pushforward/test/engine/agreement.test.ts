import { flows } from "pushforward";
import { beforeAll, describe, expect, test } from "vitest";
import type { Distribution } from "../../src/core/distribution.ts";
import {
  downloadParameters,
  flattenParameters,
  layoutOf,
  type ParameterLayout,
  splitParameters,
} from "../../src/core/parameters.ts";
import {
  ArraySpec,
  type Engine,
  type EngineArray,
  type EngineChoice,
  hostArray,
  type NDArray,
  type Program,
  random,
  ready,
  type SpecTree,
  startEngine,
  type Tree,
  valueAndGrad,
} from "../../src/engine/index.ts";
import { encodeModel } from "../../src/engine/onnx/encode.ts";
import { lower } from "../../src/engine/onnx/lower.ts";
import { optimize } from "../../src/engine/onnx/optimize.ts";
import { traceAt } from "../../src/engine/onnx/trace.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { compileTrainStep } from "../../src/training/train-step.ts";
import { compileValidation } from "../../src/training/validate.ts";
import { type ReferenceFlow, referenceLogProb } from "../flows/reference.ts";
import { describeOnnx, engines } from "../support/engines.ts";

type FlowName = keyof typeof flows;
type Options = Parameters<(typeof flows)["nsf"]["build"]>[0];

const names = Object.keys(flows) as FlowName[];

/** Those that there is an implementation in double precision of. */
const withReference = ["nsf", "realnvp", "nice"] as const;

const variety: [string, Options][] = [
  ["two dimensions", { features: 2, layers: 2, hidden: [16] }],
  ["one dimension", { features: 1, layers: 2 }],
  ["one dimension, given a context", { features: 1, context: 2, layers: 2, hidden: [8] }],
  ["a context and tanh", { features: 3, context: 2, layers: 2, hidden: [12], activation: "tanh" }],
  [
    "relu, deep",
    { features: 6, layers: 3, hidden: [10, 9, 8], activation: "relu", residual: false },
  ],
  ["no hidden layer", { features: 4, layers: 3, hidden: [], bins: 5, bound: 3, residual: false }],
  ["many dimensions", { features: 21, layers: 2, hidden: [24], bins: 3 }],
  ["as by default", { features: 5 }],
];

/** The others are made of the same parts: a few settings each. */
const few = ["a context and tanh"];

const withoutContext = ["radial", "sylvester", "linear"];
const withoutNetworks = [...withoutContext, "bnaf"];
/** Their networks are of their own kind: they have widths alone. */
const ownNetworks = ["residual"];
/** Few equal steps: what is compiled as a whole takes no others, and many make long programs. */
const solved = ["ffjord", "flow-matching"];
const solver = { method: "midpoint", steps: 1 };

/**
 * jax-js' logarithm on WebAssembly is off by up to 1.2e-5, and what takes many, or powers of what it gives, by
 * more.
 */
const limitOf = (name: FlowName) => (withReference.some((other) => other === name) ? 1e-4 : 2e-3);

const cases = names.flatMap((name) =>
  variety
    .filter(([label]) =>
      withoutContext.includes(name)
        ? label === "two dimensions"
        : few.includes(label) || withReference.some((other) => other === name),
    )
    .map(([label, options]): [FlowName, string, Options] => [name, label, options]),
);

/** The options without those that a flow has not. */
function knownTo(name: FlowName, { layers, bins, bound, ...options }: Options): Options {
  const { defaults } = flows[name];
  const { hidden, activation, residual, ...sizes } = options;
  return {
    ...(withoutNetworks.includes(name) || ownNetworks.includes(name) ? sizes : options),
    ...(ownNetworks.includes(name) && { hidden }),
    ...(solved.includes(name) && { solver }),
    ...("layers" in defaults && { layers }),
    ...("bins" in defaults && { bins, bound }),
  };
}

/** A flow with noise on its parameters, and rows for it, on the host. */
interface Setting {
  readonly flow: Distribution;
  readonly layout: ParameterLayout;
  readonly parameters: Float32Array;
  /** Arguments of a program: parameters, weights of the rows, rows, contexts. */
  readonly args: EngineArray[];
}

function normals(random: { normal(): number }, ...shape: number[]): EngineArray {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const data = Float32Array.from({ length: size }, () => random.normal());
  return hostArray(data, shape);
}

async function settingOf(name: FlowName, options: Options, rows: number): Promise<Setting> {
  const flow: Distribution = flows[name].build(knownTo(name, options));
  const start = flow.init(random.key(0));
  const layout = layoutOf(start);
  const source = hostRandom(7, rows);
  const fresh = await downloadParameters(start);
  const parameters = fresh.map((value) => value + 0.1 * source.normal());
  const args = [
    hostArray(parameters, [layout.size]),
    normals(source, rows),
    normals(source, rows, ...flow.shape),
    ...(flow.condShape ? [normals(source, rows, ...flow.condShape)] : []),
  ];
  return { flow, layout, parameters, args };
}

/** The log-densities, their weighted sum, and its gradient. */
function lossAndGradient({ flow, layout }: Setting) {
  const fn = (flat: NDArray, weights: NDArray, x: NDArray, cond?: NDArray): NDArray[] => {
    const loss = (pieces: NDArray[]) => {
      const logProbs = flow.logProb(layout.toTree(pieces), x, cond);
      return [logProbs.ref.mul(weights).sum(), logProbs];
    };
    const differentiate = valueAndGrad(loss as never, { hasAux: true }) as (
      pieces: NDArray[],
    ) => unknown;
    const [[sum, logProbs], slopes] = differentiate(splitParameters(layout, flat)) as unknown as [
      [NDArray, NDArray],
      NDArray[],
    ];
    return [logProbs, sum, flattenParameters(slopes)];
  };
  const specs = [
    new ArraySpec([layout.size]),
    new ArraySpec(["n"]),
    new ArraySpec(["n", ...flow.shape]),
    ...(flow.condShape ? [new ArraySpec(["n", ...flow.condShape])] : []),
  ];
  return { fn, specs };
}

/** Runs the program of the first setting, compiled once, with the arguments of each. */
async function runOn(
  choice: EngineChoice,
  ...settings: [Setting, ...Setting[]]
): Promise<Float32Array[][]> {
  const { fn, specs } = lossAndGradient(settings[0]);
  const engine = await startEngine(choice, (notice) => expect.fail(notice));
  const program = engine.compile(fn as (...args: NDArray[]) => NDArray[], specs);
  const values: Float32Array[][] = [];
  for (const { args } of settings) {
    const results = await program.run(...args);
    values.push(
      await Promise.all(results.map(async (each) => (await each.data()) as Float32Array)),
    );
    for (const each of results) each.dispose();
  }
  program.dispose();
  return values;
}

/** Holds what ONNX Runtime gives for each setting to what jax-js gives. */
async function expectAgreement(limit: number, ...settings: [Setting, ...Setting[]]): Promise<void> {
  const [onnx, jax] = [await runOn("onnx", ...settings), await runOn("jax", ...settings)];
  for (const [run, results] of jax.entries()) {
    for (const [index, expected] of results.entries()) {
      const error = relativeError(onnx[run]![index]!, expected);
      expect(error, `run ${run}, result ${index}`).toBeLessThan(limit);
    }
  }
}

/** The largest difference relative to the largest entry. */
function relativeError(values: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(values.length).toBe(expected.length);
  const scale = Math.max(...Array.from(expected, Math.abs));
  return Math.max(...Array.from(expected, (value, i) => Math.abs(values[i]! - value) / scale));
}

beforeAll(() => ready());

describeOnnx("ONNX Runtime and jax-js agree on log-density, loss and gradient", () => {
  test.each(cases)("%s, %s", async (name, _, options) => {
    await expectAgreement(limitOf(name), await settingOf(name, options, 50));
  });

  test.each(withReference)("%s, one program at 1, 2 and 1025 rows", async (name) => {
    const at = (rows: number) =>
      settingOf(name, { features: 3, context: 1, layers: 2, hidden: [8] }, rows);
    await expectAgreement(1e-4, await at(1), await at(2), await at(1025));
  });
});

describe("differentiation against differences in double precision", () => {
  const small: Options[] = [
    { features: 2, layers: 2, hidden: [4], activation: "silu" },
    { features: 1, layers: 1 },
    { features: 1, context: 1, layers: 1, hidden: [3], activation: "tanh" },
    { features: 3, context: 2, layers: 2, hidden: [4, 3], activation: "relu", residual: false },
  ];

  test.each(withReference.flatMap((name) => small.map((options) => [name, options] as const)))(
    `%s %o on ${engines.join(" and ")}`,
    async (name, given) => {
      const rows = 20;
      const options = { bins: 4, bound: 3, activation: "silu", layers: 1, ...given } as const;
      const setting = await settingOf(name, options, rows);
      const [, weights, x, cond] = await Promise.all(setting.args.map((each) => each.data()));
      const at = (parameters: ArrayLike<number>) => {
        const { features, context = 0 } = options;
        return Array.from({ length: rows }, (_, row) =>
          referenceLogProb(
            { name, ...options } satisfies ReferenceFlow,
            setting.layout,
            parameters,
            [...x!.slice(row * features, (row + 1) * features)],
            [...(cond?.slice(row * context, (row + 1) * context) ?? [])],
          ),
        );
      };
      const total = (parameters: ArrayLike<number>) =>
        at(parameters).reduce((sum, value, row) => sum + value * weights![row]!, 0);
      const exact = Float64Array.from(setting.parameters);
      const step = 1e-5;
      const differences = exact.map((value, i) => {
        const above = total(exact.with(i, value + step));
        const below = total(exact.with(i, value - step));
        return (above - below) / (2 * step);
      });

      for (const choice of engines) {
        const [[logProbs, [loss], gradient]] = (await runOn(choice, setting)) as [
          [Float32Array, Float32Array, Float32Array],
        ];
        expect(relativeError(logProbs, at(exact)), choice).toBeLessThan(2e-5);
        expect(Math.abs(loss! - total(exact)), choice).toBeLessThan(1e-3);
        expect(relativeError(gradient, differences), choice).toBeLessThan(1e-4);
      }
    },
  );
});

/** What is given to an engine to compile. */
interface Compilation {
  fn: (...args: never[]) => Tree;
  specs: readonly SpecTree[];
}

/** The functions that a caller gives to its engine. */
function compilationsOf(call: (engine: Engine) => void): Compilation[] {
  const seen: Compilation[] = [];
  const compile = (fn: Compilation["fn"], specs: readonly SpecTree[]) => {
    seen.push({ fn, specs });
    return {} as Program<never, never>;
  };
  call({ name: "listening", compile, compileOnJax: compile } as never);
  return seen;
}

async function modelAt({ fn, specs }: Compilation, batch: number): Promise<Uint8Array> {
  const { graph } = await traceAt(fn, specs, batch);
  const inputs = graph.inputs.map((_, index) => `input${index}`);
  const outputs = graph.outputs.map((_, index) => `output${index}`);
  return encodeModel(lower(optimize(graph), { inputs, outputs }));
}

describe("the number that stands for the rows leaves no trace in the ONNX model", () => {
  test.each(cases.filter(([, label]) => label !== "as by default"))(
    "%s, %s",
    async (name, _, options) => {
      const { flow, layout } = await settingOf(name, options, 1);
      const compilations = compilationsOf((engine) => {
        const adam = { optimizer: "adamw", weightDecay: 0.1, clipNorm: 5 } as const;
        compileTrainStep(engine, flow, layout, adam);
        compileValidation(engine, flow, layout);
      });
      // The evaluation of a flow that is solved is several programs, each compiled when it is needed.
      expect(compilations).toHaveLength(solved.includes(name) ? 1 : 2);
      for (const each of compilations) {
        const [one, other] = [await modelAt(each, 8191), await modelAt(each, 7919)];
        expect(Buffer.compare(one, other)).toBe(0);
      }
    },
  );
});
