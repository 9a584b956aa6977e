import { grad, lax, vmap } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import { type DType, type NDArray, np } from "../../../../src/engine/jax.ts";
import { node, variable } from "../../../../src/engine/onnx/graph.ts";
import { lower } from "../../../../src/engine/onnx/lower.ts";
import { ready } from "../../../../src/engine/ready.ts";
import {
  describeLowered,
  expectLoweredEqual,
  expectSame,
  type HostArgument,
  loadGraph,
  lowerTraced,
  normals,
  runEager,
  type Traced,
} from "../run-lowered.ts";

beforeAll(() => ready());

type Function2 = (x: NDArray, w: NDArray) => NDArray;
type Pairs = [number, number][];

/** A convolution of jax-js with its parameters. */
function convolution(
  strides: number[],
  padding: Pairs | string,
  options: { lhsDilation?: number[]; rhsDilation?: number[]; featureGroupCount?: number } = {},
): Function2 {
  return (x, w) => lax.convGeneralDilated(x, w, strides, padding as Pairs, options);
}

/** A function's value and the gradients of a sum of its cubes, whose cotangents vary. */
function withGradients(fn: Function2): Traced {
  const loss = (x: NDArray, w: NDArray) => {
    const y = fn(x, w);
    return y.ref.mul(y.ref.add(0.3)).mul(y).sum();
  };
  const gradients = grad(loss, { argnums: [0, 1] }) as unknown as (...args: NDArray[]) => NDArray[];
  return (x, w) => [fn(x!.ref, w!.ref), ...gradients(x!, w!)];
}

/** Sums of a few hundred products of numbers of about 1 in single precision. */
const tolerance = 5e-6;

const cases: { name: string; fn: Function2; x: number[]; w: number[] }[] = [
  { name: "3x3, same size", fn: convolution([1, 1], "SAME"), x: [3, 6, 5], w: [4, 3, 3, 3] },
  {
    name: "wide, more features than channels",
    fn: convolution([1, 1], "SAME"),
    x: [2, 9, 8],
    w: [5, 2, 3, 3],
  },
  {
    name: "wide, fewer features than channels",
    fn: convolution([1, 1], "SAME"),
    x: [5, 8, 9],
    w: [2, 5, 3, 3],
  },
  { name: "valid", fn: convolution([1, 1], "VALID"), x: [3, 6, 5], w: [4, 3, 3, 2] },
  { name: "1x1", fn: convolution([1, 1], "VALID"), x: [3, 6, 5], w: [4, 3, 1, 1] },
  { name: "stride", fn: convolution([2, 3], "SAME"), x: [3, 7, 8], w: [4, 3, 3, 3] },
  {
    name: "uneven padding",
    fn: convolution(
      [1, 2],
      [
        [0, 3],
        [2, 1],
      ],
    ),
    x: [2, 4, 6],
    w: [3, 2, 2, 3],
  },
  {
    name: "negative padding",
    fn: convolution(
      [1, 2],
      [
        [-1, 2],
        [-2, -1],
      ],
    ),
    x: [2, 6, 9],
    w: [3, 2, 2, 3],
  },
  { name: "only zeros left", fn: convolution([1], [[-5, 9]]), x: [2, 5], w: [3, 2, 3] },
  {
    name: "dilated kernel",
    fn: convolution(
      [1, 1],
      [
        [2, 1],
        [0, 3],
      ],
      { rhsDilation: [2, 3] },
    ),
    x: [2, 7, 8],
    w: [3, 2, 3, 2],
  },
  {
    name: "dilated input",
    fn: convolution(
      [1, 1],
      [
        [1, 2],
        [0, 1],
      ],
      { lhsDilation: [2, 3] },
    ),
    x: [2, 4, 3],
    w: [3, 2, 3, 2],
  },
  {
    name: "both dilated, stride",
    fn: convolution(
      [2, 3],
      [
        [3, 4],
        [-1, 5],
      ],
      { lhsDilation: [3, 2], rhsDilation: [2, 3] },
    ),
    x: [2, 4, 5],
    w: [3, 2, 3, 2],
  },
  {
    name: "dilated input, zeros around",
    fn: convolution([2], [[5, -1]], { lhsDilation: [2] }),
    x: [2, 4],
    w: [3, 2, 2],
  },
  {
    name: "groups",
    fn: convolution([2, 1], "SAME", { featureGroupCount: 2 }),
    x: [4, 6, 5],
    w: [6, 2, 3, 3],
  },
  {
    name: "a group for each channel",
    fn: convolution([1, 1], "SAME", { featureGroupCount: 4 }),
    x: [4, 6, 5],
    w: [4, 1, 3, 3],
  },
  {
    name: "groups, dilated input",
    fn: convolution(
      [1, 1],
      [
        [2, 2],
        [1, 1],
      ],
      { featureGroupCount: 2, lhsDilation: [2, 2] },
    ),
    x: [4, 3, 4],
    w: [6, 2, 3, 3],
  },
  { name: "no space", fn: convolution([], []), x: [3], w: [4, 3] },
  { name: "line", fn: convolution([2], "SAME_LOWER"), x: [3, 9], w: [4, 3, 4] },
  {
    name: "line, dilated input",
    fn: convolution([1], [[1, 3]], { lhsDilation: [3] }),
    x: [3, 5],
    w: [4, 3, 2],
  },
  { name: "volume", fn: convolution([1, 2, 1], "SAME"), x: [2, 4, 5, 3], w: [3, 2, 2, 3, 2] },
  {
    name: "four dimensions",
    fn: convolution([1, 1, 2, 1], "SAME"),
    x: [2, 3, 4, 3, 3],
    w: [2, 2, 2, 2, 2, 2],
  },
  {
    name: "kernel as large as the image",
    fn: convolution([1, 1], "VALID"),
    x: [3, 5, 4],
    w: [4, 3, 5, 4],
  },
  {
    name: "kernel larger than the image",
    fn: convolution(
      [1, 1],
      [
        [2, 2],
        [2, 2],
      ],
    ),
    x: [3, 4, 4],
    w: [4, 3, 6, 6],
  },
  {
    name: "few features of many channels",
    fn: convolution([1, 1], "SAME"),
    x: [16, 4, 5],
    w: [2, 16, 3, 3],
  },
  {
    name: "image as small as the kernel",
    fn: convolution([1, 1], "SAME"),
    x: [3, 3, 3],
    w: [4, 3, 3, 3],
  },
];

describeLowered("conv and its gradients, for any number of rows", () => {
  test.each(cases)("$name", ({ fn, x, w }) => {
    const calls = [11, 1, 4].map((rows) => [normals(rows, rows, ...x), normals(1, ...w)]);
    return expectLoweredEqual(withGradients(fn), calls, { symbolicRows: 11, tolerance });
  });

  test("gradients of gradients", () => {
    const fn = convolution(
      [2, 1],
      [
        [1, 0],
        [2, 1],
      ],
      { rhsDilation: [1, 2] },
    );
    const norm: Function2 = (x, w) => {
      const slope = (grad((z: NDArray) => fn(z, w.ref).sum()) as (z: NDArray) => NDArray)(x.ref);
      return slope.mul(fn(x, w).sum());
    };
    const calls = [11, 2].map((rows) => [normals(rows, rows, 2, 5, 6), normals(1, 3, 2, 2, 3)]);
    return expectLoweredEqual(withGradients(norm), calls, { symbolicRows: 11, tolerance });
  });
});

/** Stands for the number of rows. */
const BATCH = 509;

const image = [2, 3, 5, 4];
const kernel = [4, 3, 3, 2];
const strided = convolution([1, 2], "SAME");

/** Gradient with respect to the kernel, of one image. */
const kernelGradient: Function2 = (x, w) => {
  const loss = (v: NDArray) => {
    const y = strided(x.reshape([1, ...image.slice(1)]), v);
    return y.ref.mul(y).sum();
  };
  return (grad(loss) as (v: NDArray) => NDArray)(w);
};

const mapped: {
  name: string;
  fn: Function2;
  x: (rows: number) => number[];
  w: (rows: number) => number[];
}[] = [
  {
    name: "images",
    fn: vmap(strided, [0, null]) as Function2,
    x: (rows) => [rows, ...image],
    w: () => kernel,
  },
  {
    name: "kernels",
    fn: vmap(strided, [null, 0]) as Function2,
    x: () => image,
    w: (rows) => [rows, ...kernel],
  },
  {
    name: "kernels and images",
    fn: vmap(strided) as Function2,
    x: (rows) => [rows, ...image],
    w: (rows) => [rows, ...kernel],
  },
  {
    name: "images, then kernels",
    fn: vmap(vmap(strided, [0, null]) as Function2, [null, 0]) as Function2,
    x: (rows) => [rows, ...image],
    w: () => [2, ...kernel],
  },
  {
    name: "a gradient for each row",
    fn: vmap(kernelGradient, [0, null]) as Function2,
    x: (rows) => [rows, ...image.slice(1)],
    w: () => kernel,
  },
];

describeLowered("conv under vmap, over", () => {
  const callFor = ({ x, w }: (typeof mapped)[number], rows: number) => [
    normals(rows, ...x(rows)),
    normals(1, ...w(rows)),
  ];

  test.each(mapped)("$name", (each) =>
    expectLoweredEqual(withGradients(each.fn), [callFor(each, 3)], { tolerance }),
  );

  test.each(mapped)("$name, for any number of rows", (each) => {
    const calls = [7, 1, 9].map((rows) => callFor(each, rows));
    return expectLoweredEqual(withGradients(each.fn), calls, { symbolicRows: 7, tolerance });
  });
});

describeLowered("conv of operands that keep extent 1 where vmap repeats them", () => {
  const same: [number, number][] = [
    [1, 1],
    [0, 0],
  ];
  const whole: [number, number][] = [
    [0, 0],
    [0, 0],
  ];
  const shapes = [
    { name: "kernel", x: [BATCH, ...image], w: [1, ...kernel], y: [5, 2], padding: same },
    { name: "known kernel", x: [3, ...image], w: [1, ...kernel], y: [5, 2], padding: same },
    { name: "image", x: [1, ...image], w: [BATCH, ...kernel], y: [5, 2], padding: same },
    { name: "known image", x: [1, ...image], w: [3, ...kernel], y: [5, 2], padding: same },
    { name: "small image", x: [1, 2, 3, 3, 2], w: [BATCH, ...kernel], y: [1, 1], padding: whole },
  ];

  test.each(shapes)("$name", async ({ x, w, y, padding }) => {
    const inputs = [x, w].map((shape) => variable(shape, "float32" as DType));
    const lead = Math.max(x[0]!, w[0]!);
    const output = variable([lead, 2, 4, ...y], "float32" as DType);
    const ones = [1, 1];
    const params = { vmapDims: 1, strides: [1, 2], padding, lhsDilation: ones, rhsDilation: ones };
    const nodes = [node("conv", inputs, params, output)];
    const graph = { inputs, nodes, outputs: [output], batch: BATCH };
    const program = await loadGraph(lower(graph, { inputs: ["x", "w"], outputs: ["y"] }));
    const args = [x, w].map((shape, seed) =>
      normals(seed, shape[0] === 1 ? 1 : 3, ...shape.slice(1)),
    );
    const repeated = vmap(convolution([1, 2], padding)) as Function2;
    const long = (v: NDArray) => np.broadcastTo(v, [3, ...v.shape.slice(1)]);
    const fn: Traced = (a, b) => repeated(long(a!), long(b!));
    expectSame(await program.run(args), await runEager(fn, args), tolerance);
    await program.release();
  });
});

describeLowered("conv along the rows", () => {
  test("that keeps their number", () => {
    const fn = withGradients(convolution([1, 1], "SAME"));
    const calls = [11, 5, 20].map((rows) => [normals(rows, 2, 3, rows, 4), normals(1, 2, 3, 3, 2)]);
    return expectLoweredEqual(fn, calls, { symbolicRows: 11, tolerance });
  });

  test("that does not is refused", async () => {
    const args = [normals(1, 2, 3, 11), normals(2, 2, 3, 3)];
    for (const fn of [convolution([1], "VALID"), convolution([2], "SAME")]) {
      await expect(lowerTraced(fn as Traced, args, 11)).rejects.toThrow(
        expect.objectContaining({ code: "engine", message: expect.stringContaining("`conv`") }),
      );
    }
  });

  test("with padding that grows is refused", async () => {
    const fn: Traced = (x, w) => np.convolve(x!, w!, "full");
    const args = [normals(1, 11), normals(2, 11)];
    await expect(lowerTraced(fn, args, 11)).rejects.toThrow("`conv` runs along the rows");
  });

  test("of integers with a kernel that grows is refused", async () => {
    const fn = convolution([1], [[100, 100]]) as Traced;
    const args = [1, 2].map((seed) => ({ ...normals(seed, 2, 3, 11), dtype: "int32" }));
    await expect(lowerTraced(fn, args, 11)).rejects.toThrow("`conv` runs along the rows");
  });

  test("with a kernel that grows as well", () => {
    const fn = convolution([1], [[2, 1]]) as Traced;
    const calls = [11, 4].map((rows) => [normals(1, 2, 3, rows), normals(2, 2, 3, rows)]);
    return expectLoweredEqual(fn, calls, { symbolicRows: 11, tolerance });
  });
});

describeLowered("conv of", () => {
  const integers = (dtype: string, scale: number, ...shape: number[]): HostArgument => {
    const { data } = normals(3, ...shape);
    const values = Array.from(data, (value) => Math.round(scale * value));
    return { data: dtype === "uint32" ? Uint32Array.from(values) : values, shape, dtype };
  };

  test.each([
    ["int32", 1000],
    ["uint32", 1e9],
  ])("%s, exactly and with wrap-around", (dtype, scale) => {
    const args = [integers(dtype, scale, 2, 3, 7), integers(dtype, scale, 4, 3, 2)];
    const fn = convolution([2], [[1, -1]], { lhsDilation: [2], rhsDilation: [3] });
    const alsoCompared: Traced = (x, w) => {
      const y = fn(x!, w!);
      return [y.ref, np.less(y, 1000)];
    };
    return expectLoweredEqual(alsoCompared, [args]);
  });

  test("truth values: whether any product is true", () => {
    const bits = (seed: number, ...shape: number[]): HostArgument => {
      const { data } = normals(seed, ...shape);
      return { data: Array.from(data, (value) => Number(value > 0.5)), shape, dtype: "bool" };
    };
    const args = [bits(1, 2, 3, 9), bits(2, 4, 3, 2)];
    return expectLoweredEqual(convolution([1], "VALID") as Traced, [args]);
  });

  test("integers and floats", () => {
    const args = [integers("int32", 5, 2, 3, 7), normals(1, 4, 3, 2)];
    return expectLoweredEqual(convolution([1], "SAME") as Traced, [args], { tolerance });
  });
});

describeLowered("conv is written as", () => {
  /** The operators that multiply, in any order. */
  async function products(fn: Traced, x: number[], w: number[]): Promise<string[]> {
    const { nodes } = await lowerTraced(fn, [normals(1, ...x), normals(2, ...w)]);
    const kinds = ["Conv", "ConvTranspose", "MatMul"];
    return nodes.flatMap(({ type }) => (kinds.includes(type) ? [type] : [])).sort();
  }

  test("a convolution, with a product for each entry of the kernel as its gradient", async () => {
    const fn = withGradients(convolution([1, 1], "SAME"));
    const six = Array<string>(6).fill("MatMul");
    expect(await products(fn, [5, 3, 8, 8], [4, 3, 3, 2])).toEqual(["Conv", "Conv", ...six]);
  });

  test("a transposed convolution where it is the gradient of one with a stride", async () => {
    const fn = withGradients(convolution([2, 1], "SAME"));
    const six = Array<string>(6).fill("MatMul");
    const expected = ["Conv", "ConvTranspose", ...six];
    expect(await products(fn, [5, 3, 8, 8], [4, 3, 3, 2])).toEqual(expected);
  });

  test("a transposed convolution where that copies far less", async () => {
    const fn = convolution([1, 1], "SAME") as Traced;
    expect(await products(fn, [5, 64, 8, 8], [6, 64, 3, 3])).toEqual(["ConvTranspose"]);
    expect(await products(fn, [5, 6, 8, 8], [64, 6, 3, 3])).toEqual(["Conv"]);
  });
});
