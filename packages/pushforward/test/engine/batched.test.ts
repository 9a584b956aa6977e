import { afterEach, describe, expect, test, vi } from "vitest";
import {
  ArraySpec,
  type Engine,
  type EngineArray,
  type EngineChoice,
  mapRows,
  type NDArray,
  type Program,
  startEngine,
} from "../../src/engine/index.ts";
import { engines } from "../support/engines.ts";

afterEach(() => void vi.restoreAllMocks());

type RowProgram = Program<[NDArray[]], NDArray[]>;

/** A program of rows; `sizes` hears how many it is given each time. */
async function compileRows(
  choice: EngineChoice,
  fn: (rows: NDArray[]) => NDArray[],
  specs: ArraySpec[],
  sizes: number[] = [],
): Promise<RowProgram> {
  const engine: Engine = await startEngine(choice);
  const program: RowProgram = engine.compile(fn, [specs]);
  return {
    ...program,
    run(batch) {
      sizes.push((batch as EngineArray[])[0]!.shape[0]!);
      return program.run(batch);
    },
  };
}

describe.each(engines)("mapRows on %s", (choice) => {
  test("rows come back in order; one row stands for all", async () => {
    const count = 5000;
    const each = Float64Array.from({ length: count }, (_, i) => i);
    const program = await compileRows(choice, ([a, b]) => [a!.add(b!.sum(1))], [
      new ArraySpec(["n"]),
      new ArraySpec(["n", 2]),
    ]);
    const inputs = [
      { data: each, shape: [] },
      { data: Float32Array.of(0.25, 0.5), shape: [2] },
    ];
    const [sums] = await mapRows(program, inputs, count);
    expect(sums).toEqual(Float32Array.from(each, (value) => value + 0.75));
    program.dispose();
  });

  test("several outputs of several widths", async () => {
    const count = 1030;
    const data = Float32Array.from({ length: 2 * count }, (_, i) => i);
    const program = await compileRows(choice, ([x]) => [x!.ref.sum(1), x!.mul(2)], [
      new ArraySpec(["n", 2]),
    ]);
    const [sums, doubles] = await mapRows(program, [{ data, shape: [2] }], count);
    expect(doubles).toEqual(data.map((value) => 2 * value));
    expect(sums).toEqual(Float32Array.from({ length: count }, (_, row) => 4 * row + 1));
    program.dispose();
  });
});

describe("batch sizes", () => {
  const sizesFor = async (choice: EngineChoice, count: number) => {
    const sizes: number[] = [];
    const add = ([x]: NDArray[]) => [x!.add(1)];
    const program = await compileRows(choice, add, [new ArraySpec(["n"])], sizes);
    const data = Float32Array.from({ length: count }, (_, i) => i);
    const [values] = await mapRows(program, [{ data, shape: [] }], count);
    expect(values).toEqual(data.map((value) => value + 1));
    program.dispose();
    return sizes;
  };

  test("jax-js gets full batches only: each size is a compilation", async () => {
    expect(new Set(await sizesFor("jax", 9000)).size).toBe(1);
    expect(new Set(await sizesFor("jax", 3)).size).toBe(1);
  });

  test.runIf(engines.includes("onnx"))("ONNX Runtime gets the rows there are", async () => {
    const sizes = await sizesFor("onnx", 2500);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(2500);
    expect(await sizesFor("onnx", 3)).toEqual([3]);
  });
});

test("long work lets timers have their turn, short work does not wait for them", async () => {
  let now = performance.now();
  let step = 0;
  vi.spyOn(performance, "now").mockImplementation(() => {
    now += step;
    return now;
  });
  // On jax-js, which computes in the call: ONNX Runtime waits for a turn of the event loop itself.
  const program = await compileRows("jax", ([x]) => [x!.add(1)], [new ArraySpec(["n"])]);
  /** Whether a timer set before a call had its turn when the call has ended. */
  async function timerRuns(): Promise<boolean> {
    let ran = false;
    const timer = setTimeout(() => {
      ran = true;
    }, 0);
    await mapRows(program, [{ data: new Float32Array(9000), shape: [] }], 9000);
    clearTimeout(timer);
    return ran;
  }
  step = 50;
  expect(await timerRuns()).toBe(true);
  step = 0;
  expect(await timerRuns()).toBe(false);
});
