import { describe, expect, test } from "vitest";
import { EngineError } from "../../../src/core/errors.ts";
import { type Builder, createBuilder, type Tensor } from "../../../src/engine/onnx/builder.ts";
import { describeLowered, type HostArgument, loadGraph } from "./run-lowered.ts";

/** Stands for the number of rows. */
const N = 101;

/** The operators that a graph has, as `Type(operands)`, constants by their entries. */
function written(make: (builder: Builder, x: Tensor) => Tensor, shape: number[]): string[] {
  const builder = createBuilder(N);
  const result = make(builder, builder.input("x", shape, "float32"));
  const { nodes, initializers } = builder.finish([["y", result]]);
  const known = new Map(initializers.map(({ name, data }) => [name, `<${Array.from(data)}>`]));
  const names = new Map(nodes.flatMap(({ outputs }) => outputs).map((name, i) => [name, `v${i}`]));
  return nodes.map(({ type, inputs }) => {
    const operands = inputs.map((name) => known.get(name) ?? names.get(name) ?? name);
    return `${type}(${operands.join(", ")})`;
  });
}

describe("equal things are written once", () => {
  test("operators with the same operands, attributes and results", () => {
    const builder = createBuilder(N);
    const x = builder.input("x", [2], "float32");
    const double = () => builder.op("Add", [x, x], [2], "float32");
    expect(double()).toBe(double());
    const cast = (to: number) => builder.op("Cast", [x], [2], "int32", { to });
    expect(cast(6)).not.toBe(cast(7));
    const parts = () => builder.split(x, 0, [1, 1]);
    expect(parts()).toBe(parts());
  });

  test("constants of the same shape, type and entries, large ones excepted", () => {
    const builder = createBuilder(N);
    const small = (type: "float32" | "int64" = "float32", shape = [2]) =>
      builder.constant([1, 2], shape, type);
    expect(small()).toBe(small());
    expect(small()).not.toBe(small("int64"));
    expect(small()).not.toBe(small("float32", [1, 2]));
    const large = () => builder.constant(new Float32Array(65), [65], "float32");
    expect(large()).not.toBe(large());
  });
});

describe("what changes nothing writes nothing", () => {
  test.each<[string, (builder: Builder, x: Tensor) => Tensor]>([
    ["a reshape to the same shape", ({ reshape }, x) => reshape(x, [N, 1, 3])],
    ["an expansion to the same shape", ({ expand }, x) => expand(x, [N, 1, 3])],
    ["a transpose of nothing", ({ transpose }, x) => transpose(x, [0, 1, 2])],
    [
      "a slice of everything",
      ({ slice }, x) =>
        slice(x, [
          [0, N],
          [0, 1],
          [0, 3],
        ]),
    ],
    ["a flip of no axis", ({ flip }, x) => flip(x, [])],
    ["a concatenation of one part", ({ concat }, x) => concat([x], 0)],
    ["a cast to the same type", ({ cast }, x) => cast(x, "float32")],
  ])("%s", (_, make) => {
    const builder = createBuilder(N);
    const x = builder.input("x", [N, 1, 3], "float32");
    expect(make(builder, x)).toBe(x);
  });
});

describe("shapes that follow the number of rows", () => {
  test("are told by -1 where that says it", () => {
    expect(written(({ reshape }, x) => reshape(x, [3, N]), [N, 3])).toEqual(["Reshape(x, <3,-1>)"]);
    expect(written(({ reshape }, x) => reshape(x, [3 * N]), [N, 3])).toEqual(["Reshape(x, <-1>)"]);
  });

  test("are put together at run time where it does not", () => {
    expect(written(({ reshape }, x) => reshape(x, [N, 1, N]), [N, N])).toEqual([
      "Shape(x)",
      "Concat(v0, <1>, v0)",
      "Reshape(x, v1)",
    ]);
    expect(written(({ expand }, x) => expand(x, [N, 2 * N]), [N, 1])).toEqual([
      "Shape(x)",
      "Mul(v0, <2>)",
      "Concat(v0, v1)",
      "Expand(x, v2)",
    ]);
  });

  test("are read off an input that has a multiple of the rows, if need be", () => {
    expect(written(({ range }) => range(N), [4, 3 * N]).slice(0, 2)).toEqual([
      "Shape(x)",
      "Div(v0, <3>)",
    ]);
  });

  test("cannot be written where no input tells the rows", () => {
    const builder = createBuilder(N);
    const x = builder.input("x", [1, 3], "float32");
    expect(() => builder.expand(x, [N, 3])).toThrow(EngineError);
    expect(() => builder.expand(x, [N, 3])).toThrow("no input tells");
  });
});

test("moving axes of extent 1 is a reshape", () => {
  const turn = (perm: number[]) => written(({ transpose }, x) => transpose(x, perm), [N, 1, 3]);
  expect(turn([1, 0, 2])).toEqual(["Reshape(x, <1,-1,3>)"]);
  expect(turn([2, 0, 1])).toEqual(["Transpose(x)"]);
});

describe("the outputs of a graph", () => {
  test("are the nodes that make them, under their names", () => {
    const builder = createBuilder(N);
    const x = builder.input("x", [N], "float32");
    const y = builder.op("Exp", [x], [N], "float32");
    const z = builder.op("Neg", [y], [N], "float32");
    const graph = builder.finish([
      ["first", y],
      ["second", z],
    ]);
    expect(graph.nodes).toEqual([
      { type: "Exp", inputs: ["x"], outputs: ["first"], attributes: {} },
      { type: "Neg", inputs: ["first"], outputs: ["second"], attributes: {} },
    ]);
    expect(graph.outputs.map(({ name }) => name)).toEqual(["first", "second"]);
    expect(graph.values).toEqual([]);
  });

  test("are copied where no node makes them, or where they are outputs twice", () => {
    const builder = createBuilder(N);
    const x = builder.input("x", [2], "float32");
    const y = builder.op("Exp", [x], [2], "float32");
    const known = builder.constant([1, 2], [2], "float32");
    const graph = builder.finish([
      ["input", x],
      ["constant", known],
      ["once", y],
      ["again", y],
    ]);
    expect(graph.nodes.map(({ type, inputs, outputs }) => [type, inputs[0], outputs[0]])).toEqual([
      ["Exp", "x", "once"],
      ["Identity", "x", "input"],
      ["Identity", known.name, "constant"],
      ["Identity", "once", "again"],
    ]);
    expect(graph.initializers.map(({ name }) => name)).toEqual([known.name]);
  });

  test("leave constants out that nobody reads", () => {
    const builder = createBuilder(N);
    builder.constant([7], [1], "float32");
    expect(builder.finish([["y", builder.input("x", [1], "float32")]]).initializers).toEqual([]);
  });
});

/** Numbers 1, 2, ... of a shape. */
function counted(...shape: number[]): HostArgument {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return { data: Array.from({ length: size }, (_, i) => i + 1), shape };
}

describeLowered("written for any number of rows", () => {
  /** What a graph of `x` of shape `[n, 2]` gives at several numbers of rows. */
  async function results(make: (builder: Builder, x: Tensor) => Tensor): Promise<number[][]> {
    const builder = createBuilder(N);
    const result = make(builder, builder.input("x", [N, 2], "float32"));
    const program = await loadGraph(builder.finish([["y", builder.cast(result, "float32")]]));
    const each: number[][] = [];
    for (const rows of [1, 3]) {
      const [y] = await program.run([counted(rows, 2)]);
      each.push(Array.from(y!.data));
    }
    await program.release();
    return each;
  }

  test("flips reverse the rows", async () => {
    expect(await results(({ flip }, x) => flip(x, [0]))).toEqual([
      [1, 2],
      [5, 6, 3, 4, 1, 2],
    ]);
  });

  test("slices keep all rows, or some of several arrays of rows", async () => {
    expect(
      await results(({ slice }, x) =>
        slice(x, [
          [0, N],
          [1, 2],
        ]),
      ),
    ).toEqual([[2], [2, 4, 6]]);
    expect(
      await results(({ slice, concat }, x) =>
        slice(concat([x, x], 0), [
          [N, 2 * N],
          [0, 1],
        ]),
      ),
    ).toEqual([[1], [1, 3, 5]]);
  });

  test("padding puts as many zeros as there are rows", async () => {
    expect(
      await results(({ pad }, x) =>
        pad(x, [
          [N, 0],
          [0, 1],
        ]),
      ),
    ).toEqual([
      [0, 0, 0, 1, 2, 0],
      [...Array<number>(9).fill(0), 1, 2, 0, 3, 4, 0, 5, 6, 0],
    ]);
  });

  test("splits cut arrays of rows", async () => {
    const second = await results(({ split, concat }, x) => split(concat([x, x], 0), 0, [N, N])[1]!);
    expect(second).toEqual([
      [1, 2],
      [1, 2, 3, 4, 5, 6],
    ]);
  });

  test("ranges count the rows", async () => {
    expect(await results(({ range }) => range(N))).toEqual([[0], [0, 1, 2]]);
    expect(await results(({ range }) => range(2))).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  test("expansions repeat rows, and along new axes", async () => {
    const twice = await results(({ expand, reshape }, x) =>
      expand(reshape(x, [1, N, 2]), [2, N, 2]),
    );
    expect(twice[1]).toEqual([1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]);
  });
});
