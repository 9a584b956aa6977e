import { beforeAll, describe, expect, test } from "vitest";
import { planar } from "../../src/bijectors/index.ts";
import { np, random, ready, type Tree } from "../../src/engine/index.ts";
import { mlp } from "../../src/networks/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { apply } from "./host.ts";
import { dot, norm, programsOf, relativeError } from "./program.ts";

beforeAll(() => ready());

/** Equations 10 to 12 and appendix A.1 in double precision. */
function reference(w: number[], u: number[], b: number, x: number[]) {
  const inner = dot(w, u);
  const gain = (2 * inner) / (2 + Math.sqrt(inner ** 2 + 4) - inner);
  const uHat = u.map((value, i) => value + ((gain - inner) * w[i]!) / dot(w, w));
  const tanh = Math.tanh(dot(w, x) + b);
  return {
    y: x.map((value, i) => value + uHat[i]! * tanh),
    logDet: Math.log(1 + dot(w, uHat) * (1 - tanh ** 2)),
    gain: dot(w, uHat),
    /** How many roundings the way there and back may cost. */
    condition: (1 + norm(w) * norm(uHat)) / (1 + Math.min(0, dot(w, uHat))),
  };
}

describe.each([1, 3])("parameters up to 10, d = %i", (d) => {
  const programs = programsOf(planar({ shape: [d] }));
  const source = hostRandom(d);
  const wild = (length: number, size: number) =>
    Array.from({ length }, () => Math.fround(size * (2 * source.uniform() - 1)));

  test("40 layers at 25 points: values, constraint and inverse", async () => {
    for (let layer = 0; layer < 40; layer++) {
      const [w, u, [b]] = [wild(d, 10), wild(d, 10), wild(1, 10) as [number]];
      const rows = Array.from({ length: 25 }, () => wild(d, 3));
      const forward = await programs.forward({ w, u, b: [b] }, rows);
      const inverse = await programs.inverse({ w, u, b: [b] }, forward.y);
      rows.forEach((x, row) => {
        const wanted = reference(w, u, b, x);
        const at = `w = [${w}], u = [${u}], b = ${b}, x = [${x}]`;
        expect(wanted.gain, at).toBeGreaterThan(-1);
        expect(relativeError(wanted.y, x, forward.y[row]!), at).toBeLessThan(2e-4);
        expect(Number.isFinite(forward.logDet[row]), at).toBe(true);
        const back = relativeError(x, forward.y[row]!, inverse.y[row]!);
        expect(back, at).toBeLessThan(3e-7 * wanted.condition);
      });
    }
  });
});

test("the log-determinant where float32 knows the argument of tanh", async () => {
  const [w, u, b] = [[0.5, -1.5], [-3, 0.25], 0.125];
  const rows = [
    [0, 0],
    [1, 0.5],
    [-0.25, 0],
    [2, -1],
  ];
  const { y, logDet } = await programsOf(planar({ shape: [2] })).forward({ w, u, b: [b] }, rows);
  rows.forEach((x, row) => {
    const wanted = reference(w, u, b, x);
    expect(relativeError(wanted.y, x, y[row]!)).toBeLessThan(1e-6);
    expect(logDet[row]).toBeCloseTo(wanted.logDet, 4);
  });
});

test.each([1, 4])("starts as the identity, d = %i", async (d) => {
  const bijector = planar({ shape: [d] });
  const x = [Array.from({ length: d }, (_, i) => i - 1.5)];
  const { y, logDet } = await apply(bijector, "forward", bijector.init(random.key(1)), x);
  expect(y).toEqual(x);
  expect(logDet[0]).toBeCloseTo(0, 4);
});

test("w = 0 is a shift without NaN", async () => {
  const params = { w: [0, 0], u: [1, 2], b: [0.5] };
  const { y, logDet } = await programsOf(planar({ shape: [2] })).forward(params, [[3, 4]]);
  const shift = Math.tanh(0.5);
  expect(y[0]![0]).toBeCloseTo(3 + shift, 5);
  expect(y[0]![1]).toBeCloseTo(4 + 2 * shift, 5);
  expect(logDet[0]).toBeCloseTo(0, 4);
});

test("with a context, the network's outputs are added to w, u and b", async () => {
  const conditioner = mlp({ hidden: [] });
  const bijector = planar({ shape: [2], condShape: [1], conditioner });
  const [own, slopes] = [
    [0.5, -1, 1, 2, 0.25],
    [1, -0.5, 0.25, 0.5, -1],
  ];
  const params = (): Tree => ({
    w: np.array(own.slice(0, 2)),
    u: np.array(own.slice(2, 4)),
    b: np.array(own.slice(4)),
    network: [{ weight: np.array(slopes.map((slope) => [slope])), bias: np.zeros([5]) }],
  });
  const [rows, contexts] = [
    [
      [1, 2],
      [-1, 0.5],
      [0, 1],
    ],
    [[0], [1], [-2]],
  ];
  const { y, logDet } = await apply(bijector, "forward", params(), rows, contexts);
  rows.forEach((x, row) => {
    const theta = own.map((value, i) => value + slopes[i]! * contexts[row]![0]!);
    const wanted = reference(theta.slice(0, 2), theta.slice(2, 4), theta[4]!, x);
    expect(relativeError(wanted.y, x, y[row]!)).toBeLessThan(1e-5);
    expect(logDet[row]).toBeCloseTo(wanted.logDet, 4);
  });
});

test.each([
  [() => planar({ shape: [2], condShape: [1] }), /^planar: got condShape without a conditioner/],
  [
    () => planar({ shape: [2], conditioner: mlp() }),
    /^planar: got a conditioner without condShape/,
  ],
  [() => planar({ shape: [] }), /^planar: works on vectors/],
])("what cannot be built says why (%#)", (build, message) => {
  expect(build).toThrow(message);
});
