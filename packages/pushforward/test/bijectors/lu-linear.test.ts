import { beforeAll, describe, expect, test } from "vitest";
import { luLinear } from "../../src/bijectors/index.ts";
import { np, ready } from "../../src/engine/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { logAbsDet } from "../../src/numerics/log-abs-det.ts";
import { apply } from "./host.ts";

beforeAll(() => ready());

describe.each([1, 2, 5, 12])("d = %i", (d) => {
  const random = hostRandom(d);
  const lu = Float32Array.from({ length: d * d }, () => (0.5 * random.normal()) / Math.sqrt(d));
  const logDiagonal = Float32Array.from({ length: d }, () => 0.5 * random.normal());
  const bias = Float32Array.from({ length: d }, () => random.normal());
  const params = () => ({
    lu: np.array(lu.slice(), { shape: [d, d] }),
    logDiagonal: np.array(logDiagonal.slice()),
    bias: np.array(bias.slice()),
  });

  /** L U in double precision, written out. */
  const matrix = Array.from({ length: d * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    const lower = (k: number) => (k === i ? 1 : k < i ? lu[i * d + k]! : 0);
    const upper = (k: number) => (k === j ? Math.exp(logDiagonal[j]!) : k < j ? lu[k * d + j]! : 0);
    let sum = 0;
    for (let k = 0; k < d; k++) sum += lower(k) * upper(k);
    return sum;
  });
  const rows = Array.from({ length: 3 }, () => Array.from({ length: d }, () => random.normal()));
  const images = rows.map((row) =>
    Array.from({ length: d }, (_, i) =>
      row.reduce((sum, value, j) => sum + matrix[i * d + j]! * value, bias[i]!),
    ),
  );

  test("multiplies by L U and adds the bias; the log-determinant is the matrix's", async () => {
    const { y, logDet } = await apply(luLinear({ shape: [d] }), "forward", params(), rows);
    y.flat().forEach((value, i) => {
      expect(value).toBeCloseTo(images.flat()[i]!, 5);
    });
    for (const value of logDet) expect(value).toBeCloseTo(logAbsDet(matrix, d), 5);
  });

  test("the inverse solves for it", async () => {
    const { y, logDet } = await apply(luLinear({ shape: [d] }), "inverse", params(), images);
    y.flat().forEach((value, i) => {
      expect(value).toBeCloseTo(rows.flat()[i]!, 4);
    });
    for (const value of logDet) expect(value).toBeCloseTo(-logAbsDet(matrix, d), 5);
  });
});

test("other events than vectors are refused", () => {
  expect(() => luLinear({ shape: [2, 2] })).toThrow("luLinear: works on vectors");
});
