import { beforeAll, describe, expect, test } from "vitest";
import { radial } from "../../src/bijectors/index.ts";
import { random, ready } from "../../src/engine/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { apply } from "./host.ts";
import { norm, programsOf, relativeError } from "./program.ts";

beforeAll(() => ready());

const positive = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))) + 1e-3;

/** Equation 14 and appendix A.2 in double precision. */
function reference(centre: number[], a: number, b: number, x: number[]) {
  const alpha = positive(a);
  const beta = positive(b) - alpha;
  const offset = x.map((value, i) => value - centre[i]!);
  const r = norm(offset);
  const h = 1 / (alpha + r);
  const bend = -(h ** 2);
  const slope = (alpha + beta) / alpha;
  return {
    y: x.map((value, i) => value + beta * h * offset[i]!),
    logDet: (x.length - 1) * Math.log(1 + beta * h) + Math.log(1 + beta * h + beta * bend * r),
    condition: 1 + Math.max(slope, 1 / slope),
  };
}

describe.each([1, 3])("parameters up to 10, d = %i", (d) => {
  const programs = programsOf(radial({ shape: [d] }));
  const source = hostRandom(d);
  const wild = (length: number, size: number) =>
    Array.from({ length }, () => Math.fround(size * (2 * source.uniform() - 1)));

  test("40 layers at 25 points and the centre: values, log-determinant and inverse", async () => {
    for (let layer = 0; layer < 40; layer++) {
      const [centre, [a, b]] = [wild(d, 2), wild(2, 10) as [number, number]];
      const rows = [centre, ...Array.from({ length: 25 }, () => wild(d, 3))];
      const forward = await programs.forward({ centre, alpha: [a], beta: [b] }, rows);
      const inverse = await programs.inverse({ centre, alpha: [a], beta: [b] }, forward.y);
      rows.forEach((x, row) => {
        const wanted = reference(centre, a, b, x);
        const at = `centre [${centre}], a = ${a}, b = ${b}, x = [${x}]`;
        expect(relativeError(wanted.y, x, forward.y[row]!), at).toBeLessThan(1e-4);
        expect(Math.abs(forward.logDet[row]! - wanted.logDet), at).toBeLessThan(2e-4);
        const back = relativeError(x, [...forward.y[row]!, ...centre], inverse.y[row]!);
        expect(back, at).toBeLessThan(3e-7 * wanted.condition);
      });
    }
  });
});

test("starts as the identity", async () => {
  const bijector = radial({ shape: [3] });
  const x = [[0.5, -2, 7]];
  const { y, logDet } = await apply(bijector, "forward", bijector.init(random.key(1)), x);
  expect(y).toEqual(x);
  expect(logDet[0]).toBeCloseTo(0, 4);
});
