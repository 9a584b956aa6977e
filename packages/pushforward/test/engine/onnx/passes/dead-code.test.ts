import { expect, test } from "vitest";
import { removeDeadCode } from "../../../../src/engine/onnx/passes/dead-code.ts";
import { constant, draft, expectSameMeaning, show } from "./graphs.ts";
import { randomGraph } from "./random-graph.ts";

test("nodes that no output depends on go, whole chains of them; the others keep their order", () => {
  const graph = draft(({ input, op }) => {
    const a = input([2]);
    const kept = op("exp", [a]);
    const read = op("neg", [kept]);
    op("sin", [op("mul", [kept, read])]);
    return [op("add", [read, kept])];
  });
  expect(show(removeDeadCode(graph))).toEqual([
    "v0[2] = exp(a)",
    "v1[2] = neg(v0)",
    "v2[2] = add(v1, v0)",
    "return v2",
  ]);
});

test("a node stays with all its outputs as long as one of them is read", () => {
  const graph = draft(({ input, op, ops }) => {
    const [, second] = ops("split", [input([3, 2])], { axis: 0, sizes: [1, 2] });
    ops("argsort", [input([4])]);
    return [op("neg", [second!])];
  });
  expect(show(removeDeadCode(graph))).toEqual([
    "v0[1,2], v1[2,2] = split(a) {axis 0, sizes [1,2]}",
    "v2[2,2] = neg(v1)",
    "return v2",
  ]);
});

test("outputs may be inputs, constants and literals; inputs that nobody reads stay inputs", () => {
  const graph = draft(({ input, op }) => {
    const a = input([2]);
    op("neg", [input([3])]);
    return [a, constant([1, 2]), 3, a];
  });
  const result = removeDeadCode(graph);
  expect(show(result)).toEqual(["return a, <1,2>, 3, a"]);
  expect(result.inputs).toEqual(graph.inputs);
});

test("random graphs keep their meaning, and nothing is left to remove", () => {
  for (let seed = 0; seed < 60; seed++) {
    const graph = randomGraph(seed);
    const result = removeDeadCode(graph);
    expectSameMeaning(result, graph, seed);
    const read = new Set<unknown>([
      ...result.nodes.flatMap(({ inputs }) => inputs),
      ...result.outputs,
    ]);
    const dead = result.nodes.filter(({ outputs }) => !outputs.some((each) => read.has(each)));
    expect(dead).toEqual([]);
  }
});
