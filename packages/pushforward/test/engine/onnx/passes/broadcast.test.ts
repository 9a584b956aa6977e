import { expect, test } from "vitest";
import type { Operand } from "../../../../src/engine/onnx/graph.ts";
import { makeBroadcastsLazy } from "../../../../src/engine/onnx/passes/broadcast.ts";
import { simplifyConstants } from "../../../../src/engine/onnx/passes/constants.ts";
import { removeDeadCode } from "../../../../src/engine/onnx/passes/dead-code.ts";
import { type Argument, type Draft, draft, expectSameMeaning, N, show } from "./graphs.ts";
import { expectMeaningKept, randomGraph } from "./random-graph.ts";

/** What the pass makes of a graph, without what nobody reads. */
function rewritten(make: (draft: Draft) => readonly Argument[]): string[] {
  const graph = draft(make);
  const result = makeBroadcastsLazy(graph);
  expectSameMeaning(result, graph);
  return show(removeDeadCode(result));
}

/** `x` repeated along new axes. */
const repeat = ({ op }: Draft, x: Argument, shape: number[], ...axis: number[]) =>
  op("broadcast", [x], { shape, axis });

test("arithmetic repeats its operands by itself", () => {
  const lines = rewritten((d) => {
    const rows = repeat(d, d.input([3]), [N, 3], 0);
    return [d.op("where", [d.op("compare", [d.input([N, 3]), rows], { op: "less" }), rows, 1])];
  });
  expect(lines).toEqual([
    "v0[1,3] = reshape(a) {shape [1,3]}",
    "v1:bool[n,3] = compare(b, v0) {op less}",
    "v2[n,3] = where(v1, v0, 1)",
    "return v2",
  ]);
});

test("what is computed of short forms is short itself, until it must be told in full", () => {
  const lines = rewritten((d) => {
    const x = repeat(d, d.input([2, 1]), [2, 4]);
    return [d.op("mul", [d.op("exp", [x]), d.op("neg", [x])])];
  });
  expect(lines).toEqual([
    "v0[2,1] = exp(a)",
    "v1[2,1] = neg(a)",
    "v2[2,1] = mul(v0, v1)",
    "v3[2,4] = broadcast(v2) {shape [2,4], axis []}",
    "return v3",
  ]);
});

test("a repeated literal is the literal, moved and cut as it may be", () => {
  const lines = rewritten((d) => {
    const zeros = repeat(d, 0, [N, 3], 0, 1);
    const moved = d.op("transpose", [zeros], { perm: [1, 0] });
    const cut = d.op("shrink", [moved], {
      slice: [
        [1, 3],
        [0, N],
      ],
    });
    const merged = d.op("reshape", [d.op("flip", [cut], { axis: [0] })], { shape: [2 * N] });
    const [part] = d.ops("split", [merged], { axis: 0, sizes: [N, N] });
    return [d.op("add", [d.input([N]), part!])];
  });
  expect(lines).toEqual(["v0[n] = add(a, 0)", "return v0"]);
});

test("a value of rank 0 is repeated along any number of axes", () => {
  const lines = rewritten((d) => {
    const x = d.input([]);
    return [d.op("add", [d.input([2, 3]), repeat(d, x, [2, 3], 0, 1)]), repeat(d, x, [2], 0)];
  });
  expect(lines).toEqual([
    "v0[1,1] = reshape(a) {shape [1,1]}",
    "v1[2,3] = add(b, v0)",
    "v2[1] = reshape(a) {shape [1]}",
    "v3[2] = broadcast(v2) {shape [2], axis []}",
    "return v1, v3",
  ]);
});

test("what knows no short forms gets the long one, written once for all who need it", () => {
  const lines = rewritten((d) => {
    const x = repeat(d, d.input([3]), [2, 3], 0);
    const [values] = d.ops("argsort", [x]);
    const [, places] = d.ops("argsort", [x]);
    return [values!, places!, x];
  });
  expect(lines).toEqual([
    "v0[1,3] = reshape(a) {shape [1,3]}",
    "v1[2,3] = broadcast(v0) {shape [2,3], axis []}",
    "v2[2,3], v3:int32[2,3] = argsort(v1)",
    "v4[2,3], v5:int32[2,3] = argsort(v1)",
    "return v2, v5, v1",
  ]);
});

test("outputs are told in full, inputs, literals and constants as they are", () => {
  const lines = rewritten((d) => {
    const x = d.input([2]);
    return [x, 4, repeat(d, 4, [2, 2], 0, 1)];
  });
  expect(lines).toEqual(["v0[2,2] = broadcast(4) {shape [2,2], axis [0,1]}", "return a, 4, v0"]);
});

/** The reductions of `[3]` repeated to `[2, 3]`, over the given axes. */
function reductions(op: string, axis: number[], dtype?: string): string[] {
  return rewritten((d) => [
    d.op("reduce", [repeat(d, d.input([3], dtype), [2, 3], 0)], { op, axis }),
  ]).slice(1, -1);
}

test("a sum over repetitions is a product, the largest and the smallest of them are one of them", () => {
  expect(reductions("Add", [0])).toEqual(["v1[3] = reshape(v0) {shape [3]}", "v2[3] = mul(v1, 2)"]);
  expect(reductions("Add", [0, 1])).toEqual([
    "v1[1] = reduce(v0) {op Add, axis [1]}",
    "v2[] = reshape(v1) {shape []}",
    "v3[] = mul(v2, 2)",
  ]);
  expect(reductions("Add", [1])).toEqual([
    "v1[1] = reduce(v0) {op Add, axis [1]}",
    "v2[2] = broadcast(v1) {shape [2], axis []}",
  ]);
  expect(reductions("Max", [0])).toEqual(["v1[3] = reshape(v0) {shape [3]}"]);
  expect(reductions("Min", [0, 1])).toEqual([
    "v1[1] = reduce(v0) {op Min, axis [1]}",
    "v2[] = reshape(v1) {shape []}",
  ]);
});

test("the product of repetitions is taken in full, the sum of truth values is their disjunction", () => {
  expect(reductions("Mul", [0])).toEqual([
    "v1[2,3] = broadcast(v0) {shape [2,3], axis []}",
    "v2[3] = reduce(v1) {op Mul, axis [0]}",
  ]);
  expect(reductions("Add", [0], "bool")).toEqual(["v1:bool[3] = reshape(v0) {shape [3]}"]);
  expect(reductions("Add", [0], "int32")).toEqual([
    "v1:int32[3] = reshape(v0) {shape [3]}",
    "v2:int32[3] = mul(v1, 2:int32)",
  ]);
});

test("a sum over repeated rows counts them at run time", () => {
  const lines = rewritten((d) => [
    d.op("reduce", [repeat(d, d.input([3]), [N, 3], 0)], { op: "Add", axis: [0] }),
    d.op("neg", [d.input([N])]),
  ]);
  expect(lines.slice(1, 4)).toEqual([
    "v1[3] = reshape(v0) {shape [3]}",
    "v2[] = extent() {extent n}",
    "v3[3] = mul(v1, v2)",
  ]);
});

test("reshapes keep what is repeated as a whole, and need the rest in full", () => {
  const merged = (shape: number[], to: number[], repeated: number[], ...axis: number[]) =>
    rewritten((d) => {
      const x = repeat(d, d.input(shape), repeated, ...axis);
      return [d.op("add", [d.op("reshape", [x], { shape: to }), d.input(to)])];
    }).slice(0, -1);
  // [1, 1, 5] of [2, 3, 5]: both repeated axes become one.
  expect(merged([5], [6, 5], [2, 3, 5], 0, 1)).toEqual([
    "v0[1,1,5] = reshape(a) {shape [1,1,5]}",
    "v1[1,5] = reshape(v0) {shape [1,5]}",
    "v2[6,5] = add(v1, b)",
  ]);
  // A repeated axis is split, axes of extent 1 come and go.
  expect(merged([6, 1], [6, 1, 2, 2], [6, 4])).toEqual([
    "v0[6,1,1,1] = reshape(a) {shape [6,1,1,1]}",
    "v1[6,1,2,2] = add(v0, b)",
  ]);
  expect(merged([2, 1], [3, 4], [2, 6])).toEqual([
    "v0[2,6] = broadcast(a) {shape [2,6], axis []}",
    "v1[3,4] = reshape(v0) {shape [3,4]}",
    "v2[3,4] = add(v1, b)",
  ]);
  expect(merged([N, 1], [N, 3, 1], [N, 3])).toEqual([
    "v0[n,1,1] = reshape(a) {shape [n,1,1]}",
    "v1[n,3,1] = add(v0, b)",
  ]);
});

test("transposes, flips and slices move and cut the short form", () => {
  const lines = rewritten((d) => {
    const x = repeat(d, d.input([3]), [2, 3], 0);
    const moved = d.op("transpose", [x], { perm: [1, 0] });
    const flipped = d.op("flip", [moved], { axis: [0, 1] });
    const cut = d.op("shrink", [flipped], {
      slice: [
        [1, 3],
        [1, 2],
      ],
    });
    return [d.op("mul", [cut, d.input([2, 1])])];
  });
  expect(lines).toEqual([
    "v0[1,3] = reshape(a) {shape [1,3]}",
    "v1[3,1] = transpose(v0) {perm [1,0]}",
    "v2[3,1] = flip(v1) {axis [0]}",
    "v3[2,1] = shrink(v2) {slice [[1,3],[0,1]]}",
    "v4[2,1] = mul(v3, b)",
    "return v4",
  ]);
});

test("padding repeats along the axes that it makes longer, and only there", () => {
  const lines = rewritten((d) => {
    const x = repeat(d, d.input([1, 1]), [2, 3]);
    const padded = d.op("pad", [x], {
      width: [
        [0, 0],
        [1, 0],
      ],
    });
    return [d.op("add", [padded, d.input([2, 4])])];
  });
  expect(lines).toEqual([
    "v0[1,3] = broadcast(a) {shape [1,3], axis []}",
    "v1[1,4] = pad(v0) {width [[0,0],[1,0]]}",
    "v2[2,4] = add(v1, b)",
    "return v2",
  ]);
});

test("all parts of a repeated axis are the same; another axis is split as it is", () => {
  const parts = (axis: number) =>
    rewritten((d) => {
      const x = repeat(d, d.input([1, 4]), [4, 4]);
      const [first, second] = d.ops("split", [x], { axis, sizes: [1, 3] });
      const shapes =
        axis === 0
          ? [
              [1, 4],
              [3, 4],
            ]
          : [
              [4, 1],
              [4, 3],
            ];
      return [
        d.op("add", [first!, d.input(shapes[0]!)]),
        d.op("add", [second!, d.input(shapes[1]!)]),
      ];
    });
  expect(parts(0)).toEqual(["v0[1,4] = add(a, b)", "v1[3,4] = add(a, c)", "return v0, v1"]);
  expect(parts(1)).toEqual([
    "v0[1,1], v1[1,3] = split(a) {axis 1, sizes [1,3]}",
    "v2[4,1] = add(v0, b)",
    "v3[4,3] = add(v1, c)",
    "return v2, v3",
  ]);
});

test("a concatenation needs its parts in full along its axis, and as long as each other elsewhere", () => {
  const lines = rewritten((d) => {
    const column = repeat(d, d.input([N, 1]), [N, 2]);
    const row = repeat(d, d.input([2]), [N, 2], 0);
    const both = d.op("concatenate", [column, row, row], { axis: 1 });
    const above = d.op("concatenate", [row, row], { axis: 0 });
    return [both, d.op("add", [above, d.input([2 * N, 2])])];
  });
  expect(lines).toEqual([
    "v0[1,2] = reshape(b) {shape [1,2]}",
    "v1[n,2] = broadcast(a) {shape [n,2], axis []}",
    "v2[n,2] = broadcast(v0) {shape [n,2], axis []}",
    "v3[n,6] = concatenate(v1, v2, v2) {axis 1}",
    "v4[202,2] = concatenate(v2, v2) {axis 0}",
    "v5[202,2] = add(v4, c)",
    "return v3, v5",
  ]);
});

test("a product of two arrays that are both repeated along the sum is one term, times their number", () => {
  const lines = rewritten((d) => {
    const x = repeat(d, d.input([2, 1]), [2, 5]);
    const y = repeat(d, d.input([]), [5], 0);
    return [d.op("dot", [x, y]), d.op("dot", [x, d.input([5])]), d.op("dot", [x, d.input([])])];
  });
  expect(lines).toEqual([
    "v0[1] = reshape(b) {shape [1]}",
    "v1[2] = dot(a, v0)",
    "v2[2] = mul(v1, 5)",
    "v3[2] = dot(a, c)",
    "v4[2] = dot(a, d)",
    "v5[2] = mul(v4, 5)",
    "return v2, v3, v5",
  ]);
});

test("arrays without entries are no trouble", () => {
  const lines = rewritten((d) => {
    const none = d.op("shrink", [repeat(d, d.input([1, 1]), [2, 3])], {
      slice: [
        [0, 2],
        [1, 1],
      ],
    });
    const elsewhere = d.op("reshape", [none], { shape: [0, 2] });
    const most = d.op("reduce", [repeat(d, d.input([1]), [0])], { op: "Max", axis: [0] });
    const sum = d.op("reduce", [repeat(d, 7, [0, 2], 0, 1)], { op: "Add", axis: [0] });
    return [d.op("neg", [elsewhere]), most, sum, d.op("concatenate", [none, none], { axis: 1 })];
  });
  expect(lines.at(-1)).toMatch(/^return/);
});

test("random graphs keep their meaning, and no repetition is left before arithmetic", () => {
  const elementwise = /^(add|mul|min|max|neg|exp|log|sqrt|sin|reciprocal|cast|compare|where)$/;
  const before = [removeDeadCode, simplifyConstants];
  expect(expectMeaningKept(makeBroadcastsLazy, before)).toBeGreaterThan(10);
  for (let seed = 0; seed < 60; seed++) {
    const { nodes } = makeBroadcastsLazy(randomGraph(seed));
    const repeated = new Set<Operand>();
    for (const { op, inputs, outputs } of nodes) {
      if (op === "broadcast") repeated.add(outputs[0]!);
      const lazy = elementwise.test(op) && inputs.some((each) => repeated.has(each));
      expect(lazy, `${op} in graph ${seed}`).toBe(false);
    }
  }
});
