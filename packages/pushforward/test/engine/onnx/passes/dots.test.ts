import { beforeAll, expect, test } from "vitest";
import { grad, type NDArray, np, ready } from "../../../../src/engine/index.ts";
import type { Graph } from "../../../../src/engine/onnx/graph.ts";
import { optimize } from "../../../../src/engine/onnx/optimize.ts";
import { foldAlgebra } from "../../../../src/engine/onnx/passes/algebra.ts";
import { makeBroadcastsLazy } from "../../../../src/engine/onnx/passes/broadcast.ts";
import { simplifyConstants } from "../../../../src/engine/onnx/passes/constants.ts";
import { removeDeadCode } from "../../../../src/engine/onnx/passes/dead-code.ts";
import { recognizeDots } from "../../../../src/engine/onnx/passes/dots.ts";
import { collapseViews } from "../../../../src/engine/onnx/passes/views.ts";
import { type Argument, type Draft, draft, expectSameMeaning, N, show, traced } from "./graphs.ts";
import { expectMeaningKept, randomGraph } from "./random-graph.ts";

/** What the pass makes of a graph, views collapsed. */
function rewritten(make: (draft: Draft) => readonly Argument[]): string[] {
  const graph = draft(make);
  const result = collapseViews(recognizeDots(graph));
  expectSameMeaning(result, graph);
  expect(result.nodes.map(({ op }) => op)).not.toContain("dot");
  return show(removeDeadCode(result));
}

/** The product of two arrays of the given shapes, summed over the last axis. */
const dot = (x: number[], y: number[], ...dtypes: string[]) =>
  rewritten(({ op, input }) => [op("dot", [input(x, dtypes[0]), input(y, dtypes[1])])]);

test("axes that one operand alone has are rows and columns", () => {
  expect(dot([N, 1, 3], [1, 4, 3])).toEqual([
    "v0[n,3] = reshape(a) {shape [n,3]}",
    "v1[4,3] = reshape(b) {shape [4,3]}",
    "v2[n,4] = gemm(v0, v1) {transA false, transB true}",
    "return v2",
  ]);
  // The operand whose axis comes first in the result has the rows: nothing is transposed.
  expect(dot([1, 4, 3], [N, 1, 3])).toEqual([
    "v0[n,3] = reshape(b) {shape [n,3]}",
    "v1[4,3] = reshape(a) {shape [4,3]}",
    "v2[n,4] = gemm(v0, v1) {transA false, transB true}",
    "return v2",
  ]);
});

test("neighbouring axes of one operand count as one", () => {
  expect(dot([2, N, 1, 3], [5, 3])).toEqual([
    `v0[${2 * N},3] = reshape(a) {shape [${2 * N},3]}`,
    `v1[${2 * N},5] = gemm(v0, b) {transA false, transB true}`,
    "v2[2,n,5] = reshape(v1) {shape [2,n,5]}",
    "return v2",
  ]);
});

test("axes of both operands are a batch of products", () => {
  expect(dot([2, N, 1, 3], [2, 1, 4, 3])).toEqual([
    "v0[2,n,3] = reshape(a) {shape [2,n,3]}",
    "v1[2,4,3] = reshape(b) {shape [2,4,3]}",
    "v2[2,3,4] = transpose(v1) {perm [0,2,1]}",
    "v3[2,n,4] = matmul(v0, v2)",
    "return v3",
  ]);
});

test("rows and columns may lie anywhere; the result is put in order", () => {
  expect(dot([2, 1, 4, 3], [1, 5, 1, 3])).toEqual([
    "v0[5,3] = reshape(b) {shape [5,3]}",
    "v1[8,3] = reshape(a) {shape [8,3]}",
    "v2[8,5] = gemm(v1, v0) {transA false, transB true}",
    "v3[2,4,5] = reshape(v2) {shape [2,4,5]}",
    "v4[2,5,4] = transpose(v3) {perm [0,2,1]}",
    "return v4",
  ]);
  expect(dot([4, N, 3], [N, 3])).toEqual([
    "v0[n,4,3] = transpose(a) {perm [1,0,2]}",
    "v1[n,3,1] = reshape(b) {shape [n,3,1]}",
    "v2[n,4,1] = matmul(v0, v1)",
    "v3[n,4] = reshape(v2) {shape [n,4]}",
    "v4[4,n] = transpose(v3) {perm [1,0]}",
    "return v4",
  ]);
});

test("a vector is a matrix of one row, on either side", () => {
  const lines = [
    "v0[1,3] = reshape(b) {shape [1,3]}",
    "v1[n,1] = gemm(a, v0) {transA false, transB true}",
  ];
  expect(dot([N, 3], [3]).slice(0, 2)).toEqual(lines);
  expect(dot([3], [N, 3]).slice(0, 2)).toEqual([
    "v0[1,3] = reshape(a) {shape [1,3]}",
    "v1[n,1] = gemm(b, v0) {transA false, transB true}",
  ]);
});

test("where no operand has an axis of its own it stays arithmetic", () => {
  const lines = ["v0[n,3] = mul(a, b)", "v1[n] = reduce(v0) {op Add, axis [1]}", "return v1"];
  expect(dot([N, 3], [N, 3])).toEqual(lines);
  expect(dot([3], [3])).toEqual([
    "v0[3] = mul(a, b)",
    "v1[] = reduce(v0) {op Add, axis [0]}",
    "return v1",
  ]);
});

test("an outer product is a product of numbers, not of matrices", () => {
  expect(dot([N, 1, 1], [4, 1])).toEqual([
    "v0[1,4,1] = reshape(b) {shape [1,4,1]}",
    "v1[n,4,1] = mul(a, v0)",
    "v2[n,4] = reshape(v1) {shape [n,4]}",
    "return v2",
  ]);
});

test("an operand that is repeated along the sum is a factor of the other one's sum", () => {
  expect(dot([N, 1], [3])).toEqual([
    "v0[1,3] = reshape(b) {shape [1,3]}",
    "v1[1] = reduce(v0) {op Add, axis [1]}",
    "v2[n] = reshape(a) {shape [n]}",
    "v3[n] = mul(v2, v1)",
    "return v3",
  ]);
  expect(dot([N, 3], []).slice(0, 1)).toEqual(["v0[n] = reduce(a) {op Add, axis [1]}"]);
});

test("an operand may be multiplied by itself", () => {
  const lines = rewritten(({ op, input }) => {
    const x = input([N, 3]);
    const columns = op("reshape", [x], { shape: [N, 1, 3] });
    return [op("dot", [x, x]), op("dot", [columns, x])];
  });
  expect(lines.slice(0, 3)).toEqual([
    "v0[n,3] = mul(a, a)",
    "v1[n] = reduce(v0) {op Add, axis [1]}",
    "v2[n,n] = gemm(a, a) {transA false, transB true}",
  ]);
});

test("operands of other types become floats first: a sum of truth values is their disjunction", () => {
  expect(dot([N, 1, 3], [4, 3], "bool", "float32")).toContain(
    "v0[n,1,3] = cast(a) {dtype float32}",
  );
  expect(dot([2, 1], [3], "float32", "bool")[0]).toBe("v0[3] = cast(b) {dtype float32}");
  expect(dot([2, 3], [2, 3], "int32", "float32")[0]).toBe("v0[2,3] = cast(a) {dtype float32}");
});

test.each(["int32", "uint32", "bool"])("products of type %s stay arithmetic", (dtype) => {
  const ops = rewritten(({ op, input }) => [
    op("dot", [input([N, 1, 3], dtype), input([4, 3], dtype)]),
    op("dot", [input([2, 1], dtype), input([3], dtype)]),
  ]).join();
  expect(ops).not.toMatch(/gemm|matmul/);
});

test("sums over nothing and arrays without entries are products too", () => {
  for (const [x, y] of [
    [
      [N, 1, 0],
      [4, 0],
    ],
    [
      [0, 1, 3],
      [4, 3],
    ],
    [
      [2, 0],
      [2, 0],
    ],
  ] as const) {
    expect(dot([...x], [...y]).at(-1)).toMatch(/^return/);
  }
});

test("random graphs keep their meaning, and no dot is left", () => {
  const before = [removeDeadCode, simplifyConstants, makeBroadcastsLazy, foldAlgebra];
  expect(expectMeaningKept(recognizeDots, before)).toBeGreaterThan(10);
  for (let seed = 0; seed < 60; seed++) {
    expect(recognizeDots(randomGraph(seed)).nodes.map(({ op }) => op)).not.toContain("dot");
  }
});

beforeAll(() => ready("cpu"));

const multiply = (x: NDArray, y: NDArray) => np.matmul(x, y);
const transposed = (x: NDArray, y: NDArray) => np.matmul(np.transpose(x), y);

/** The optimized value and both gradients of a number made of a product. */
async function withGradients(
  product: (x: NDArray, y: NDArray) => NDArray,
  ...shapes: (number | "n")[][]
): Promise<Graph> {
  const loss = (x: NDArray, y: NDArray) => np.sin(product(x, y)).sum();
  const both = (x: NDArray, y: NDArray) => {
    const gradients = grad(loss, { argnums: [0, 1] });
    return [product(x.ref, y.ref), ...(gradients(x, y) as unknown as NDArray[])];
  };
  const graph = await traced(both, shapes);
  const result = optimize(graph);
  expectSameMeaning(result, graph);
  return result;
}

test("a matrix product and its two gradients are three products, and nothing is transposed", async () => {
  expect(show(await withGradients(multiply, ["n", 3], [3, 4]))).toEqual([
    "v0[n,4] = gemm(a, b) {transA false, transB false}",
    "v1[n,4] = cos(v0)",
    "v2[n,3] = gemm(v1, b) {transA false, transB true}",
    "v3[3,4] = gemm(a, v1) {transA true, transB false}",
    "return v0, v2, v3",
  ]);
  expect(show(await withGradients(transposed, [3, "n"], [3, 4]))).toEqual([
    "v0[n,4] = gemm(a, b) {transA true, transB false}",
    "v1[n,4] = cos(v0)",
    "v2[3,n] = gemm(b, v1) {transA false, transB true}",
    "v3[3,4] = gemm(a, v1) {transA false, transB false}",
    "return v0, v2, v3",
  ]);
});

test("the product of a matrix and a vector and its gradients have at most one product each", async () => {
  const ops = (await withGradients(np.dot, ["n", 3], [3])).nodes.map(({ op }) => op);
  expect(ops.filter((op) => op === "gemm")).toHaveLength(2);
  expect(ops).not.toContain("transpose");
  expect(ops).not.toContain("reduce");
});

test("batched products and their gradients are batched products", async () => {
  const ops = (await withGradients(multiply, [2, "n", 3], [2, 3, 4])).nodes.map(({ op }) => op);
  expect(ops.filter((op) => op === "matmul")).toHaveLength(3);
  expect(ops).not.toContain("reduce");
  expect(ops).not.toContain("broadcast");
});
