import { beforeAll, expect, test } from "vitest";
import { type NDArray, np, ready } from "../../../../src/engine/index.ts";
import { simplifyConstants } from "../../../../src/engine/onnx/passes/constants.ts";
import { constant, draft, float, N, show, traced } from "./graphs.ts";
import { evaluate } from "./interpret.ts";
import { expectMeaningKept } from "./random-graph.ts";

/** A graph that adds something known to an input. */
function added(shape: number[], known: Parameters<typeof show>[0]["outputs"][number]) {
  return draft(({ input, op }) => [op("add", [input(shape), known])]);
}

const ones = (count: number, value = 1) => Array<number>(count).fill(value);

test("an array of equal numbers becomes one number, repeated", () => {
  expect(show(simplifyConstants(added([2, 3], constant(ones(6, 2.5), [2, 3]))))).toEqual([
    "v0[2,3] = broadcast(2.5) {shape [2,3], axis [0,1]}",
    "v1[2,3] = add(a, v0)",
    "return v1",
  ]);
});

test("its type stays, and so it does for truth values", () => {
  const graph = added([2], constant([4, 4], [2], "int32"));
  expect(show(simplifyConstants(graph))[0]).toBe(
    "v0:int32[2] = broadcast(4:int32) {shape [2], axis [0]}",
  );
  const truth = draft(({ op }) => [
    op("cast", [constant([1, 1], [2], "bool")], { dtype: "float32" }),
  ]);
  expect(show(simplifyConstants(truth))[0]).toBe(
    "v0:bool[2] = broadcast(1:bool) {shape [2], axis [0]}",
  );
});

test("not a number is equal to itself, and minus zero is not zero", () => {
  const missing = show(simplifyConstants(added([2], constant([Number.NaN, Number.NaN]))));
  expect(missing[0]).toBe("v0[2] = broadcast(NaN) {shape [2], axis [0]}");
  const zeros = constant([0, -0]);
  expect(show(simplifyConstants(added([2], zeros)))).toEqual([
    "v0[2] = add(a, <0,0>)",
    "return v0",
  ]);
});

test.each([
  ["different numbers", constant([1, 2, 1])],
  ["counts of something else than rows", constant([0, 1, 2])],
  ["no numbers at all", constant([], [0, 3])],
])("%s stay as they are", (_, known) => {
  const shape = [...known.shape];
  const lines = show(simplifyConstants(added(shape, known)));
  expect(lines).toEqual([`v0[${shape}] = add(a, <${known.data}>)`, "return v0"]);
});

test("a constant that several nodes read, or a node twice, is written once", () => {
  const twos = constant([2, 2]);
  const graph = draft(({ op, input }) => [
    op("mul", [op("add", [twos, twos]), input([2])]),
    op("neg", [twos]),
  ]);
  expect(show(simplifyConstants(graph))).toEqual([
    "v0[2] = broadcast(2) {shape [2], axis [0]}",
    "v1[2] = add(v0, v0)",
    "v2[2] = mul(v1, a)",
    "v3[2] = neg(v0)",
    "return v2, v3",
  ]);
});

test("row numbers are counted at run time, along any axis", () => {
  const rows = Array.from({ length: N }, (_, row) => row);
  const graph = added([N, 2], constant(rows, [N, 1]));
  const result = simplifyConstants(graph);
  expect(show(result)[0]).toBe("v0[n,1] = iota() {shape [n,1]}");
  const zeros = { shape: [3, 2], dtype: "float32", data: ones(6, 0) };
  expect(evaluate(result, [zeros], 3)[0]!.data).toEqual([0, 0, 1, 1, 2, 2]);
  const pairs = Array.from({ length: 2 * N }, (_, row) => row);
  const twice = added([2 * N], constant(pairs, [2 * N], "int32"));
  expect(show(simplifyConstants(twice))[0]).toBe(`v0:int32[${2 * N}] = iota() {shape [${2 * N}]}`);
});

test.each([
  ["row numbers that start at 1", Array.from({ length: N }, (_, row) => row + 1), [N]],
  ["a table of numbers", Array.from({ length: 2 * N }, (_, place) => place), [N, 2]],
])("%s stay: the lowering refuses what only fits one number of rows", (_, data, shape) => {
  expect(show(simplifyConstants(added(shape, constant(data, shape))))).toHaveLength(2);
});

test.each([
  [N, ["v0[] = extent() {extent n}", "v1[2] = mul(a, v0)"]],
  [3 * N, ["v0[] = extent() {extent 303}", "v1[2] = mul(a, v0)"]],
  [-N, ["v0[] = extent() {extent -n}", "v1[2] = mul(a, v0)"]],
  [1 / N, ["v0[] = extent() {extent n}", "v1[] = reciprocal(v0)", "v2[2] = mul(a, v1)"]],
  [
    Math.fround(-1 / (2 * N)),
    ["v0[] = extent() {extent -202}", "v1[] = reciprocal(v0)", "v2[2] = mul(a, v1)"],
  ],
])("the number %d can only come from the number of rows", (value, lines) => {
  const graph = draft(({ input, op }) => [op("mul", [input([2]), value])]);
  expect(show(simplifyConstants(graph)).slice(0, -1)).toEqual(lines);
});

test.each([0, 1, -1, 0.5, N + 1, 1 / (N + 1), 1.001 / N, 1e-8, Infinity, -Infinity, Number.NaN])(
  "the number %d stays",
  (value) => {
    const graph = draft(({ input, op }) => [op("mul", [input([2]), float(value)])]);
    expect(show(simplifyConstants(graph))[0]).toBe(`v0[2] = mul(a, ${value})`);
  },
);

test("outputs may be constants", () => {
  const graph = draft(() => [constant([7, 7]), N, 2]);
  expect(show(simplifyConstants(graph)).at(-1)).toBe("return v0, v1, 2");
});

test("random graphs keep their meaning", () => {
  expect(expectMeaningKept(simplifyConstants, [])).toBeGreaterThan(0);
});

beforeAll(() => ready("cpu"));

test("means and their kin, traced once, are right for any number of rows", async () => {
  const rows = [1, 2, 3, 4, 5, 60];
  const graph = await traced(
    (x: NDArray) => [
      x.ref.mean(),
      x.ref.mean(0),
      x.ref.add(x.shape[0]!),
      np.full([...x.shape], 0.5).mul(x.ref),
      np.arange(x.shape[0]!).astype(np.float32).add(x.ref.sum(1)),
    ],
    [["n", 2]],
  );
  const x = { shape: [3, 2], dtype: "float32", data: rows };
  const [mean, columns, sum, half, counted] = evaluate(simplifyConstants(graph), [x], 3);
  expect(mean!.data[0]).toBeCloseTo(12.5, 12);
  expect(columns!.data[0]).toBeCloseTo(3, 12);
  expect(columns!.data[1]).toBeCloseTo(22, 12);
  expect(sum!.data).toEqual(rows.map((value) => value + 3));
  expect(half!.data).toEqual(rows.map((value) => value / 2));
  expect(counted!.data).toEqual([3, 8, 67]);
});
