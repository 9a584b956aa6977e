import { expect, test } from "vitest";
import type { Graph } from "../../../../src/engine/onnx/graph.ts";
import { lower } from "../../../../src/engine/onnx/lower.ts";
import { optimize } from "../../../../src/engine/onnx/optimize.ts";
import { removeDeadCode } from "../../../../src/engine/onnx/passes/dead-code.ts";
import { describeLowered, loadGraph } from "../run-lowered.ts";
import { expectSameValues, randomInputs, show } from "./graphs.ts";
import { evaluate } from "./interpret.ts";
import { expectMeaningKept, randomGraph } from "./random-graph.ts";

test("all passes together keep the meaning of random graphs", () => {
  expect(expectMeaningKept(optimize, [], 100)).toBeGreaterThan(50);
});

test("no dot is left, and nothing that no output depends on", () => {
  for (let seed = 0; seed < 60; seed++) {
    const result = optimize(randomGraph(seed));
    expect(result.nodes.map(({ op }) => op)).not.toContain("dot");
    expect(show(removeDeadCode(result))).toEqual(show(result));
  }
});

function load(graph: Graph) {
  const inputs = graph.inputs.map((_, index) => `input${index}`);
  const outputs = graph.outputs.map((_, index) => `output${index}`);
  return loadGraph(lower(optimize(graph), { inputs, outputs }));
}

describeLowered("random graphs in ONNX Runtime", () => {
  test("give what they say, lowered once for any number of rows", async () => {
    for (let seed = 0; seed < 100; seed++) {
      const graph = randomGraph(seed);
      const program = await load(graph);
      for (const rows of [3, 1]) {
        const inputs = randomInputs(graph, seed, rows);
        const results = await program.run(inputs);
        const got = results.map((each) => ({ ...each, data: Array.from(each.data) }));
        expectSameValues(got, evaluate(graph, inputs, rows), 1e-4);
      }
      await program.release();
    }
  });
});
