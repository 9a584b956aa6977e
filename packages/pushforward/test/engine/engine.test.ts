import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { DomainError, EngineError } from "../../src/core/errors.ts";
import {
  ArraySpec,
  type Engine,
  type EngineArray,
  type EngineChoice,
  grad,
  hostArray,
  type NDArray,
  np,
  parseChoice,
  startEngine,
  useOnnxRuntime,
} from "../../src/engine/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { rejection } from "../support/collect.ts";
import { describeOnnx, engines } from "../support/engines.ts";
import { liveBuffers } from "../support/live-buffers.ts";
import { runElsewhere } from "../support/run-elsewhere.ts";

beforeEach(() => void vi.stubEnv("PUSHFORWARD_ENGINE", undefined));
afterEach(() => {
  vi.unstubAllEnvs();
  vi.doUnmock("onnxruntime-node");
});

/** Start an engine and keep what it has to say. */
async function startListening(choice?: EngineChoice) {
  const notices: string[] = [];
  const engine = await startEngine(choice, (message) => void notices.push(message));
  return { engine, notices };
}

function normals(seed: number, ...shape: number[]): EngineArray {
  const source = hostRandom(seed);
  const size = shape.reduce((product, extent) => product * extent, 1);
  const data = Float32Array.from({ length: size }, () => source.normal());
  return hostArray(data, shape);
}

const double = (x: NDArray) => x.mul(2);

/** What the engine makes of `x -> 2 x` at 1, 2, 3. */
async function doubled(engine: Engine): Promise<number[]> {
  const program = engine.compile(double, [new ArraySpec(["n"])]);
  const result = await program.run(hostArray(Float32Array.of(1, 2, 3), [3]));
  const values = [...(await result.data())];
  result.dispose();
  program.dispose();
  return values;
}

describe("the engine asked for", () => {
  test.each([
    ["auto", { executor: "auto", device: undefined }],
    ["jax", { executor: "jax", device: undefined }],
    ["jax:wasm", { executor: "jax", device: "wasm" }],
    ["jax:webgpu", { executor: "jax", device: "webgpu" }],
    ["jax:cpu", { executor: "jax", device: "cpu" }],
    ["onnx", { executor: "onnx", device: undefined }],
    ["onnx:cuda", { executor: "onnx", device: "cuda" }],
  ])("%s", (choice, parts) => {
    expect(parseChoice(choice)).toEqual(parts);
    vi.stubEnv("PUSHFORWARD_ENGINE", choice);
    expect(parseChoice(undefined)).toEqual(parts);
  });

  test("the option counts, then the environment, then auto", () => {
    expect(parseChoice(undefined).executor).toBe("auto");
    vi.stubEnv("PUSHFORWARD_ENGINE", "");
    expect(parseChoice(undefined).executor).toBe("auto");
    vi.stubEnv("PUSHFORWARD_ENGINE", "onnx");
    expect(parseChoice(undefined).executor).toBe("onnx");
    expect(parseChoice("jax").executor).toBe("jax");
  });

  test("a wrong name in the environment does not matter where an option is given", () => {
    vi.stubEnv("PUSHFORWARD_ENGINE", "torch");
    expect(parseChoice("onnx").executor).toBe("onnx");
  });

  test.each(["torch", "", "auto:cpu", "jax:", "jax:gpu", "onnx:", "onnx:cuda:0", "ONNX", " jax"])(
    'there is no "%s"',
    async (name) => {
      const error = await rejection(startEngine(name as EngineChoice));
      expect(error).toBeInstanceOf(DomainError);
      expect(error.message).toMatch(/^engine: /);
      expect(error.message).toContain(`"${name}"`);
      expect(error.message).toMatch(/auto, onnx, .*jax:wasm/);
    },
  );

  test("a wrong name in the environment is called by the variable's name", async () => {
    vi.stubEnv("PUSHFORWARD_ENGINE", "torch");
    const error = await rejection(startEngine());
    expect(error).toBeInstanceOf(DomainError);
    expect(error.message).toMatch(/^PUSHFORWARD_ENGINE: there is no "torch"/);
  });

  test("jax-js has one device for the whole program", async () => {
    expect((await startListening("jax")).engine.name).toBe("jax-js on wasm");
    const error = await rejection(startEngine("jax:cpu"));
    expect(error).toBeInstanceOf(DomainError);
    expect(error.message).toContain("wasm");
    expect((await startListening("jax:wasm")).engine.name).toBe("jax-js on wasm");
  });
});

describeOnnx("with ONNX Runtime", () => {
  test.each<[EngineChoice | undefined, string]>([
    [undefined, "auto"],
    ["auto", "auto"],
    ["onnx", "onnx"],
    ["onnx:cpu", "onnx"],
  ])("%s takes it, without a notice", async (choice) => {
    const { engine, notices } = await startListening(choice);
    expect(engine.name).toMatch(/^onnxruntime 1\.\d+\.\d+ on cpu$/);
    expect(await doubled(engine)).toEqual([2, 4, 6]);
    expect(notices).toEqual([]);
  });

  test("the environment decides where no option is given", async () => {
    vi.stubEnv("PUSHFORWARD_ENGINE", "jax");
    expect((await startListening()).engine.name).toBe("jax-js on wasm");
    expect((await startListening("onnx")).engine.name).toMatch(/^onnxruntime/);
  });
});

/** One notice, in one line, that says who stands in. */
function expectOneNotice(notices: readonly string[], about: RegExp): void {
  expect(notices).toEqual([expect.stringMatching(about)]);
  expect(notices[0]).toContain("jax-js on wasm");
  expect(notices[0]).not.toContain("\n");
}

describe("jax-js stands in, with one notice,", () => {
  test("where onnxruntime-node is not installed", async () => {
    const {
      engines: names,
      values,
      notices,
    } = await runElsewhere<{
      engines: string[];
      values: number[][];
      notices: string[];
    }>(`
      const notices = [];
      console.warn = (message) => notices.push(message);
      const [engines, values] = [[], []];
      for (const choice of ["auto", "onnx", "jax"]) {
        const engine = await startEngine(choice);
        const program = engine.compile((x) => x.mul(2), [new ArraySpec(["n"])]);
        const result = await program.run(hostArray(Float32Array.of(1, 2, 3), [3]));
        engines.push(engine.name);
        values.push([...await result.data()]);
      }
      report({ engines, values, notices });
    `);
    expect(names).toEqual(Array(3).fill("jax-js on wasm"));
    expect(values).toEqual(Array(3).fill([2, 4, 6]));
    // Said once, however often an engine is started.
    expectOneNotice(notices, /^pushforward: .*npm install onnxruntime-node/);
  });

  test.each(["1.16.3", "2.0.0", "0.9.0", ""])("for ONNX Runtime %s", async (version) => {
    const runtime = {
      InferenceSession: {},
      Tensor: class {},
      env: { versions: { common: version } },
    };
    vi.doMock("onnxruntime-node", () => runtime);
    const { engine, notices } = await startListening("auto");
    expect(engine.name).toBe("jax-js on wasm");
    expect(await doubled(engine)).toEqual([2, 4, 6]);
    expectOneNotice(notices, new RegExp(`ONNX Runtime ${version || "of unknown version"}.*1\\.17`));
  });

  test("for a module that cannot be loaded", async () => {
    vi.doMock("onnxruntime-node", () => {
      throw new Error("libonnxruntime.so: cannot open shared object file");
    });
    const { engine, notices } = await startListening("onnx");
    expect(await doubled(engine)).toEqual([2, 4, 6]);
    expectOneNotice(notices, /^onnxruntime-node /);
  });

  test("for a program that ONNX Runtime refuses", async () => {
    const refuse = () => Promise.reject(new Error("no kernel for Sinh\nstack of the session"));
    vi.doMock("onnxruntime-node", () => ({
      InferenceSession: { create: refuse },
      Tensor: class {},
      env: { versions: { common: "1.99.0" } },
    }));
    const { engine, notices } = await startListening("onnx");
    expect(await doubled(engine)).toEqual([2, 4, 6]);
    expectOneNotice(notices, /no kernel for Sinh/);
  });
});

test("useOnnxRuntime refuses what is no ONNX Runtime of a version that does", () => {
  const of = (common?: string) => ({ InferenceSession: {}, env: { versions: { common } } });
  for (const foreign of [of("1.16.0"), of("2.1.0"), of(), {}, { default: of("1.2.0") }]) {
    expect(() => useOnnxRuntime(foreign)).toThrow(EngineError);
  }
});

describeOnnx("jax-js stands in for ONNX Runtime, with one notice,", () => {
  test("where a provider does not load", async () => {
    const { engine, notices } = await startListening("onnx:nonsense");
    expectOneNotice(notices, /nonsense/);
    expect(engine.name).toBe("jax-js on wasm");
    expect(await doubled(engine)).toEqual([2, 4, 6]);
    expect(await doubled(engine)).toEqual([2, 4, 6]);
    expect(notices).toHaveLength(1);
  });

  /** A transform longer than any that is written in ONNX. */
  const transform = (x: NDArray) => {
    const { real, imag } = np.fft.fft({ real: x, imag: np.zeros([2048]) });
    imag.dispose();
    return real;
  };

  test("for a program with a primitive that has no counterpart, and for that one only", async () => {
    const { engine, notices } = await startListening("onnx");
    const x = normals(1, 2048);
    const program = engine.compile(transform, [new ArraySpec([2048])]);
    expect(notices).toEqual([]);
    const first = await (await program.run(x)).data();
    const second = await (await program.run(x)).data();
    expectOneNotice(notices, /`fft`/);
    const onJax = (await startListening("jax")).engine.compile(transform, [new ArraySpec([2048])]);
    expect(first).toEqual(await (await onJax.run(x)).data());
    expect(second).toEqual(first);
    expect(await program.batchesFor(5000)).toEqual({ size: 4096, exact: false });

    const other = engine.compile(double, [new ArraySpec(["n"])]);
    await other.run(x);
    expect(await other.batchesFor(500)).toMatchObject({ exact: true });
    expect(notices).toHaveLength(1);
    for (const each of [program, onJax, other]) each.dispose();
  });

  test("calls at once wait for the one program", async () => {
    const { engine, notices } = await startListening("onnx");
    const program = engine.compile(transform, [new ArraySpec([2048])]);
    const [a, b] = await Promise.all([
      program.run(normals(1, 2048)),
      program.run(normals(2, 2048)),
    ]);
    expect(await a.data()).not.toEqual(await b.data());
    expect(notices).toHaveLength(1);
    program.dispose();
  });
});

describe.each(engines)("a program on %s", (choice) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine(choice);
  });

  test("an error of the function itself is not taken for a program that does not run", async () => {
    const program = engine.compile(
      (_: NDArray): NDArray => {
        throw new RangeError("mine");
      },
      [new ArraySpec(["n"])],
    );
    await expect(program.run(normals(0, 3))).rejects.toThrow(RangeError);
  });

  test("arguments are trees and go by name; those that are not used may be there", async () => {
    type Given = { a: NDArray; pair: [NDArray, { b: NDArray }]; unused: NDArray };
    const leaf = new ArraySpec(["n"]);
    const program = engine.compile(
      ({ a, pair: [c, { b }], unused }: Given) => {
        unused.dispose();
        return { difference: a.sub(b.ref), nested: [b.mul(10).add(c)] };
      },
      [{ a: leaf, pair: [leaf, { b: leaf }], unused: leaf }],
    );
    const [a, b, c, unused] = [
      [1, 2],
      [30, 40],
      [500, 600],
      [7, 7],
    ].map((values) => hostArray(Float32Array.from(values), [2])) as [
      EngineArray,
      EngineArray,
      EngineArray,
      EngineArray,
    ];
    for (const given of [
      { a, pair: [c, { b }], unused },
      { unused, pair: [c, { b }], a },
    ]) {
      const { difference, nested } = await program.run(given as never);
      expect([...(await difference.data())]).toEqual([-29, -38]);
      expect([...(await nested[0]!.data())]).toEqual([800, 1000]);
    }
    program.dispose();
  });

  test("results may be arguments, constants, or constants for each row", async () => {
    const program = engine.compile(
      (x: NDArray) => {
        const rows = x.shape[0]!;
        return [x, np.array([1, 2]), np.full([rows, 2], 3)];
      },
      [new ArraySpec(["n", 2])],
    );
    for (const rows of [1, 4]) {
      const x = normals(rows, rows, 2);
      const results = await program.run(x);
      const [same, constant, filled] = await Promise.all(results.map((each) => each.data()));
      expect(results.map(({ shape }) => [...shape])).toEqual([[rows, 2], [2], [rows, 2]]);
      expect(same).toEqual(await x.data());
      expect([...constant!]).toEqual([1, 2]);
      expect([...filled!]).toEqual(Array(2 * rows).fill(3));
    }
    program.dispose();
  });

  test("means over rows are over the rows there are, the number of rows is what it is", async () => {
    const program = engine.compile(
      (x: NDArray) => {
        const slope = grad((each: NDArray) => np.square(each).mean())(x.ref) as NDArray;
        const deviation = np.std(x.ref, 0);
        return [x.ref.mean(0), x.ref.mean(), deviation, slope, x.sum().mul(0).add(x.shape[0]!)];
      },
      [new ArraySpec(["n", 2])],
    );
    for (const rows of [1, 3, 10]) {
      const x = normals(rows, rows, 2);
      const values = [...(await x.data())];
      const results = await program.run(x);
      const got = await Promise.all(results.map(async (each) => [...(await each.data())]));
      const meanOf = (list: number[]) => list.reduce((sum, value) => sum + value / list.length, 0);
      const columns = [0, 1].map((column) => values.filter((_, i) => i % 2 === column));
      const expected = [
        columns.map(meanOf),
        [meanOf(values)],
        columns.map((list) => Math.sqrt(meanOf(list.map((v) => (v - meanOf(list)) ** 2)))),
        values.map((value) => value / rows),
        [rows],
      ];
      for (const [index, list] of expected.entries()) {
        expect(got[index]).toHaveLength(list.length);
        for (const [i, value] of list.entries()) expect(got[index]![i]).toBeCloseTo(value, 4);
      }
    }
    program.dispose();
  });

  test("numbers of every type go in and come out", async () => {
    const specs = (["float32", "int32", "uint32", "bool"] as const).map(
      (dtype) => new ArraySpec(["n"], dtype as never),
    );
    const program = engine.compile(
      (f: NDArray, i: NDArray, u: NDArray, b: NDArray) => [
        np.where(b.ref, f, -1),
        i.sub(5),
        u.add(np.array([1], { dtype: np.uint32 })),
        np.logicalNot(b),
      ],
      specs,
    );
    const truth = (await startEngine("jax")).compileOnJax((x: NDArray) => np.greater(x, 0));
    const results = await program.run(
      hostArray(Float32Array.of(0.5, 1.5, 2.5), [3]),
      hostArray(Int32Array.of(-(2 ** 31) + 5, 0, 7), [3]),
      hostArray(Uint32Array.of(0, 2 ** 31, 2 ** 32 - 1), [3]),
      await truth.run(hostArray(Float32Array.of(1, -1, 1), [3])),
    );
    expect(results.map(({ dtype }) => dtype)).toEqual(["float32", "int32", "uint32", "bool"]);
    expect(await Promise.all(results.map((each) => each.data()))).toEqual([
      Float32Array.of(0.5, -1, 2.5),
      Int32Array.of(-(2 ** 31), -5, 2),
      Uint32Array.of(1, 2 ** 31 + 1, 0),
      Uint8Array.of(0, 1, 0),
    ]);
    program.dispose();
  });

  test("arguments stay as they are, and results live as long as their owner wants", async () => {
    const program = engine.compile(double, [new ArraySpec(["n"])]);
    const x = hostArray(Float32Array.of(1, 2), [2]);
    const first = await program.run(x);
    const second = await program.run(first);
    await program.run(second);
    expect([...(await x.data())]).toEqual([1, 2]);
    expect([...(await first.data())]).toEqual([2, 4]);
    expect([...(await second.data())]).toEqual([4, 8]);
    program.dispose();
    expect([...(await first.data())]).toEqual([2, 4]);
  });

  test("many runs at once do not mix", async () => {
    const program = engine.compile((x: NDArray) => x.ref.mul(x).sum(1), [new ArraySpec(["n", 3])]);
    const inputs = Array.from({ length: 20 }, (_, i) => normals(i, 1 + (i % 4), 3));
    const results = await Promise.all(inputs.map((x) => program.run(x)));
    for (const [i, x] of inputs.entries()) {
      const values = await x.data();
      const got = await results[i]!.data();
      for (const [row, value] of got.entries()) {
        const [a, b, c] = values.slice(3 * row, 3 * row + 3) as Float32Array;
        expect(value).toBeCloseTo(a! ** 2 + b! ** 2 + c! ** 2, 4);
      }
    }
    program.dispose();
  });

  test("it is built at its first run, and freed by dispose, before or after", async () => {
    let traced = 0;
    const weights = np.array([1, 2, 3]);
    const fn = (x: NDArray) => {
      traced++;
      return x.add(weights.ref);
    };
    const specs = [new ArraySpec(["n", 3])];
    engine.compile(fn, specs).dispose();
    expect(traced).toBe(0);
    const before = await liveBuffers();
    for (let i = 0; i < 3; i++) {
      const program = engine.compile(fn, specs);
      const result = await program.run(normals(0, 4, 3));
      await result.data();
      result.dispose();
      program.dispose();
      program.dispose();
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
    // ONNX Runtime's executor traces at two numbers of rows.
    expect(traced).toBe(choice === "jax" ? 3 : 6);
    expect(await liveBuffers()).toBe(before);
    weights.dispose();
  });
});

describeOnnx("one program serves every number of rows", () => {
  test("1, 7, 100 and 4097 rows give what jax-js gives, gradients included", async () => {
    const loss = (weights: NDArray, x: NDArray) => {
      const hidden = np.tanh(np.matmul(x, weights.ref));
      return np.matmul(hidden, weights.transpose()).sum(1);
    };
    let traced = 0;
    const both = (weights: NDArray, x: NDArray): NDArray[] => {
      traced++;
      const total = (w: NDArray) => loss(w, x.ref).sum();
      const slope = grad(total)(weights.ref) as NDArray;
      return [loss(weights, x), slope];
    };
    const specs = [new ArraySpec([3, 5]), new ArraySpec(["n", 3])];
    const [onnx, jax] = await Promise.all(
      (["onnx", "jax"] as const).map(async (choice) =>
        (await startEngine(choice)).compile(both, specs),
      ),
    );
    const weights = normals(1, 3, 5);
    for (const rows of [1, 7, 100, 4097]) {
      const x = normals(rows, rows, 3);
      const [got, expected] = await Promise.all([onnx!.run(weights, x), jax!.run(weights, x)]);
      for (const index of [0, 1]) {
        const [a, b] = await Promise.all([got[index]!.data(), expected[index]!.data()]);
        expect(a).toHaveLength(b.length);
        const largest = Math.max(...Array.from(b, Math.abs));
        for (const [i, value] of b.entries()) {
          expect(Math.abs(a[i]! - value) / largest, `${rows} rows, ${i}`).toBeLessThan(2e-5);
        }
      }
    }
    // Twice for all numbers of rows, and once for each.
    expect(traced).toBe(2 + 4);
    onnx!.dispose();
    jax!.dispose();
  });

  test("batches are as long as there are rows, up to a limit", async () => {
    const program = (await startEngine("onnx")).compile(double, [new ArraySpec(["n"])]);
    expect(await program.batchesFor(3)).toEqual({ size: 3, exact: true });
    const { size, exact } = await program.batchesFor(1e6);
    expect(exact).toBe(true);
    expect(size).toBeLessThan(1e5);
    program.dispose();
  });
});

describeOnnx("programs of both executors", () => {
  test("take each other's results", async () => {
    const { engine } = await startListening("onnx");
    const onnx = engine.compile(double, [new ArraySpec(["n"])]);
    const jax = engine.compileOnJax(double);
    const x = hostArray(Float32Array.of(1, -2), [2]);
    const first = await jax.run(await onnx.run(x));
    const second = await onnx.run(await jax.run(x));
    expect([...(await first.data())]).toEqual([4, -8]);
    expect([...(await second.data())]).toEqual([4, -8]);
    onnx.dispose();
    jax.dispose();
  });

  test("a session of ONNX Runtime is released by dispose", async () => {
    const runtime = await import("onnxruntime-node");
    let [open, made] = [0, 0];
    vi.doMock("onnxruntime-node", () => ({
      env: runtime.env,
      Tensor: runtime.Tensor,
      InferenceSession: {
        async create(...args: [Uint8Array, object]) {
          const session = await runtime.InferenceSession.create(...args);
          open++;
          made++;
          return {
            run: session.run.bind(session),
            release() {
              open--;
              return session.release();
            },
          };
        },
      },
    }));
    const { engine } = await startListening("onnx");
    const program = engine.compile(double, [new ArraySpec(["n"])]);
    const before = made;
    await program.run(hostArray(Float32Array.of(1), [1]));
    expect([made - before, open]).toEqual([1, 1]);
    program.dispose();
    program.dispose();
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(open).toBe(0);
  });
});
