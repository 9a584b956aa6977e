import { beforeAll, describe, expect, test } from "vitest";
import { grad, jit, type NDArray, np, ready } from "../../src/engine/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { solveTriangular } from "../../src/numerics/triangular.ts";

beforeAll(() => ready());

/** Substitution in double precision; reads only the triangle. */
function substitute(a: Float32Array, b: Float32Array, d: number, n: number, lower: boolean) {
  const x = new Float64Array(d * n);
  const order = Array.from({ length: d }, (_, i) => (lower ? i : d - 1 - i));
  for (const i of order) {
    for (let column = 0; column < n; column++) {
      let rest = b[i * n + column]!;
      for (let k = 0; k < d; k++) {
        if (lower ? k < i : k > i) rest -= a[i * d + k]! * x[k * n + column]!;
      }
      x[i * n + column] = rest / a[i * d + i]!;
    }
  }
  return x;
}

function drawSystem(d: number, n: number) {
  const random = hostRandom(d);
  const a = Float32Array.from({ length: d * d }, (_, at) =>
    at % (d + 1) === 0 ? 1 + random.uniform() : (0.5 * random.normal()) / Math.sqrt(d),
  );
  const b = Float32Array.from({ length: d * n }, () => random.normal());
  return { a, b };
}

describe.each([1, 2, 3, 5, 8, 17])("d = %i", (d) => {
  test.each(["lower", "upper"] as const)("%s: agrees with substitution", async (triangle) => {
    const n = 3;
    // The other triangle holds numbers, too: it must not be read.
    const { a, b } = drawSystem(d, n);
    const solve = jit((left: NDArray, right: NDArray) => solveTriangular(left, right, triangle));
    const x = await solve(
      np.array(a.slice(), { shape: [d, d] }),
      np.array(b.slice(), { shape: [d, n] }),
    ).data();
    substitute(a, b, d, n, triangle === "lower").forEach((value, i) => {
      expect(Math.abs(x[i]! - value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
    });
  });
});

test("batches of matrices are solved one by one", async () => {
  const systems = [drawSystem(4, 2), drawSystem(4, 2)];
  systems[1]!.a[0] = 7;
  const stack = (key: "a" | "b", shape: number[]) =>
    np.array(Float32Array.from(systems.flatMap((system) => [...system[key]])), { shape });
  const x = await solveTriangular(stack("a", [2, 4, 4]), stack("b", [2, 4, 2]), "lower").data();
  systems.forEach(({ a, b }, batch) => {
    substitute(a, b, 4, 2, true).forEach((value, i) => {
      expect(x[8 * batch + i]).toBeCloseTo(value, 5);
    });
  });
});

test("gradients agree with differences of the double-precision solution", async () => {
  const [d, n] = [4, 2];
  const { a, b } = drawSystem(d, n);
  const random = hostRandom(9);
  const weights = Float32Array.from({ length: d * n }, () => random.normal());
  const loss = ({ left, right }: { left: NDArray; right: NDArray }) =>
    solveTriangular(left, right, "lower")
      .mul(np.array(weights.slice(), { shape: [d, n] }))
      .sum();
  const differentiate = jit(grad(loss as never) as never) as unknown as (args: {
    left: NDArray;
    right: NDArray;
  }) => { left: NDArray; right: NDArray };
  const slopes = differentiate({
    left: np.array(a.slice(), { shape: [d, d] }),
    right: np.array(b.slice(), { shape: [d, n] }),
  });
  const got = { a: await slopes.left.data(), b: await slopes.right.data() };
  const value = () => substitute(a, b, d, n, true).reduce((sum, x, i) => sum + x * weights[i]!, 0);
  for (const [name, values] of Object.entries({ a, b })) {
    for (let i = 0; i < values.length; i++) {
      const kept = values[i]!;
      const h = 2 ** -8;
      values[i] = kept + h;
      const up = value();
      values[i] = kept - h;
      const slope = (up - value()) / (2 * h);
      values[i] = kept;
      expect(got[name as "a" | "b"][i], `${name}[${i}]`).toBeCloseTo(slope, 3);
    }
  }
});
