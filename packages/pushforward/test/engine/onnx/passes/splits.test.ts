import { beforeAll, expect, test } from "vitest";
import { type NDArray, np, ready } from "../../../../src/engine/index.ts";
import { makeBroadcastsLazy } from "../../../../src/engine/onnx/passes/broadcast.ts";
import { removeDeadCode } from "../../../../src/engine/onnx/passes/dead-code.ts";
import { joinSplits } from "../../../../src/engine/onnx/passes/splits.ts";
import { type Argument, type Draft, draft, expectSameMeaning, show, traced } from "./graphs.ts";
import { expectMeaningKept } from "./random-graph.ts";

function rewritten(make: (draft: Draft) => readonly Argument[]): string[] {
  const graph = draft(make);
  const result = joinSplits(graph);
  expectSameMeaning(result, graph);
  return show(result);
}

test("a part that is only split again is split at once, wherever it stands and however often", () => {
  const lines = rewritten(({ input, op, ops }) => {
    const [first, rest] = ops("split", [input([7, 2])], { axis: 0, sizes: [2, 5] });
    const [x, y, z] = ops("split", [rest!], { axis: 0, sizes: [1, 3, 1] });
    const [u, v] = ops("split", [y!], { axis: 0, sizes: [2, 1] });
    const [a, b] = ops("split", [first!], { axis: 0, sizes: [1, 1] });
    return [op("add", [a!, b!]), x!, z!, op("neg", [v!]), u!];
  });
  expect(lines).toEqual([
    "v0[1,2], v1[1,2], v2[1,2], v3[2,2], v4[1,2], v5[1,2] = split(a) {axis 0, sizes [1,1,1,2,1,1]}",
    "v6[1,2] = add(v0, v1)",
    "v7[1,2] = neg(v4)",
    "return v6, v2, v5, v7, v3",
  ]);
});

test.each<[string, (d: Draft, rest: Argument) => Argument[]]>([
  ["is split along another axis", ({ ops }, x) => ops("split", [x], { axis: 1, sizes: [1, 1] })],
  ["is an output as well", ({ ops }, x) => [x, ...ops("split", [x], { axis: 0, sizes: [2, 3] })]],
  [
    "is read elsewhere as well",
    ({ op, ops }, x) => [op("neg", [x]), ...ops("split", [x], { axis: 0, sizes: [2, 3] })],
  ],
  [
    "is split twice",
    ({ ops }, x) => [1, 2].flatMap((k) => ops("split", [x], { axis: 0, sizes: [k, 5 - k] })),
  ],
])("a part that %s stays", (_, use) => {
  const graph = draft((d) => {
    const [first, rest] = d.ops("split", [d.input([7, 2])], { axis: 0, sizes: [2, 5] });
    return [first!, ...use(d, rest!)];
  });
  expect(show(joinSplits(graph))).toEqual(show(graph));
});

test("random graphs keep their meaning", () => {
  expect(expectMeaningKept(joinSplits, [removeDeadCode, makeBroadcastsLazy])).toBeGreaterThan(0);
});

beforeAll(() => ready("cpu"));

test("one vector cut into many parts is one split", async () => {
  const graph = await traced(
    (x: NDArray) =>
      np
        .split(
          x,
          Array.from({ length: 19 }, (_, k) => k + 1),
        )
        .toReversed(),
    [[20]],
  );
  const splits = joinSplits(graph).nodes.filter(({ op }) => op === "split");
  expect(graph.nodes.filter(({ op }) => op === "split").length).toBeGreaterThan(1);
  expect(splits.map(({ params }) => params.sizes)).toEqual([Array(20).fill(1)]);
  expectSameMeaning(joinSplits(graph), graph);
});
