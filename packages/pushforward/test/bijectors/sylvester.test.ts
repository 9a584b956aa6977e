import { beforeAll, describe, expect, test } from "vitest";
import { sylvester } from "../../src/bijectors/index.ts";
import { random, ready } from "../../src/engine/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { logAbsDet } from "../../src/numerics/log-abs-det.ts";
import { apply } from "./host.ts";
import { identity, type Matrix, matrixOf, product, reflection, transpose } from "./matrices.ts";
import { dot, programsOf, relativeError } from "./program.ts";

beforeAll(() => ready());

type Params = { [name: string]: number[] | number[][] } & {
  inner: number[][];
  outer: number[][];
  logScale: number[];
  gain: number[];
  bias: number[];
};

/** `y`, and the log-determinant of the whole Jacobian `I + Q R diag(tanh') R~ Q^T`. */
function reference(q: Matrix, params: Params, x: number[]) {
  const units = params.bias.length;
  const gains = params.gain.map((g) => (2 * g) / (2 + Math.sqrt(g ** 2 + 4) - g));
  const upper = (entries: Matrix, diagonal: (i: number) => number) =>
    matrixOf(units, units, (i, j) => (i === j ? diagonal(i) : i < j ? entries[i]![j]! : 0));
  const inner = upper(params.inner, (i) => Math.exp(params.logScale[i]!));
  const outer = upper(params.outer, (i) => gains[i]! * Math.exp(-params.logScale[i]!));
  const projected = transpose(q).map((column) => dot(column, x));
  const tanh = inner.map((row, i) => Math.tanh(dot(row, projected) + params.bias[i]!));
  const moved = outer.map((row) => dot(row, tanh));
  const slopes = inner.map((row, i) => row.map((value) => value * (1 - tanh[i]! ** 2)));
  const added = product(product(q, product(outer, slopes)), transpose(q));
  const jacobian = added.map((row, i) => row.map((value, j) => value + Number(i === j)));
  return {
    y: x.map((value, i) => value + dot(q[i]!, moved)),
    logDet: logAbsDet(jacobian.flat(), x.length),
    gains,
  };
}

const d = 4;
const source = hostRandom(7);
const draw = (rows: number, columns: number, size: number) =>
  matrixOf(rows, columns, () => Math.fround(size * source.normal()));
const vectorOf = (length: number, size: number) => draw(1, length, size)[0]!;

function drawParams(units: number, size: number): Params {
  return {
    inner: draw(units, units, size),
    outer: draw(units, units, size),
    logScale: vectorOf(units, size),
    gain: vectorOf(units, 2 * size),
    bias: vectorOf(units, 1),
  };
}

/** The first columns of a product of reflections. */
const frameOf = (vectors: Matrix, units: number) =>
  vectors
    .map(reflection)
    .reduce(product)
    .map((row) => row.slice(0, units));

describe.each([
  ["householder", 3],
  ["orthogonal", 2],
  ["triangular", d],
] as const)("%s, %i units", (variant, units) => {
  const programs = programsOf(sylvester({ shape: [d], variant, units }));

  function drawLayer(size: number): { q: Matrix; params: Params } {
    const rest = drawParams(units, size);
    if (variant === "triangular") return { q: identity(d), params: rest };
    const vectors = draw(units, d, 1);
    const q = frameOf(vectors, units);
    if (variant === "householder") return { q, params: { frame: vectors, ...rest } };
    // The polar factor of Q S, S symmetric and positive definite, is Q.
    const root = draw(units, units, 0.5);
    const definite = product(root, transpose(root)).map((row, i) =>
      row.map((value, j) => value + Number(i === j)),
    );
    return { q, params: { frame: product(q, definite), ...rest } };
  }

  test("values and log-determinants are those of the whole Jacobian; the inverse is one", async () => {
    for (let layer = 0; layer < 10; layer++) {
      const { q, params } = drawLayer(0.5);
      const rows = draw(20, d, 2);
      const forward = await programs.forward(params, rows);
      const inverse = await programs.inverse(params, forward.y);
      rows.forEach((x, row) => {
        const wanted = reference(q, params, x);
        expect(relativeError(wanted.y, x, forward.y[row]!)).toBeLessThan(2e-5);
        expect(Math.abs(forward.logDet[row]! - wanted.logDet)).toBeLessThan(2e-4);
        expect(Math.abs(forward.logDet[row]! + inverse.logDet[row]!)).toBeLessThan(2e-4);
        expect(relativeError(x, forward.y[row]!, inverse.y[row]!)).toBeLessThan(2e-5);
      });
    }
  });

  test("the constraint holds for wild parameters, and the inverse finds a preimage", async () => {
    for (let layer = 0; layer < 10; layer++) {
      const { q, params } = drawLayer(2);
      const rows = draw(10, d, 2);
      const forward = await programs.forward(params, rows);
      const inverse = await programs.inverse(params, forward.y);
      const again = await programs.forward(params, inverse.y);
      rows.forEach((x, row) => {
        for (const gain of reference(q, params, x).gains) expect(gain).toBeGreaterThan(-1);
        expect(Number.isFinite(forward.logDet[row])).toBe(true);
        const y = forward.y[row]!;
        expect(relativeError(y, inverse.y[row]!, again.y[row]!)).toBeLessThan(1e-3);
      });
    }
  });
});

test("what is orthogonal to Q stays as it is", async () => {
  const params = { frame: [[1, 0, 0, 0]], ...drawParams(1, 1) };
  const { y } = await programsOf(sylvester({ shape: [d], units: 1 })).forward(params, [
    [1, 2, 3, 4],
  ]);
  expect(y[0]!.slice(1)).toEqual([2, 3, 4]);
  expect(y[0]![0]).not.toBeCloseTo(1, 2);
});

test.each(["householder", "orthogonal", "triangular"] as const)(
  "%s starts as the identity",
  async (variant) => {
    const bijector = sylvester({ shape: [d], variant });
    const x = [[1, -2, 0.5, 3]];
    const { y, logDet } = await apply(bijector, "forward", bijector.init(random.key(1)), x);
    expect(y).toEqual(x);
    expect(logDet[0]).toBeCloseTo(0, 3);
  },
);

test.each([
  [
    () => sylvester({ shape: [3], units: 4 }),
    /^sylvester: units must be an integer from 1 to 3, got 4/,
  ],
  [
    () => sylvester({ shape: [3], variant: "triangular", units: 2 }),
    /^sylvester: the triangular variant has as many units as dimensions, 3; got 2/,
  ],
  [() => sylvester({ shape: [3], variant: "other" as never }), /^sylvester: variant must be/],
])("what cannot be built says why (%#)", (build, message) => {
  expect(build).toThrow(message);
});
