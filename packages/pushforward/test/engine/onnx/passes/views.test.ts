import { expect, test } from "vitest";
import { foldAlgebra } from "../../../../src/engine/onnx/passes/algebra.ts";
import { makeBroadcastsLazy } from "../../../../src/engine/onnx/passes/broadcast.ts";
import { removeDeadCode } from "../../../../src/engine/onnx/passes/dead-code.ts";
import { recognizeDots } from "../../../../src/engine/onnx/passes/dots.ts";
import { collapseViews } from "../../../../src/engine/onnx/passes/views.ts";
import { type Argument, type Draft, draft, expectSameMeaning, N, show } from "./graphs.ts";
import { expectMeaningKept } from "./random-graph.ts";

/** What the pass makes of a graph, without what nobody reads. */
function rewritten(make: (draft: Draft) => readonly Argument[]): string[] {
  const graph = draft(make);
  const result = collapseViews(graph);
  expectSameMeaning(result, graph);
  return show(removeDeadCode(result));
}

const reshape = ({ op }: Draft, x: Argument, ...shape: number[]) => op("reshape", [x], { shape });
const transpose = ({ op }: Draft, x: Argument, ...perm: number[]) => op("transpose", [x], { perm });
const gemm = ({ op }: Draft, a: Argument, b: Argument, transA = false, transB = false) =>
  op("gemm", [a, b], { transA, transB });

test("of several reshapes the last one counts, and none if it leads back", () => {
  const lines = rewritten((d) => {
    const x = d.input([N, 6]);
    const middle = reshape(d, reshape(d, x, 6 * N), N, 3, 2);
    return [reshape(d, middle, N, 2, 3), d.op("neg", [reshape(d, middle, N, 6)])];
  });
  expect(lines).toEqual([
    "v0[n,2,3] = reshape(a) {shape [n,2,3]}",
    "v1[n,6] = neg(a)",
    "return v0, v1",
  ]);
});

test("a reshape that is read elsewhere stays for them", () => {
  const lines = rewritten((d) => {
    const flat = reshape(d, d.input([2, 3]), 6);
    return [flat, reshape(d, flat, 3, 2)];
  });
  expect(lines).toEqual([
    "v0[6] = reshape(a) {shape [6]}",
    "v1[3,2] = reshape(a) {shape [3,2]}",
    "return v0, v1",
  ]);
});

test("of several transposes one is left, and none if they cancel", () => {
  const lines = rewritten((d) => {
    const x = d.input([2, N, 4]);
    const turned = transpose(d, x, 1, 2, 0);
    return [transpose(d, turned, 1, 0, 2), d.op("neg", [transpose(d, turned, 2, 0, 1)])];
  });
  expect(lines).toEqual([
    "v0[4,n,2] = transpose(a) {perm [2,1,0]}",
    "v1[2,n,4] = neg(a)",
    "return v0, v1",
  ]);
});

test("axes of extent 1 are moved by reshapes", () => {
  expect(rewritten((d) => [transpose(d, d.input([N, 1, 3]), 1, 0, 2)])).toEqual([
    "v0[1,n,3] = reshape(a) {shape [1,n,3]}",
    "return v0",
  ]);
  expect(rewritten((d) => [transpose(d, d.input([1, 1]), 1, 0)])).toEqual(["return a"]);
  expect(rewritten((d) => [transpose(d, d.input([N, 1, 3, 1]), 3, 2, 1, 0)])).toEqual([
    "v0[n,3] = reshape(a) {shape [n,3]}",
    "v1[3,n] = transpose(v0) {perm [1,0]}",
    "v2[1,3,1,n] = reshape(v1) {shape [1,3,1,n]}",
    "return v2",
  ]);
});

test("transposes with reshapes of axes of extent 1 in between are one", () => {
  const lines = rewritten((d) => {
    const turned = transpose(d, d.input([N, 3]), 1, 0);
    return [transpose(d, reshape(d, turned, 3, 1, N), 2, 1, 0)];
  });
  expect(lines).toEqual(["v0[n,1,3] = reshape(a) {shape [n,1,3]}", "return v0"]);
});

test("a reshape that merges axes keeps transposes apart", () => {
  const lines = rewritten((d) => {
    const turned = transpose(d, d.input([2, 3, 4]), 1, 0, 2);
    return [transpose(d, reshape(d, turned, 3, 8), 1, 0)];
  });
  expect(lines).toEqual([
    "v0[3,2,4] = transpose(a) {perm [1,0,2]}",
    "v1[3,8] = reshape(v0) {shape [3,8]}",
    "v2[8,3] = transpose(v1) {perm [1,0]}",
    "return v2",
  ]);
});

test.each([
  [false, false],
  [false, true],
  [true, false],
  [true, true],
])("a product reads transposed matrices as they lie (flags %s, %s)", (transA, transB) => {
  const lines = rewritten((d) => {
    const a = d.input(transA ? [N, 3] : [3, N]);
    const b = d.input(transB ? [3, 4] : [4, 3]);
    return [gemm(d, transpose(d, a, 1, 0), transpose(d, b, 1, 0), transA, transB)];
  });
  const flags = `{transA ${!transA}, transB ${!transB}}`;
  expect(lines).toEqual([`v0[n,4] = gemm(a, b) ${flags}`, "return v0"]);
});

test("a product's bias stays", () => {
  const lines = rewritten((d) => {
    const x = transpose(d, d.input([3, N]), 1, 0);
    return [d.op("gemm", [x, d.input([3, 4]), d.input([4])], { transA: false, transB: false })];
  });
  expect(lines[0]).toBe("v0[n,4] = gemm(a, b, c) {transA true, transB false}");
});

test("a matrix may be both operands, transposed in one of them", () => {
  const lines = rewritten((d) => {
    const x = d.input([N, 3]);
    return [gemm(d, transpose(d, x, 1, 0), x)];
  });
  expect(lines).toEqual(["v0[3,3] = gemm(a, a) {transA true, transB false}", "return v0"]);
});

test.each([
  [false, false],
  [false, true],
  [true, false],
  [true, true],
])("a product that is only transposed is written transposed (flags %s, %s)", (transA, transB) => {
  const lines = rewritten((d) => {
    const a = d.input(transA ? [3, N] : [N, 3]);
    const b = d.input(transB ? [4, 3] : [3, 4]);
    return [transpose(d, gemm(d, a, b, transA, transB), 1, 0)];
  });
  const flags = `{transA ${!transB}, transB ${!transA}}`;
  expect(lines).toEqual([`v0[4,n] = gemm(b, a) ${flags}`, "return v0"]);
});

test.each<[string, (d: Draft, product: Argument) => Argument[]]>([
  ["by another node", (d, x) => [transpose(d, x, 1, 0), d.op("neg", [x])]],
  ["as an output", (d, x) => [transpose(d, x, 1, 0), x]],
  ["through a reshape", (d, x) => [transpose(d, x, 1, 0), d.op("neg", [reshape(d, x, 4 * N)])]],
  [
    "after being transposed back",
    (d, x) => {
      const turned = transpose(d, x, 1, 0);
      return [d.op("neg", [turned]), transpose(d, turned, 1, 0)];
    },
  ],
  [
    "behind reshapes that lead back to it",
    (d, x) => {
      const flat = reshape(d, x, 4 * N);
      return [d.op("neg", [flat]), transpose(d, reshape(d, flat, N, 4), 1, 0)];
    },
  ],
])("a product that is also read as it is, %s, is computed once", (_, use) => {
  const ops = rewritten((d) => use(d, gemm(d, d.input([N, 3]), d.input([3, 4])))).join();
  expect(ops.match(/gemm/g)).toHaveLength(1);
});

test("reshapes that lead back to a product do not keep it from being written transposed", () => {
  const lines = rewritten((d) => {
    const x = gemm(d, d.input([N, 3]), d.input([3, 4]));
    return [transpose(d, reshape(d, reshape(d, x, N, 1, 4), N, 4), 1, 0)];
  });
  expect(lines).toEqual(["v0[4,n] = gemm(b, a) {transA true, transB true}", "return v0"]);
});

test("a sum over a transposed array is one over the array where the other axes keep their order", () => {
  const sums = (axis: number[], ...perm: number[]) =>
    rewritten((d) => [
      d.op("reduce", [transpose(d, d.input([2, N, 4]), ...perm)], { op: "Max", axis }),
    ]);
  expect(sums([0], 1, 0, 2)).toEqual(["v0[2,4] = reduce(a) {op Max, axis [1]}", "return v0"]);
  expect(sums([0, 2], 2, 0, 1)).toEqual(["v0[2] = reduce(a) {op Max, axis [2,1]}", "return v0"]);
  expect(sums([0, 1, 2], 2, 1, 0)).toEqual([
    "v0[] = reduce(a) {op Max, axis [2,1,0]}",
    "return v0",
  ]);
  expect(sums([1], 2, 1, 0)).toEqual([
    "v0[4,n,2] = transpose(a) {perm [2,1,0]}",
    "v1[4,2] = reduce(v0) {op Max, axis [1]}",
    "return v1",
  ]);
});

test("concatenations along one axis are one, also of the same part twice", () => {
  const lines = rewritten((d) => {
    const [a, b] = [d.input([N, 2]), d.input([N, 1])];
    const inner = d.op("concatenate", [a, b], { axis: 1 });
    const other = d.op("concatenate", [inner, inner], { axis: 0 });
    return [d.op("concatenate", [inner, b, inner], { axis: 1 }), other];
  });
  expect(lines).toEqual([
    "v0[n,3] = concatenate(a, b) {axis 1}",
    `v1[${2 * N},3] = concatenate(v0, v0) {axis 0}`,
    "v2[n,7] = concatenate(a, b, b, a, b) {axis 1}",
    "return v2, v1",
  ]);
});

test("inputs and literals may be reshaped, and be outputs", () => {
  const lines = rewritten((d) => {
    const x = d.input([3]);
    return [reshape(d, 2, 1, 1), reshape(d, reshape(d, x, 1, 3), 3), x];
  });
  expect(lines).toEqual(["v0[1,1] = reshape(2) {shape [1,1]}", "return v0, a, a"]);
});

test("random graphs keep their meaning", () => {
  const before = [removeDeadCode, makeBroadcastsLazy, foldAlgebra, recognizeDots];
  expect(expectMeaningKept(collapseViews, before, 100)).toBeGreaterThan(10);
});
