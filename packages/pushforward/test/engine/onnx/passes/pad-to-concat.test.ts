import { beforeAll, expect, test } from "vitest";
import { grad, type NDArray, np, ready } from "../../../../src/engine/index.ts";
import { optimize } from "../../../../src/engine/onnx/optimize.ts";
import { foldAlgebra } from "../../../../src/engine/onnx/passes/algebra.ts";
import { makeBroadcastsLazy } from "../../../../src/engine/onnx/passes/broadcast.ts";
import { removeDeadCode } from "../../../../src/engine/onnx/passes/dead-code.ts";
import { joinPads } from "../../../../src/engine/onnx/passes/pad-to-concat.ts";
import { type Argument, type Draft, draft, expectSameMeaning, N, show, traced } from "./graphs.ts";
import { expectMeaningKept } from "./random-graph.ts";

/** What the pass makes of a graph, without what nobody reads. */
function rewritten(make: (draft: Draft) => readonly Argument[]): string[] {
  const graph = draft(make);
  const result = joinPads(graph);
  expectSameMeaning(result, graph);
  return show(removeDeadCode(result));
}

/** `x` from `start` on in `length` entries of an axis, zeros around it. */
function padded({ op }: Draft, x: Argument, axis: number, start: number, length: number) {
  const { shape } = x as Exclude<Argument, number>;
  const width = shape.map((extent, each) =>
    each === axis ? [start, length - start - extent] : [0, 0],
  );
  return op("pad", [x], { width });
}

test("pieces of an axis that are added up are put side by side, in their order", () => {
  const lines = rewritten((d) => {
    const [a, b, c] = [d.input([N, 1]), d.input([N, 2]), d.input([N, 1])];
    const last = padded(d, a, 1, 3, 4);
    const middle = padded(d, b, 1, 1, 4);
    const first = padded(d, c, 1, 0, 4);
    return [d.op("add", [d.op("add", [last, middle]), first])];
  });
  expect(lines).toEqual(["v0[n,4] = concatenate(c, b, a) {axis 1}", "return v0"]);
});

test("sums of sums on both sides are one sum; gaps are zeros", () => {
  const lines = rewritten((d) => {
    const piece = (start: number) => padded(d, d.input([1, N]), 0, start, 6);
    const left = d.op("add", [piece(1), piece(2)]);
    const right = d.op("add", [piece(4), piece(0)]);
    return [d.op("add", [left, right])];
  });
  expect(lines).toEqual([
    "v0[1,n] = broadcast(0) {shape [1,n], axis [0,1]}",
    "v1[1,n] = broadcast(0) {shape [1,n], axis [0,1]}",
    "v2[6,n] = concatenate(d, a, b, v0, c, v1) {axis 0}",
    "return v2",
  ]);
});

test("zeros are of the sum's type, and so are the pieces", () => {
  const lines = rewritten((d) => {
    const counts = padded(d, d.input([1], "int32"), 0, 0, 3);
    const truth = padded(d, d.input([1], "bool"), 0, 2, 3);
    return [d.op("add", [counts, truth])];
  });
  expect(lines).toEqual([
    "v0:int32[1] = broadcast(0:int32) {shape [1], axis [0]}",
    "v1:int32[3] = concatenate(a, v0, b) {axis 0}",
    "return v1",
  ]);
});

test("two sums of the same pieces are two concatenations", () => {
  const lines = rewritten((d) => {
    const [first, second] = [padded(d, d.input([2]), 0, 0, 3), padded(d, d.input([1]), 0, 2, 3)];
    return [d.op("add", [first, second]), d.op("add", [second, first])];
  });
  expect(lines).toEqual([
    "v0[3] = concatenate(a, b) {axis 0}",
    "v1[3] = concatenate(a, b) {axis 0}",
    "return v0, v1",
  ]);
});

test("a sum within another computation is joined before it is read", () => {
  const lines = rewritten((d) => {
    const sum = d.op("add", [padded(d, d.input([1]), 0, 0, 2), padded(d, d.input([1]), 0, 1, 2)]);
    const last = padded(d, d.input([1]), 0, 2, 3);
    return [
      d.op("add", [padded(d, d.op("neg", [sum]), 0, 0, 3), last]),
      d.op("add", [padded(d, sum, 0, 0, 3), last]),
    ];
  });
  expect(lines).toEqual([
    "v0[2] = concatenate(a, b) {axis 0}",
    "v1[2] = neg(v0)",
    "v2[3] = concatenate(v1, c) {axis 0}",
    "v3[3] = concatenate(v0, c) {axis 0}",
    "return v2, v3",
  ]);
});

test.each<[string, (d: Draft) => Argument]>([
  ["pieces that overlap", (d) => d.op("add", [at(d, 2, 0), at(d, 2, 1)])],
  ["one piece, twice", (d) => d.op("add", Array(2).fill(at(d, 2, 0)))],
  ["a piece and something else", (d) => d.op("add", [at(d, 1, 0), d.input([3])])],
  ["a piece and a number", (d) => d.op("add", [at(d, 1, 0), 1])],
  [
    "pieces of different axes",
    (d) => {
      const pieces = [padded(d, d.input([1, 2]), 0, 0, 2), padded(d, d.input([2, 1]), 1, 1, 2)];
      return d.op("add", pieces);
    },
  ],
  [
    "pieces padded along two axes",
    (d) => {
      const corner = (width: number[][]) => d.op("pad", [d.input([1, 1])], { width });
      return d.op("add", [
        corner([
          [0, 1],
          [0, 1],
        ]),
        corner([
          [1, 0],
          [1, 0],
        ]),
      ]);
    },
  ],
  [
    "pieces that broadcast",
    (d) => {
      const row = padded(d, d.input([1, 1]), 1, 1, 2);
      return d.op("add", [padded(d, d.input([2, 1]), 1, 0, 2), row]);
    },
  ],
  ["products of pieces", (d) => d.op("mul", [at(d, 1, 0), at(d, 2, 1)])],
])("%s stay as they are", (_, make) => {
  expect(rewritten((d) => [make(d)]).join()).not.toContain("concatenate");
});

/** An input of some entries among three. */
function at(d: Draft, entries: number, start: number) {
  return padded(d, d.input([entries]), 0, start, 3);
}

test("a partial sum that is read elsewhere is kept, and is itself a concatenation", () => {
  const lines = rewritten((d) => {
    const partial = d.op("add", [at(d, 1, 0), at(d, 1, 1)]);
    return [d.op("add", [partial, at(d, 1, 2)]), partial];
  });
  expect(lines[0]).toBe("v0[1] = broadcast(0) {shape [1], axis [0]}");
  expect(lines[1]).toBe("v1[3] = concatenate(a, b, v0) {axis 0}");
  expect(lines.at(-1)).toBe("return v3, v1");
});

test("random graphs keep their meaning", () => {
  const before = [removeDeadCode, makeBroadcastsLazy, foldAlgebra];
  expect(expectMeaningKept(joinPads, before)).toBeGreaterThan(5);
});

beforeAll(() => ready("cpu"));

test("the gradient of slices is one concatenation", async () => {
  const loss = (x: NDArray) => {
    const parts = [
      [3, 5],
      [0, 2],
      [2, 3],
    ] as const;
    return parts
      .map(([start, end], index) => np.sin(x.ref.slice([], [start, end]).mul(index + 1)).sum())
      .reduce((sum, each) => sum.add(each));
  };
  const graph = await traced((x: NDArray) => grad(loss)(x), [["n", 5]]);
  expect(graph.nodes.filter(({ op }) => op === "pad")).toHaveLength(3);
  const ops = optimize(graph).nodes.map(({ op }) => op);
  expect(ops.filter((op) => op === "concatenate")).toHaveLength(1);
  expect(ops).not.toContain("pad");
  expect(ops).not.toContain("add");
});
