import { beforeAll, test } from "vitest";
import { ArraySpec } from '../../../../src/engine/array-spec.ts';
import { grad, type NDArray, np, ready } from "../../../../src/engine/index.ts";
import { runEager, runLowered, type HostArgument } from "../run-lowered.ts";
beforeAll(() => ready("cpu"));
const f = (data: number[], shape = [data.length], dtype = "float32"): HostArgument => ({ data, shape, dtype });
async function probe(name: string, fn: (...a: NDArray[]) => unknown, args: HostArgument[], rows?: number) {
  const show = (r: unknown) => JSON.stringify(r, (_, v) => (ArrayBuffer.isView(v) ? Array.from(v as Float32Array, String).join(" ") : v));
  const eager = await runEager(fn as never, args).then(show, (e) => "THROWS " + String(e).slice(0, 200));
  const lowered = await runLowered(fn as never, args, rows).then(show, (e) => "THROWS " + String(e).slice(0, 300));
  console.log(`${eager === lowered ? "same " : "DIFF "} ${name}\n   jax  ${eager}${eager === lowered ? "" : `\n   onnx ${lowered}`}`);
}
const x = f([-1, 0, 0.5, 2]);

const z = f([], [0, 3]);
const a = f([1, 2, 3, 4, 5, 6], [2, 3]);
test("probe", async () => {
  const only = process.env.ONLY;
  const go = async (...p: Parameters<typeof probe>) => { if (!only || p[0].includes(only)) await probe(...p); };
  await go("zero add", (a) => a.slice([0,0]).add(1), [a]);
  await go("zero matmul", (a) => np.matmul(a.ref.slice([0,0]), np.transpose(a)), [a]);
  await go("zero matmul k=0", (a) => np.matmul(a.ref.slice([], [0,0]), np.transpose(a.slice([], [0, 0]))), [a]);
  await go("zero matmul k=0 sym", (a, w) => np.matmul(a.ref.slice([], [0,0]), w.slice([0,0])).add(a), [a, f([1,2,3,4,5,6,7,8,9],[3,3])], 2);
  await go("zero concat", (a) => np.concatenate([a.ref.slice([0,0]), a], 0), [a]);
  await go("zero sum", (a) => [a.ref.slice([0,0]).sum(0), a.slice([0,0]).sum()], [a]);
  await go("zero slices", (a) => np.concatenate([a.ref.slice([], [0, 0]), a], 1), [a], 2);
  await go("zero split", (a) => { const [x, y] = np.split(a, [0], 1) as NDArray[]; return [x!.mul(2), y!.mul(2)]; }, [a], 2);
  await go("zero split grad", (a) => grad((a: NDArray) => { const [x, y] = np.split(a, [0], 1) as NDArray[]; return x!.ref.mul(x!).sum().add(y!.ref.mul(y!).sum()); })(a), [a], 2);
  await go("zero broadcast", (a) => np.broadcastTo(a, [0, 2, 3]), [a]);
  await go("zero sym transpose", (a) => np.transpose(a.slice([], [0,0])).add(1), [a], 2);
  await go("var correction", (a) => np.var_(a, 0, { correction: 1 } as never), [f([1, 2, 3, 4, 5, 7], [3, 2])], 3);
  await go("diff twice rows", (a) => np.diff(a, 2, 0), [f([1, 2, 3, 4, 5, 7, 9, 1], [4, 2])], 4);
  await go("slices rows", (a) => a.slice([1]).slice([0, -1]), [f([1, 2, 3, 4, 5, 7, 9, 1], [4, 2])], 4);
  await go("slices rows2", (a) => a.slice([1]).slice([0, 2]), [f([1, 2, 3, 4, 5, 7, 9, 1], [4, 2])], 4);
  await go("row reversed sum", (a) => np.flip(a, 0).sum(0), [f([1, 2, 3, 4, 5, 7, 9, 1], [4, 2])], 4);
  await go("isnan const", (a) => a.add(np.array([NaN, NaN, NaN])), [a]);
  await go("full rows nan", (a) => a.add(np.full(a.shape, NaN)), [a], 2);
  await go("outputs", (a) => [a.ref, a, np.array(3), np.array([1, 2]), np.array(2, { dtype: "int32" as never })], [a]);
  await go("full output rows", (a) => [np.ones(a.shape), np.zeros([a.shape[0]!, 1]), np.arange(a.shape[0]!), np.array(a.shape[0]!)], [a], 2);
  await go("linspace rows", (a) => np.linspace(0, 1, a.shape[0]!), [a], 2);
  await go("eye rows", (a) => np.eye(a.shape[0]!), [a], 2);
  await go("mean", (a) => [a.ref.mean(), a.mean(0)], [a], 2);
  await go("sqrt n", (a) => a.mul(1 / Math.sqrt(a.shape[0]!)), [a], 2);
  await go("zero reshape", (a) => a.slice([], [0,0]).reshape([0, 2]), [a]);
});
