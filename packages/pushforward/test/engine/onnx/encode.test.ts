import { describe, expect, test } from "vitest";
import {
  createBuilder,
  type Initializer,
  type OnnxGraph,
} from "../../../src/engine/onnx/builder.ts";
import { encodeModel, OPSET } from "../../../src/engine/onnx/encode.ts";
import { describeLowered, loadGraph } from "./run-lowered.ts";

type Field = readonly [number: number, value: bigint | Uint8Array];

/** The fields of a message of protocol buffers, read by the book. */
function fields(bytes: Uint8Array): Field[] {
  const result: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const wire = tag % 8;
    if (wire === 0) result.push([tag >> 3, varint()]);
    else {
      const length = wire === 5 ? 4 : Number(varint());
      result.push([tag >> 3, bytes.slice(at, at + length)]);
      at += length;
    }
  }
  return result;
}

const all = (message: Uint8Array, number: number) =>
  fields(message).flatMap(([each, value]) => (each === number ? [value] : []));
const messages = (message: Uint8Array, number: number) => all(message, number) as Uint8Array[];
const text = (bytes: bigint | Uint8Array | undefined) =>
  new TextDecoder().decode(bytes as Uint8Array);
const texts = (message: Uint8Array, number: number) => all(message, number).map(text);
const numbers = (message: Uint8Array, number: number) =>
  all(message, number).map((value) => Number(BigInt.asIntN(64, value as bigint)));

const empty: OnnxGraph = {
  inputs: [],
  outputs: [],
  nodes: [],
  initializers: [],
  values: [],
  batch: 101,
};

const graphOf = (graph: Partial<OnnxGraph>) => messages(encodeModel({ ...empty, ...graph }), 7)[0]!;

test("a model says what it is written in, and what people are to know of it", () => {
  const bytes = encodeModel(empty, {
    name: "flow",
    description: "log-densities, größer",
    metadata: { seed: "0", units: "m" },
  });
  expect(numbers(bytes, 1)).toEqual([8]);
  expect(texts(bytes, 2)).toEqual(["pushforward"]);
  expect(texts(bytes, 6)).toEqual(["log-densities, größer"]);
  expect(messages(bytes, 8).map((each) => numbers(each, 2))).toEqual([[OPSET]]);
  const entries = messages(bytes, 14).map((each) => [texts(each, 1)[0], texts(each, 2)[0]]);
  expect(entries).toEqual([
    ["seed", "0"],
    ["units", "m"],
  ]);
  expect(texts(messages(bytes, 7)[0]!, 2)).toEqual(["flow"]);
});

test("without a card a model has a name all the same, as ONNX demands", () => {
  expect(texts(graphOf({}), 2)).toEqual(["program"]);
  expect(all(encodeModel(empty), 6)).toEqual([]);
});

test("nodes have their operands in order, and attributes of every kind", () => {
  const attributes = {
    axis: -1,
    perm: [1, 0, -2],
    direction: "LEFT",
    alpha: { float: 0.5 },
    large: 2 ** 40,
  };
  const node = { type: "Op", inputs: ["x", "y", "x"], outputs: ["u", "v"], attributes };
  const [message] = messages(graphOf({ nodes: [node] }), 1);
  expect(texts(message!, 1)).toEqual(["x", "y", "x"]);
  expect(texts(message!, 2)).toEqual(["u", "v"]);
  expect(texts(message!, 4)).toEqual(["Op"]);
  const [axis, perm, direction, alpha, large] = messages(message!, 5);
  const kinds = messages(message!, 5).map((each) => [texts(each, 1)[0], numbers(each, 20)[0]]);
  expect(kinds).toEqual([
    ["axis", 2],
    ["perm", 7],
    ["direction", 3],
    ["alpha", 1],
    ["large", 2],
  ]);
  expect(numbers(axis!, 3)).toEqual([-1]);
  expect(numbers(perm!, 8)).toEqual([1, 0, -2]);
  expect(texts(direction!, 4)).toEqual(["LEFT"]);
  expect(new Float32Array(messages(alpha!, 2)[0]!.slice().buffer)[0]).toBe(0.5);
  expect(numbers(large!, 3)).toEqual([2 ** 40]);
});

describe("constants", () => {
  const raw = (initializer: Omit<Initializer, "name">) => {
    const [message] = messages(graphOf({ initializers: [{ name: "c", ...initializer }] }), 5);
    expect(texts(message!, 8)).toEqual(["c"]);
    expect(numbers(message!, 1)).toEqual(initializer.shape);
    return { type: numbers(message!, 2)[0], bytes: messages(message!, 9)[0]!.slice().buffer };
  };

  test.each([
    ["float32", 1, Float32Array, [1.5, -0, Number.NaN]],
    ["float64", 11, Float64Array, [0.1, -2]],
    ["int32", 6, Int32Array, [-1, 2 ** 31 - 1]],
    ["uint32", 12, Uint32Array, [0, 2 ** 32 - 1]],
    ["bool", 9, Uint8Array, [1, 0]],
  ] as const)("of type %s", (type, code, Layout, data) => {
    for (const source of [[...data], Layout.from(data)]) {
      const result = raw({ type, shape: [data.length], data: source as number[] });
      expect(result.type).toBe(code);
      expect(Array.from(new Layout(result.bytes))).toEqual([...data]);
    }
  });

  test.each([
    ["int64", 7, [-1, 2 ** 53 - 1, 0]],
    ["uint64", 13, [2 ** 53 - 1, 3]],
  ] as const)("of type %s", (type, code, data) => {
    const result = raw({ type, shape: [data.length], data });
    expect(result.type).toBe(code);
    expect(Array.from(new BigInt64Array(result.bytes), Number)).toEqual([...data]);
  });

  test("that are a part of a longer array are written alone", () => {
    const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    const { bytes } = raw({ type: "float32", shape: [2], data });
    expect(Array.from(new Float32Array(bytes))).toEqual([2, 3]);
  });

  test("of rank 0 have no extents, and none have no entries", () => {
    raw({ type: "float32", shape: [], data: [1] });
    expect(raw({ type: "float32", shape: [0, 3], data: [] }).bytes.byteLength).toBe(0);
  });
});

test("extents that are multiples of the stand-in are named after the rows", () => {
  const value = { name: "x", shape: [101, 3, 303, 0], type: "int64" } as const;
  const graph = graphOf({ inputs: [value], outputs: [value], values: [value] });
  for (const field of [11, 12, 13]) {
    const [info] = messages(graph, field);
    expect(texts(info!, 1)).toEqual(["x"]);
    const [tensor] = messages(messages(info!, 2)[0]!, 1);
    expect(numbers(tensor!, 1)).toEqual([7]);
    const extents = messages(messages(tensor!, 2)[0]!, 1).map((each) => {
      const [[number, content]] = fields(each) as [Field];
      return number === 2 ? text(content) : Number(content);
    });
    expect(extents).toEqual(["n", 3, "3n", 0]);
  }
});

describeLowered("ONNX Runtime reads a model back", () => {
  test("with constants, attributes and rows", async () => {
    const builder = createBuilder(101);
    const x = builder.input("x", [101, 2], "float32");
    const weight = builder.constant(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2], "float32");
    const product = builder.op("Gemm", [x, weight], [101, 3], "float32", {
      transB: 1,
      alpha: { float: 0.5 },
    });
    const program = await loadGraph(builder.finish([["y", product]]));
    const [y] = await program.run([{ data: [2, 0, 0, 2, 2, 2, 4, 0], shape: [4, 2] }]);
    expect(y!.shape).toEqual([4, 3]);
    expect(Array.from(y!.data)).toEqual([1, 3, 5, 2, 4, 6, 3, 7, 11, 2, 6, 10]);
    await program.release();
  });
});
