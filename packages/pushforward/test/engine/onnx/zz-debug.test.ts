import { lax, nn } from "@jax-js/jax";
import { test } from "vitest";
import { ArraySpec } from "../../../src/engine/array-spec.ts";
import { grad, makeJaxpr, np } from "../../../src/engine/jax.ts";
import { optimize } from "../../../src/engine/onnx/optimize.ts";
import { trace } from "../../../src/engine/onnx/trace.ts";
import { createOnnxExecutor } from "../../../src/engine/onnx/onnx-executor.ts";
import { hostArray } from "../../../src/engine/engine-array.ts";
import { ready } from "../../../src/engine/ready.ts";
export function show(graph: any) {
  const names = new Map<any, string>();
  const name = (o: any) => o.kind === "literal" ? `${o.value}:${o.dtype}` : (names.get(o) ?? (names.set(o, `${o.kind[0]}${names.size}[${o.shape}]`), names.get(o)));
  for (const i of graph.inputs) console.log("in", name(i));
  for (const n of graph.nodes) console.log(n.outputs.map(name).join(","), "=", n.op, n.inputs.map(name).join(" "), JSON.stringify(n.params));
  console.log("out", graph.outputs.map(name).join(" "));
}
test("debug", async () => {
  await ready("cpu");
  const [fn, specs, args]: any = new Function("grad", "np", "nn", "lax", `return ${process.env.CASE}`)(grad, np, nn, lax);
  const s = specs.map((x: any) => new ArraySpec(x));
  const { graph } = await trace(fn, s, 8191);
  show(graph); console.log("----"); show(optimize(graph));
  const p = await (await createOnnxExecutor("cpu")).build(fn, s);
  const a = args.map((x: any, i: number) => { const f = Float32Array.from([x].flat(9)); const shape = specs[i].map((e: any) => e === "n" ? f.length / specs[i].filter((q: any) => q !== "n").reduce((u: any, v: any) => u * v, 1) : e); return hostArray(f, shape); });
  const r: any = await p.run(a);
  for (const x of r) console.log("onnx", x.shape, await x.data());
  for (const x of fn(...a.map((y: any) => y.toDevice()))) console.log("jax ", x.shape, await x.data());
});
