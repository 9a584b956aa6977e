import { beforeAll, expect, test } from "vitest";
import { EngineError } from "../../../src/core/errors.ts";
import { ArraySpec } from "../../../src/engine/array-spec.ts";
import { type EngineArray, hostArray } from "../../../src/engine/engine-array.ts";
import type { Executor } from "../../../src/engine/executor.ts";
import { grad, type NDArray } from "../../../src/engine/jax.ts";
import { createOnnxExecutor } from "../../../src/engine/onnx/onnx-executor.ts";
import { ready } from "../../../src/engine/ready.ts";
import { hostRandom } from "../../../src/numerics/host-random.ts";
import { describeOnnx } from "../../support/engines.ts";
import { type RandomProgram, randomProgram } from "./random-program.ts";

/** Relative to the largest entry of each result. */
const TOLERANCE = 1e-5;

/** What is smaller need not be exact. */
const SMALLEST = 1e-2;

/** Programs that answer to a change of 1e-6 in the inputs with more than this are left out. */
const MOST_SENSITIVE = 3e-5;

/** Values of a program and the gradient of their sum, or sum of squares. */
function withGradients(program: RandomProgram, values: readonly number[], squares: boolean) {
  return (...args: NDArray[]): NDArray[] => {
    const rows = args[0]!.shape[0]!;
    const outputs = program.evaluate(
      args.map((each) => each.ref),
      rows,
      values,
    );
    const loss = (inputs: NDArray[]) =>
      program
        .evaluate(
          inputs.map((each) => each.ref),
          rows,
          values,
        )
        .map((each) => (squares ? each.ref.mul(each) : each).sum())
        .reduce((sum, term) => sum.add(term));
    return [...outputs, ...(grad(loss)(args) as unknown as NDArray[])];
  };
}

function randomArguments(program: RandomProgram, rows: number, seed: number): EngineArray[] {
  const random = hostRandom(seed, rows);
  return program.shapes(rows).map((shape) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    return hostArray(
      Float32Array.from({ length: size }, () => random.normal()),
      shape,
    );
  });
}

async function perturbed(args: readonly EngineArray[]): Promise<EngineArray[]> {
  const random = hostRandom(1, 1);
  return Promise.all(
    args.map(async (each) => {
      const data = (await each.data()) as Float32Array;
      return hostArray(
        data.map((value) => value * (1 + 1e-6 * random.normal())),
        each.shape,
      );
    }),
  );
}

/** Not compiled: jax-js 0.1.25 forgets the padding of constants when it compiles. */
async function runEagerly(
  fn: (...args: NDArray[]) => NDArray[],
  args: readonly EngineArray[],
): Promise<Float32Array[]> {
  const results = fn(...args.map((each) => each.toDevice()));
  return Promise.all(results.map(async (each) => (await each.data()) as Float32Array));
}

/**
 * The largest difference of two lists of arrays, relative to the largest entry of each array, or to a
 * tenth of the largest of all: what cancels is zero on one and a rounding error on the other.
 */
function distance(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  const sizes = b.map((expected) => Math.max(0, ...Array.from(expected, Math.abs)));
  const least = Math.max(SMALLEST, Math.max(...sizes) / 10);
  const each = b.map((expected, index) => {
    const values = a[index]!;
    if (values.length !== expected.length) return Number.POSITIVE_INFINITY;
    const scale = Math.max(least, sizes[index]!);
    return Math.max(0, ...Array.from(expected, (value, i) => Math.abs(values[i]! - value) / scale));
  });
  return Math.max(...each);
}

type Outcome = "same" | "ill-conditioned" | string;

let executor: Executor;
beforeAll(async () => {
  // Exact to rounding, as wasm is not.
  await ready("cpu");
  executor = await createOnnxExecutor("cpu");
});

/** Compare one program, lowered once, with jax-js at several numbers of rows. */
async function compare(
  program: RandomProgram,
  seed: number,
  values = program.results,
): Promise<Outcome> {
  const fn = withGradients(program, values, seed % 2 === 0);
  const specs = program.specs.map((shape) => new ArraySpec(shape));
  const lowered = await executor.build(fn as never, specs).catch((error: Error) => error);
  if (lowered instanceof Error) {
    if (lowered instanceof EngineError) return `${lowered.message}`;
    throw lowered;
  }
  const counts = program.specs.flat().includes("n") ? [5, 1, 13] : [1];
  let conditioned = true;
  try {
    for (const rows of counts) {
      const args = randomArguments(program, rows, seed);
      const expected = await runEagerly(fn, args);
      const nearby = await runEagerly(fn, await perturbed(args));
      if (!(distance(nearby, expected) < MOST_SENSITIVE)) conditioned = false;
      else {
        const results = (await lowered.run(args)) as EngineArray[];
        const got = await Promise.all(results.map((each) => each.data()));
        const error = distance(got, expected);
        if (!(error < TOLERANCE)) return `differs by ${error} at ${rows} rows`;
      }
    }
  } catch (error) {
    return String(error);
  } finally {
    lowered.dispose();
  }
  return conditioned ? "same" : "ill-conditioned";
}

/** The first value of a program that differs, and the steps that lead to it. */
async function explain(program: RandomProgram, seed: number, outcome: string): Promise<string> {
  for (let value = 0; value < program.size; value++) {
    const alone = await compare(program, seed, [value]);
    if (alone === "same" || alone === "ill-conditioned") continue;
    return `seed ${seed}: ${alone}\n${program.describe([value])}`;
  }
  return `seed ${seed}: ${outcome}\n${program.describe(program.results)}`;
}

/** Programs in each of the tests below. */
const COUNT = 50;

describeOnnx("random programs and their gradients", () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7])("give what jax-js gives (part %i)", async (part) => {
    const failures: string[] = [];
    let unclear = 0;
    for (let seed = part * COUNT; seed < (part + 1) * COUNT; seed++) {
      const program = randomProgram(seed);
      const outcome = await compare(program, seed);
      if (outcome === "ill-conditioned") unclear++;
      else if (outcome !== "same") failures.push(await explain(program, seed, outcome));
    }
    expect(failures.join("\n\n")).toBe("");
    expect(unclear).toBeLessThan(COUNT / 10);
  });
});
