import { beforeAll, describe, expect, test } from "vitest";
import { ready } from "../../src/engine/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { householderProduct } from "../../src/numerics/householder.ts";
import {
  distance,
  identity,
  matrixOf,
  product,
  reflection,
  transpose,
} from "../bijectors/matrices.ts";
import { download, upload } from "./device-matrix.ts";

beforeAll(() => ready());

const source = hostRandom(2);
const draw = (rows: number, columns: number) =>
  matrixOf(rows, columns, () => Math.fround(source.normal()));

describe("householderProduct", () => {
  test.each([
    [1, 1],
    [1, 4],
    [4, 4],
    [6, 5],
    [10, 20],
  ])("%i reflections in %i dimensions are those written out", async (count, d) => {
    const vectors = draw(count, d);
    const q = await download(householderProduct(upload(vectors)));
    expect(distance(q, vectors.map(reflection).reduce(product))).toBeLessThan(3e-6);
    expect(distance(product(transpose(q), q), identity(d))).toBeLessThan(2e-6);
  });

  test("the length of a vector does not matter, and 0 reflects nothing", async () => {
    const vectors = draw(2, 3);
    const scaled = [vectors[0]!.map((v) => 1e-6 * v), [0, 0, 0], vectors[1]!.map((v) => 1e6 * v)];
    const q = await download(householderProduct(upload(vectors)));
    expect(distance(await download(householderProduct(upload(scaled))), q)).toBeLessThan(1e-6);
  });

  test("the first columns alone", async () => {
    const vectors = draw(3, 6);
    const all = await download(householderProduct(upload(vectors)));
    const some = await download(householderProduct(upload(vectors), 2));
    expect(
      distance(
        some,
        all.map((row) => row.slice(0, 2)),
      ),
    ).toBeLessThan(1e-7);
  });
});
