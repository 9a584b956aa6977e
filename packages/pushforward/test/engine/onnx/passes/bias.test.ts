import { beforeAll, expect, test } from "vitest";
import { type NDArray, np, ready } from "../../../../src/engine/index.ts";
import { optimize } from "../../../../src/engine/onnx/optimize.ts";
import { foldAlgebra } from "../../../../src/engine/onnx/passes/algebra.ts";
import { absorbBias } from "../../../../src/engine/onnx/passes/bias.ts";
import { makeBroadcastsLazy } from "../../../../src/engine/onnx/passes/broadcast.ts";
import { removeDeadCode } from "../../../../src/engine/onnx/passes/dead-code.ts";
import { recognizeDots } from "../../../../src/engine/onnx/passes/dots.ts";
import { collapseViews } from "../../../../src/engine/onnx/passes/views.ts";
import {
  type Argument,
  constant,
  type Draft,
  draft,
  expectSameMeaning,
  integer,
  N,
  show,
  traced,
} from "./graphs.ts";
import { expectMeaningKept } from "./random-graph.ts";

/** What the pass makes of a graph, without what nobody reads. */
function rewritten(make: (draft: Draft) => readonly Argument[]): string[] {
  const graph = draft(make);
  const result = absorbBias(graph);
  expectSameMeaning(result, graph);
  return show(removeDeadCode(result));
}

/** `[n, 3]` times `[3, 4]`: inputs a and b. */
function product({ op, input }: Draft) {
  return op("gemm", [input([N, 3]), input([4, 3])], { transA: false, transB: true });
}

test.each<[string, (d: Draft) => Argument, string]>([
  ["a row", ({ input }) => input([4]), "c"],
  ["a row of rank 2", ({ input }) => input([1, 4]), "c"],
  ["a column", ({ input }) => input([N, 1]), "c"],
  ["a matrix", ({ input }) => input([N, 4]), "c"],
  ["a single number", ({ input }) => input([]), "c"],
  ["a literal", () => 2, "2"],
  ["a constant", () => constant([1, 2, 3, 4]), "<1,2,3,4>"],
])("%s that is added to a product becomes its third operand, from either side", (_, make, name) => {
  for (const swap of [false, true]) {
    const lines = rewritten((d) => {
      const operands = [product(d), make(d)];
      return [d.op("add", swap ? operands.toReversed() : operands)];
    });
    expect(lines).toEqual([
      `v0[n,4] = gemm(a, b, ${name}) {transA false, transB true}`,
      "return v0",
    ]);
  }
});

test("of two products that are added one becomes the other's bias", () => {
  const lines = rewritten((d) => [d.op("add", [product(d), product(d)])]);
  expect(lines).toEqual([
    "v0[n,4] = gemm(c, d) {transA false, transB true}",
    "v1[n,4] = gemm(a, b, v0) {transA false, transB true}",
    "return v1",
  ]);
});

test("a product that has a bias keeps it", () => {
  const graph = draft(({ op, input }) => {
    const operands = [input([N, 3]), input([3, 4]), input([4])];
    const layer = op("gemm", operands, { transA: false, transB: false });
    return [op("add", [layer, input([4])])];
  });
  expect(show(absorbBias(graph))).toEqual(show(graph));
});

test("only the first of several summands is taken", () => {
  const lines = rewritten((d) => [
    d.op("add", [d.op("add", [product(d), d.input([4])]), d.input([4])]),
  ]);
  expect(lines).toEqual([
    "v0[n,4] = gemm(a, b, c) {transA false, transB true}",
    "v1[n,4] = add(v0, d)",
    "return v1",
  ]);
});

test.each<[string, (d: Draft) => Argument[]]>([
  [
    "a product that is read elsewhere",
    (d) => {
      const x = product(d);
      return [d.op("add", [x, d.input([4])]), d.op("neg", [x])];
    },
  ],
  [
    "a product that is an output",
    (d) => {
      const x = product(d);
      return [d.op("add", [x, d.input([4])]), x];
    },
  ],
  ["a product added to itself", (d) => [d.op("add", Array(2).fill(product(d)))]],
  ["a bias that makes the product larger", (d) => [d.op("add", [product(d), d.input([2, N, 4])])]],
  ["a bias of higher rank", (d) => [d.op("add", [product(d), d.input([1, 1, 4])])]],
  ["a number of another type", (d) => [d.op("add", [product(d), integer(1)])]],
  [
    "an array of another type",
    (d) => [d.op("add", [product(d), d.input([4], "bool")], {}, "float32")],
  ],
  ["a product that is subtracted from", (d) => [d.op("sub", [product(d), d.input([4])])]],
  [
    "a batched product",
    (d) => [d.op("add", [d.op("matmul", [d.input([2, 3, 4]), d.input([2, 4, 5])]), d.input([5])])],
  ],
])("%s stays as it is", (_, make) => {
  const graph = draft(make);
  expect(show(absorbBias(graph))).toEqual(show(graph));
});

test("a product of a single row does not become larger by its bias", () => {
  const lines = rewritten(({ op, input }) => {
    const row = op("gemm", [input([1, 3]), input([3, 4])], { transA: false, transB: false });
    return [op("add", [row, input([2, 4])])];
  });
  expect(lines).toContain("v1[2,4] = add(v0, c)");
});

test("random graphs keep their meaning", () => {
  const before = [removeDeadCode, makeBroadcastsLazy, foldAlgebra, recognizeDots, collapseViews];
  expect(expectMeaningKept(absorbBias, before)).toBeGreaterThan(0);
});

beforeAll(() => ready("cpu"));

test("a layer of a network is one product", async () => {
  const graph = await traced(
    (x: NDArray, weight: NDArray, bias: NDArray) => np.matmul(x, weight).add(bias),
    [["n", 3], [3, 4], [4]],
  );
  const result = optimize(graph);
  expectSameMeaning(result, graph);
  expect(show(result)).toEqual([
    "v0[n,4] = gemm(a, b, c) {transA false, transB false}",
    "return v0",
  ]);
});
