import { describe, expect, test } from "vitest";
import type { DType } from "../../../src/engine/jax.ts";
import {
  broadcastShapes,
  isLiteral,
  literal,
  node,
  producersOf,
  rewrite,
  useCounts,
  variable,
} from "../../../src/engine/onnx/graph.ts";
import { draft, show } from "./passes/graphs.ts";

test.each([
  [
    [[2, 3], [3]],
    [2, 3],
  ],
  [
    [
      [2, 1],
      [1, 3],
    ],
    [2, 3],
  ],
  [[[], []], []],
  [
    [[], [4, 1], [1]],
    [4, 1],
  ],
  [
    [[0, 1], [3]],
    [0, 3],
  ],
  [[[1], [0]], [0]],
])("shapes %j broadcast to %j", (shapes, expected) => {
  expect(broadcastShapes(...shapes)).toEqual(expected);
});

test("a literal is told by its value; minus zero is zero", () => {
  const zero = literal(-0, "float32" as DType);
  expect(isLiteral(zero)).toBe(true);
  expect(isLiteral(zero, 0)).toBe(true);
  expect(isLiteral(zero, 1)).toBe(false);
  expect(isLiteral(variable([], "float32" as DType))).toBe(false);
  expect(isLiteral(undefined)).toBe(false);
});

test("reads are counted in nodes, twice where they read twice, and in outputs", () => {
  const graph = draft(({ input, op }) => {
    const x = input([2]);
    const square = op("mul", [x, x]);
    return [square, op("add", [square, x]), square];
  });
  const counts = useCounts(graph);
  const [square, sum] = graph.nodes.map(({ outputs }) => outputs[0]!);
  expect([graph.inputs[0]!, square!, sum!].map((each) => counts.get(each))).toEqual([3, 3, 1]);
});

test("every output of a node is made by it, inputs by none", () => {
  const graph = draft(({ input, ops }) => ops("split", [input([3])], { axis: 0, sizes: [1, 2] }));
  const producers = producersOf(graph);
  expect(graph.outputs.map((each) => producers.get(each))).toEqual(Array(2).fill(graph.nodes[0]));
  expect(producers.get(graph.inputs[0]!)).toBeUndefined();
});

describe("rewriting", () => {
  const graph = draft(({ input, op, ops }) => {
    const [first, second] = ops("split", [input([4])], { axis: 0, sizes: [2, 2] });
    const negative = op("neg", [first!]);
    return [op("add", [negative, negative]), second!];
  });

  test("without a change keeps the nodes themselves", () => {
    const result = rewrite(graph, () => undefined);
    expect(result.nodes).toEqual(graph.nodes);
    result.nodes.forEach((each, index) => {
      expect(each).toBe(graph.nodes[index]);
    });
  });

  test("puts what stands for an output in its place, in later nodes and in the outputs", () => {
    const result = rewrite(graph, (each, add) => {
      if (each.op !== "neg") return undefined;
      return [add(node("sin", each.inputs, {}, variable([2], "float32" as DType)))];
    });
    expect(show(result)).toEqual([
      "v0[2], v1[2] = split(a) {axis 0, sizes [2,2]}",
      "v2[2] = sin(v0)",
      "v3[2] = add(v2, v2)",
      "return v3, v1",
    ]);
  });

  test("may replace a node by what is there already, output by output", () => {
    const [x] = graph.inputs;
    const result = rewrite(graph, (each) => {
      if (each.op === "split") return [x!, literal(0, "float32" as DType)];
      return each.op === "neg" ? each.inputs : undefined;
    });
    expect(show(result)).toEqual(["v0[2] = add(a, a)", "return v0, 0"]);
  });

  test("tells what stands for an operand of the old graph", () => {
    const seen: unknown[] = [];
    rewrite(graph, (each, _, current) => {
      if (each.op === "add") seen.push(current(graph.nodes[1]!.outputs[0]!));
      return each.op === "neg" ? each.inputs : undefined;
    });
    expect(seen).toEqual([graph.nodes[0]!.outputs[0]]);
    expect(seen[0]).toBe(graph.nodes[0]!.outputs[0]);
  });
});
