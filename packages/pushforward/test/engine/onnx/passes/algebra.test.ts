import { beforeAll, describe, expect, test } from "vitest";
import { grad, type NDArray, np, ready } from "../../../../src/engine/index.ts";
import type { DType } from "../../../../src/engine/jax.ts";
import { type Graph, literal } from "../../../../src/engine/onnx/graph.ts";
import { foldAlgebra } from "../../../../src/engine/onnx/passes/algebra.ts";
import { makeBroadcastsLazy } from "../../../../src/engine/onnx/passes/broadcast.ts";
import { simplifyConstants } from "../../../../src/engine/onnx/passes/constants.ts";
import { removeDeadCode } from "../../../../src/engine/onnx/passes/dead-code.ts";
import {
  type Argument,
  constant,
  type Draft,
  draft,
  expectSameMeaning,
  expectSameValues,
  float,
  integer,
  N,
  show,
  traced,
} from "./graphs.ts";
import { evaluate } from "./interpret.ts";
import { expectMeaningKept } from "./random-graph.ts";

/** What the pass makes of a graph, without what nobody reads. */
function folded(graph: Graph): string[] {
  const result = foldAlgebra(graph);
  expectSameMeaning(result, graph);
  return show(removeDeadCode(result));
}

/** One expression of three arrays `a`, `b`, `c` of rows, and a single number `d`. */
type Expression = (draft: Draft, a: Argument, b: Argument, c: Argument, d: Argument) => Argument;

function expression(make: Expression): Graph {
  return draft((d) => {
    const [a, b, c] = [d.input([N, 2]), d.input([N, 2]), d.input([N, 2])];
    return [make(d, a, b, c, d.input([]))];
  });
}

/** The nodes that an expression becomes, without shapes, as `op(operands)`. */
function simplified(make: Expression): string {
  const lines = folded(expression(make));
  return lines.map((line) => line.replace(/^v\d+\S* = /, "").replace(/^return /, "")).join("; ");
}

const neg = ({ op }: Draft, x: Argument) => op("neg", [x]);
const add = ({ op }: Draft, x: Argument, y: Argument) => op("add", [x, y]);
const sub = ({ op }: Draft, x: Argument, y: Argument) => op("sub", [x, y]);
const mul = ({ op }: Draft, x: Argument, y: Argument) => op("mul", [x, y]);
const div = ({ op }: Draft, x: Argument, y: Argument) => op("div", [x, y]);
const inverse = ({ op }: Draft, x: Argument) => op("reciprocal", [x]);
const logistic = (d: Draft, x: Argument, one: Argument) =>
  inverse(d, add(d, d.op("exp", [neg(d, x)]), one));
const less = ({ op }: Draft, x: Argument, y: Argument) => op("compare", [x, y], { op: "less" });

describe("identities", () => {
  test.each<[string, Expression, string]>([
    ["a + 0", (d, a) => add(d, a, 0), "a"],
    ["0 + a", (d, a) => add(d, 0, a), "a"],
    ["a + b 0", (d, a, b) => add(d, a, mul(d, b, 0)), "a"],
    ["a + -(0 b)", (d, a, b) => add(d, a, neg(d, mul(d, 0, b))), "a"],
    ["(b - b) + a", (d, a, b) => add(d, sub(d, b, b), a), "a"],
    ["a + (b 0) c", (d, a, b, c) => add(d, a, mul(d, mul(d, b, 0), c)), "a"],
    ["b 0 + 0", (d, _, b) => add(d, mul(d, b, 0), 0), "mul(b, 0); v0"],
    ["a + -b", (d, a, b) => add(d, a, neg(d, b)), "sub(a, b); v0"],
    ["-a + b", (d, a, b) => add(d, neg(d, a), b), "sub(b, a); v0"],
    ["-a + -b", (d, a, b) => add(d, neg(d, a), neg(d, b)), "add(a, b); neg(v0); v1"],
    ["a - 0", (d, a) => sub(d, a, 0), "a"],
    ["0 - a", (d, a) => sub(d, 0, a), "neg(a); v0"],
    ["a - -b", (d, a, b) => sub(d, a, neg(d, b)), "add(a, b); v0"],
    ["-a - b", (d, a, b) => sub(d, neg(d, a), b), "add(a, b); neg(v0); v1"],
    ["--a", (d, a) => neg(d, neg(d, a)), "a"],
    ["-(a - b)", (d, a, b) => neg(d, sub(d, a, b)), "sub(b, a); v0"],
    ["-(a + -b)", (d, a, b) => neg(d, add(d, a, neg(d, b))), "sub(b, a); v0"],
    ["a 1", (d, a) => mul(d, a, 1), "a"],
    ["-1 a", (d, a) => mul(d, -1, a), "neg(a); v0"],
    ["-1 -a", (d, a) => mul(d, -1, neg(d, a)), "a"],
    ["2 (a 4)", (d, a) => mul(d, 2, mul(d, a, 4)), "mul(a, 8); v0"],
    ["0.5 (a 2)", (d, a) => mul(d, 0.5, mul(d, a, 2)), "a"],
    ["-a 2", (d, a) => mul(d, neg(d, a), 2), "mul(a, -2); v0"],
    ["-a b", (d, a, b) => mul(d, neg(d, a), b), "mul(a, b); neg(v0); v1"],
    ["-a -b", (d, a, b) => mul(d, neg(d, a), neg(d, b)), "mul(b, a); v0"],
    ["-a -a", (d, a) => mul(d, neg(d, a), neg(d, a)), "mul(a, a); v0"],
    ["a / b", (d, a, b) => mul(d, a, inverse(d, b)), "div(a, b); v0"],
    ["1/a b", (d, a, b) => mul(d, inverse(d, a), b), "div(b, a); v0"],
    ["3 / a", (d, a) => mul(d, 3, inverse(d, a)), "div(3, a); v0"],
    ["-a / b", (d, a, b) => mul(d, neg(d, a), inverse(d, b)), "div(a, b); neg(v0); v1"],
    ["1/a 1/a", (d, a) => mul(d, inverse(d, a), inverse(d, a)), "reciprocal(a); mul(v0, v0); v1"],
    ["a / 4", (d, a) => div(d, a, 4), "mul(a, 0.25); v0"],
    ["1 / a", (d, a) => div(d, 1, a), "reciprocal(a); v0"],
    ["(a d) 2", (d, a, _b, _c, s) => mul(d, mul(d, a, s), 2), "mul(d, 2); mul(a, v0); v1"],
    [
      "(a d) (2 b)",
      (d, a, b, _c, s) => mul(d, mul(d, a, s), mul(d, 2, b)),
      "mul(a, b); mul(d, 2); mul(v0, v1); v2",
    ],
    [
      "(1/b)^2 (c a), a slope of a / b",
      (d, a, b, c) => mul(d, mul(d, inverse(d, b), inverse(d, b)), mul(d, c, a)),
      "div(c, b); div(a, b); mul(v0, v1); v2",
    ],
    [
      "1 / (1 + exp(-a)) that no gradient looks into",
      ({ op }, a) => op("stop_gradient", [logistic({ op } as Draft, a, 1)]),
      "sigmoid(a); v0",
    ],
    ["a < 0 ? -a : a", (d, a) => d.op("where", [less(d, a, 0), neg(d, a), a]), "abs(a); v0"],
    ["a < b ? c : c", (d, a, b, c) => d.op("where", [less(d, a, b), c, c]), "c"],
    ["stop_gradient(a)", ({ op }, a) => op("stop_gradient", [a]), "a"],
    ["float(a)", ({ op }, a) => op("cast", [a], { dtype: "float32" }), "a"],
  ])("%s", (_, make, expected) => {
    expect(simplified(make)).toBe(expected);
  });

  test.each<[string, number[], number]>([
    ["add", [1, 0.1], Math.fround(1.1)],
    ["sub", [1, 4], -3],
    ["mul", [3, 0.5], 1.5],
    ["div", [1, 3], Math.fround(1 / 3)],
    ["neg", [2], -2],
    ["reciprocal", [3], Math.fround(1 / 3)],
    ["sqrt", [2], Math.fround(Math.SQRT2)],
    ["exp", [1], Math.fround(Math.E)],
    ["log", [2], Math.fround(Math.LN2)],
    ["min", [2, -1], -1],
    ["max", [2, -1], 2],
    ["log", [-1], Number.NaN],
  ])("%s of %j is known", (op, values, expected) => {
    expect(folded(draft((d) => [d.op(op, values)]))).toEqual([`return ${expected}`]);
  });
});

describe("equal nodes", () => {
  test("are one, also with operands exchanged where that does not matter", () => {
    const lines = folded(
      draft((d) => {
        const [a, b] = [d.input([2]), d.input([2])];
        const sums = add(d, mul(d, a, b), mul(d, b, a));
        return [sums, d.op("max", [a, b]), d.op("max", [b, a])];
      }),
    );
    expect(lines).toEqual([
      "v0[2] = mul(a, b)",
      "v1[2] = add(v0, v0)",
      "v2[2] = max(a, b)",
      "return v1, v2, v2",
    ]);
  });

  test("have equal parameters, types and literals, and operands in the same order", () => {
    const graph = draft((d) => {
      const [a, b] = [d.input([2, 2]), d.input([2, 2])];
      return [
        d.op("reduce", [a], { op: "Add", axis: [0] }),
        d.op("reduce", [a], { op: "Add", axis: [1] }),
        d.op("cast", [a], { dtype: "int32" }),
        d.op("cast", [a], { dtype: "bool" }),
        less(d, a, b),
        less(d, b, a),
        d.op("compare", [a, 1], { op: "less" }),
        d.op("compare", [a, integer(1)], { op: "less" }),
        d.op("min", [a, 2]),
        d.op("min", [a, 3]),
      ];
    });
    expect(folded(graph)).toEqual(show(graph));
  });

  test("with several outputs stay, each with its own", () => {
    const graph = draft((d) => {
      const x = d.input([3]);
      return [1, 2].flatMap(() => d.ops("split", [x], { axis: 0, sizes: [1, 2] }));
    });
    expect(folded(graph)).toEqual(show(graph));
  });
});

describe("what looks like an identity and is none", () => {
  const unchanged = (graph: Graph) => expect(folded(graph)).toEqual(show(removeDeadCode(graph)));

  test.each(["int32", "bool"])("arithmetic of type %s", (dtype) => {
    const [zero, one] = [0, 1].map((value) => literal(value, dtype as DType));
    unchanged(
      draft((d) => {
        const x = d.input([3], dtype);
        const y = d.input([3], dtype);
        return [add(d, x, zero!), mul(d, x, one!), add(d, x, neg(d, y)), neg(d, neg(d, x))];
      }),
    );
  });

  test("arithmetic that makes floats of other types", () => {
    unchanged(
      draft((d) => {
        const count = d.input([3], "int32");
        const truth = d.input([3], "bool");
        const single = d.input([], "int32");
        const x = d.input([3]);
        const y = d.input([]);
        const r = inverse(d, y);
        const float32 = (op: string, ...operands: Argument[]) => d.op(op, operands, {}, "float32");
        return [
          float32("mul", count, 1),
          float32("add", truth, 0),
          // Numbers of another type must not be multiplied with each other before they meet a float.
          mul(d, float32("mul", x, single), 0.5),
          mul(d, float32("mul", truth, y), 0.5),
          mul(d, mul(d, r, r), float32("mul", count, x)),
        ];
      }),
    );
  });

  test("a literal of another type", () => {
    unchanged(
      draft((d) => {
        const x = d.input([3]);
        return [add(d, x, integer(0)), mul(d, x, integer(1))];
      }),
    );
  });

  test("operations on literals of other types", () => {
    unchanged(
      draft((d) => [add(d, integer(2), integer(3)), d.op("cast", [2], { dtype: "int32" })]),
    );
  });

  test("zeros, or a choice, that make an array larger", () => {
    unchanged(
      draft((d) => {
        const [x, y] = [d.input([1, 3]), d.input([2, 1])];
        const zeros = mul(d, y, 0);
        const choice = d.op("where", [less(d, y, 0.5), x, x]);
        const [u, v] = [add(d, x, zeros), add(d, zeros, mul(d, x, x))];
        return [u, v, choice];
      }),
    );
  });

  test.each<[string, Expression]>([
    ["1 / (1 + exp(-a)), whose left tail must be exact", (d, a) => logistic(d, a, 1)],
    ["a < 0 ? a : -a", (d, a) => d.op("where", [less(d, a, 0), a, neg(d, a)])],
    ["0 < a ? -a : a", (d, a) => d.op("where", [less(d, 0, a), neg(d, a), a])],
    ["b < 0 ? -a : a", (d, a, b) => d.op("where", [less(d, b, 0), neg(d, a), a])],
    ["a < 1 ? -a : a", (d, a) => d.op("where", [less(d, a, 1), neg(d, a), a])],
    ["(a 1e-30) 1e-30", (d, a) => mul(d, mul(d, a, 1e-30), 1e-30)],
    ["(a 1e30) 1e30", (d, a) => mul(d, mul(d, a, 1e30), 1e30)],
    ["a b + c", (d, a, b, c) => add(d, mul(d, a, b), c)],
    ["a + 1", (d, a) => add(d, a, 1)],
    ["a * a", (d, a) => mul(d, a, a)],
  ])("%s", (_, make) => {
    unchanged(expression(make));
  });
});

/** The gradient that passes where a bound does not hold, as jax-js writes it. */
function slope(d: Draft, bound: "max" | "min", x: Argument, limit: number, passed: Argument) {
  const held = d.op(bound, [x, limit]);
  const test = bound === "max" ? less(d, x, limit) : less(d, limit, x);
  return [held, d.op("where", [test, 0, passed])];
}

test.each<[string, (d: Draft, x: Argument, y: Argument) => Argument]>([
  ["1 / (2 + exp(-a))", (d, x) => logistic(d, x, 2)],
  ["1 / (b + exp(-a))", (d, x, y) => logistic(d, x, y)],
  ["1 / (1 + exp(a))", (d, x) => inverse(d, add(d, 1, d.op("exp", [x])))],
  ["1 + exp(-a)", (d, x) => add(d, 1, d.op("exp", [neg(d, x)]))],
  ["exp(-a)", (d, x) => d.op("exp", [neg(d, x)])],
])("%s is no sigmoid", (_, make) => {
  const plain = expression((d, a, b) => make(d, a, b));
  const stopped = expression((d, a, b) => d.op("stop_gradient", [make(d, a, b)]));
  expect(folded(stopped)).toEqual(show(plain));
});

describe("the gradient of a bound", () => {
  test("is a product with 0 or 1", () => {
    const lines = folded(draft((d) => slope(d, "max", d.input([N, 2]), 0.25, d.input([N, 2]))));
    expect(lines).toEqual([
      "v0[n,2] = max(a, 0.25)",
      "v1:bool[n,2] = compare(0.25, a) {op less_equal}",
      "v2[n,2] = cast(v1) {dtype float32}",
      "v3[n,2] = mul(b, v2)",
      "return v0, v3",
    ]);
    const upper = folded(draft((d) => slope(d, "min", d.input([N, 2]), 0.25, d.input([2]))));
    expect(upper.slice(1, 4)).toEqual([
      "v1:bool[n,2] = compare(a, 0.25) {op less_equal}",
      "v2[n,2] = cast(v1) {dtype float32}",
      "v3[n,2] = mul(b, v2)",
    ]);
  });

  test("asks the positive part where there is one", () => {
    const lines = folded(draft((d) => slope(d, "max", d.input([3]), 0, d.input([3]))));
    expect(lines[1]).toBe("v1:bool[3] = compare(0, v0) {op less}");
  });

  test("of a gradient of 1 is 0 or 1", () => {
    const lines = folded(draft((d) => slope(d, "max", d.input([3]), 0.25, 1)));
    expect(lines.slice(2)).toEqual(["v2[3] = cast(v1) {dtype float32}", "return v0, v2"]);
  });

  test("passes also where the choice is written the other way around", () => {
    const lines = folded(
      draft((d) => {
        const x = d.input([3]);
        return [d.op("max", [x, 0.5]), d.op("where", [less(d, 0.5, x), d.input([3]), 0])];
      }),
    );
    expect(lines.slice(1, -1)).toEqual([
      "v1:bool[3] = compare(0.5, a) {op less}",
      "v2[3] = cast(v1) {dtype float32}",
      "v3[3] = mul(b, v2)",
    ]);
  });

  /** Values at which roots, logarithms and quotients are not finite. */
  const edges = [-4, -0.5, 0, 0.5, 4];

  test.each<[string, (d: Draft, x: Argument, held: Argument) => Argument]>([
    ["a root", ({ op }, x) => op("sqrt", [x])],
    ["a logarithm", ({ op }, x) => op("log", [x])],
    ["a quotient", (d, x) => div(d, 2, x)],
    ["the gradient of a root of what is held", (d, _, held) => inverse(d, d.op("sqrt", [held]))],
    ["a sum with one of them", (d, x) => add(d, d.op("log", [x]), x)],
    ["an infinite constant", () => constant([1, Infinity, -Infinity, 1, 1])],
    ["an infinite literal", () => float(Infinity)],
  ])("stays a choice where it may be infinite: %s", (_, make) => {
    const graph = draft((d) => {
      const x = d.input([edges.length]);
      const held = d.op("max", [x, 0]);
      return [held, d.op("where", [less(d, 0, x), make(d, x, held), 0])];
    });
    const result = foldAlgebra(graph);
    const inputs = [{ shape: [edges.length], dtype: "float32", data: edges }];
    expectSameValues(evaluate(result, inputs), evaluate(graph, inputs));
    expect(result.nodes.map(({ op }) => op)).toContain("where");
  });

  test.each<[string, (d: Draft, x: Argument, y: Argument) => Argument]>([
    ["of something that is not held anywhere", (d, x, y) => d.op("where", [less(d, x, 0), 0, y])],
    ["between two arrays", (d, x, y) => d.op("where", [less(d, d.op("max", [x, 0]), y), x, y])],
    [
      "by equality",
      (d, x, y) => {
        d.op("max", [x, 0]);
        return d.op("where", [d.op("compare", [x, 0], { op: "equal" }), 0, y]);
      },
    ],
    ["by a truth value", (d, _, y) => d.op("where", [d.input([3], "bool"), 0, y])],
    [
      "of integers",
      (d, x) => {
        d.op("max", [x, 0]);
        return d.op("where", [less(d, x, 0), integer(0), d.input([3], "int32")]);
      },
    ],
  ])("is not seen in a choice %s", (_, make) => {
    const graph = draft((d) => [make(d, d.input([3]), d.input([3]))]);
    expect(folded(graph).join()).toContain("where");
  });
});

test("random graphs keep their meaning", () => {
  const before = [removeDeadCode, simplifyConstants, makeBroadcastsLazy];
  expect(expectMeaningKept(foldAlgebra, before)).toBeGreaterThan(30);
});

test("many factors take no longer than there are", () => {
  const graph = draft((d) => {
    let power: Argument = d.input([2]);
    for (let k = 0; k < 60; k++) power = mul(d, power, power);
    return [add(d, power, 1)];
  });
  expect(foldAlgebra(graph).nodes).toHaveLength(61);
});

beforeAll(() => ready("cpu"));

/** Primitives of the gradient of the sum of a function, broadcasts lazy, and its meaning checked. */
async function gradientOps(fn: (x: NDArray, y: NDArray) => NDArray): Promise<string[]> {
  const both = (x: NDArray, y: NDArray) =>
    grad((a: NDArray, b: NDArray) => fn(a, b).sum(), { argnums: [0, 1] })(
      x,
      y,
    ) as unknown as NDArray[];
  const graph = makeBroadcastsLazy(
    await traced(both, [
      ["n", 2],
      ["n", 2],
    ]),
  );
  const result = foldAlgebra(graph);
  expectSameMeaning(result, graph);
  return removeDeadCode(result).nodes.map(({ op }) => op);
}

test("gradients of jax-js become what one would write by hand", async () => {
  const ops = [
    await gradientOps((x, y) => np.sin(x).mul(y)),
    await gradientOps((x, y) => x.ref.sub(y).mul(x)),
    await gradientOps((x, y) => np.sin(x.div(y))),
    await gradientOps((x, y) => np.exp(np.negative(x)).mul(y)),
  ];
  expect(ops).toEqual([
    ["sin", "cos", "mul"],
    ["sub", "neg", "add"],
    ["div", "cos", "div", "mul", "neg"],
    ["neg", "exp", "mul", "neg"],
  ]);
});

test("the gradient of a hidden layer with rectifiers has no choices", async () => {
  const loss = (x: NDArray, weight: NDArray) => {
    const hidden = np.maximum(np.matmul(x, weight.ref), 0);
    return np.sin(np.matmul(hidden, np.transpose(weight))).sum();
  };
  const graph = makeBroadcastsLazy(
    await traced(
      (x: NDArray, weight: NDArray) => grad(loss, { argnums: [0, 1] })(x, weight) as never,
      [
        ["n", 2],
        [2, 3],
      ],
    ),
  );
  expect(graph.nodes.map(({ op }) => op)).toContain("where");
  const result = foldAlgebra(graph);
  expectSameMeaning(result, graph);
  expect(result.nodes.map(({ op }) => op)).not.toContain("where");
});
