import { jit } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import { EngineError } from "../../../src/core/errors.ts";
import { ArraySpec, grad, type NDArray, np, ready } from "../../../src/engine/index.ts";
import type { DType } from "../../../src/engine/jax.ts";
import { compileToOnnx } from "../../../src/engine/onnx/compile-to-onnx.ts";
import { specLeaves, trace } from "../../../src/engine/onnx/trace.ts";
import { N, show, traced } from "./passes/graphs.ts";

beforeAll(() => ready("cpu"));

const spec = (shape: (number | "n")[], dtype = "float32") => new ArraySpec(shape, dtype as DType);

test("arguments are trees: their leaves are the inputs, rows at the stand-in", async () => {
  const specs = [{ w: spec([3]), inner: [spec([2], "int32"), spec([], "bool")] }, spec(["n", 3])];
  const fn = ({ w, inner }: { w: NDArray; inner: NDArray[] }, x: NDArray) => {
    for (const each of inner) each.dispose();
    return x.mul(w);
  };
  const { graph } = await trace(fn as never, specs, N);
  const kinds = (leaves: readonly { shape: readonly unknown[]; dtype: string }[]) =>
    leaves.map(({ shape, dtype }) => `${dtype}[${shape}]`);
  const expected = ["float32[3]", "int32[2]", "bool[]", "float32[n,3]"];
  expect(kinds(graph.inputs).map((each) => each.replace(String(N), "n"))).toEqual(expected);
  expect(kinds(specLeaves(specs))).toEqual(expected);
  expect(graph.batch).toBe(N);
  expect(show(graph)).toEqual(["v0[n,3] = mul(d, a)", "return v0"]);
});

test("the result becomes the tree that the function returns", async () => {
  const fn = (x: NDArray) => ({ z: x.ref.add(1), all: [x.ref.neg(), { a: np.sin(x) }] });
  const { graph, toTree } = await trace(fn as never, [spec([2])], N);
  const ops = graph.outputs.map(
    (each) => graph.nodes.find(({ outputs }) => outputs[0] === each)!.op,
  );
  expect(toTree(ops)).toEqual({ z: "add", all: ["neg", { a: "sin" }] });
});

test("what the function closes over is constant, numbers of rank 0 are literals", async () => {
  const table = np.array([1, 2, 3]);
  const places = np.array([2, 0], { dtype: "int32" as DType });
  const truth = np.array([true, false, true]);
  const graph = await traced(
    (x: NDArray) => {
      const chosen = np.where(truth.ref, x, table.ref).add(np.array(7));
      return np.take(chosen, places.ref);
    },
    [[3]],
  );
  const lines = show(graph).join("\n");
  expect(lines).toContain("where(<1,0,1>:bool, a, <1,2,3>)");
  expect(lines).toContain(", 7)");
  expect(lines).toContain("<2,0>:int32");
  const constants = graph.nodes
    .flatMap(({ inputs }) => inputs)
    .filter((x) => x.kind === "constant");
  const layouts = constants.map(({ dtype, data }) => `${dtype} ${data.constructor.name}`).sort();
  expect(layouts).toEqual(["bool Uint8Array", "float32 Float32Array", "int32 Int32Array"]);
  // Tracing takes no ownership: the next one closes over the same arrays.
  expect([table, places, truth].map((each) => each.refCount)).toEqual([1, 1, 1]);
});

test("outputs may be inputs, known arrays and numbers", async () => {
  const graph = await traced((x: NDArray) => [x, np.array([1, 2]), np.array(3)], [["n"]]);
  expect(show(graph)).toEqual(["return a, <1,2>, 3"]);
});

test("functions compiled or differentiated inside are written out", async () => {
  const square = jit((x: NDArray) => jit((y: NDArray) => y.ref.mul(y))(x).sum());
  const graph = await traced((x: NDArray) => grad((y: NDArray) => square(y))(x), [["n"]]);
  const ops = graph.nodes.map(({ op }) => op);
  expect(ops).not.toContain("jit");
  expect(ops).toContain("mul");
});

test("arguments of other types keep them", async () => {
  const fn = (k: NDArray, x: NDArray) => np.where(k.greater(2), x, 0);
  const { graph } = await trace(fn as never, [spec(["n"], "int32"), spec(["n"])], N);
  expect(show(graph)).toEqual([
    "v0:bool[n] = compare(2, a) {op less}",
    "v1[n] = where(v0, b, 0)",
    "return v1",
  ]);
});

test("the stand-in for the rows is a number that nothing fixed is a multiple of", async () => {
  const weights = np.zeros([3, 2 * N]);
  const fixed = await trace(((x: NDArray) => np.dot(x, weights.ref)) as never, [spec(["n", 3])]);
  expect([fixed.anyRows, (2 * N) % fixed.graph.batch]).toEqual([true, (2 * N) % 1019]);
  weights.dispose();
});

test("the stand-in for the rows is a number that no fixed extent is a multiple of", async () => {
  const fn = (x: NDArray) => np.sin(x);
  const stands = async (...shape: (number | "n")[]) => (await trace(fn, [spec(shape)])).graph.batch;
  const usual = await stands("n", 3);
  for (const factor of [1, 2]) {
    const other = await stands("n", factor * usual);
    expect(other).not.toBe(usual);
    expect((factor * usual) % other).not.toBe(0);
  }
});

test.each<[string, (x: NDArray) => NDArray]>([
  ["a variance with Bessel's correction", (x) => np.var_(x, 0, { correction: 1 })],
  ["a root of the number of rows", (x) => x.mul(Math.sqrt(x.shape[0]!))],
  ["a choice by the number of rows", (x) => (x.shape[0]! % 4 === 1 ? np.sin(x) : np.cos(x))],
])("what is another program for another number of rows is refused: %s", async (_, fn) => {
  expect((await trace(fn, [spec(["n", 2])])).anyRows).toBe(false);
  await expect(compileToOnnx(fn, [spec(["n", 2])])).rejects.toThrow(EngineError);
});

test.each<[string, (x: NDArray) => NDArray]>([
  ["sums and means", (x) => x.ref.mean(0).add(np.square(x).sum(0))],
  ["row numbers", (x) => np.arange(x.shape[0]!).astype(np.float32).add(x.sum(1))],
  ["the number of rows", (x) => x.ref.mul(x.shape[0]!)],
  ["arrays of one number", (x) => np.full([...x.shape], 2).mul(x)],
])("what the rows only make longer is accepted: %s", async (_, fn) => {
  expect((await trace(fn, [spec(["n", 2])])).anyRows).toBe(true);
});
