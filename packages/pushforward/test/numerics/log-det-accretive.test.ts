import { beforeAll, expect, test } from "vitest";
import { jit, type NDArray, np, ready, valueAndGrad } from "../../src/engine/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { logAbsDet } from "../../src/numerics/log-abs-det.ts";
import { logDetAccretive } from "../../src/numerics/log-det-accretive.ts";
import { matrixOf } from "../bijectors/matrices.ts";

beforeAll(() => ready());

const source = hostRandom(2);

/** `I + J` with `|J| < 1`: each row's numbers add up to less than 0.9 / sqrt(d). */
const accretive = (d: number) =>
  matrixOf(d, d, (i, j) => Number(i === j) + (1.8 * (source.uniform() - 0.5)) / d);

test.each([1, 2, 3, 5])(
  "d = %i: values and gradients are those of elimination with pivots",
  async (d) => {
    const count = 16;
    const matrices = Array.from({ length: count }, () => accretive(d));
    const entries = Float32Array.from({ length: d * d * count }, (_, k) => {
      const [entry, row] = [Math.floor(k / count), k % count];
      return matrices[row]![Math.floor(entry / d)]![entry % d]!;
    });
    const program = jit((given: NDArray): NDArray[] => {
      const values = logDetAccretive(given.ref);
      const total = (at: NDArray) => logDetAccretive(at).sum();
      const differentiate = valueAndGrad(total as never) as unknown as (at: NDArray) => NDArray[];
      const [sum, slopes] = differentiate(given);
      return [values, sum as NDArray, slopes as NDArray];
    });
    const [values, sum, slopes] = await Promise.all(
      program(np.array(entries, { shape: [d, d, count] })).map((each) => each.data()),
    );
    const wanted = matrices.map((matrix) => logAbsDet(matrix.flat(), d));
    for (const [row, value] of wanted.entries()) expect(values![row]).toBeCloseTo(value, 4);
    expect(sum![0]).toBeCloseTo(
      wanted.reduce((a, b) => a + b),
      3,
    );
    matrices.forEach((matrix, row) => {
      matrix.flat().forEach((_, entry) => {
        const moved = (by: number) =>
          logAbsDet(
            matrix.flat().map((v, k) => v + (k === entry ? by : 0)),
            d,
          );
        const slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
        expect(slopes![entry * count + row]).toBeCloseTo(slope, 4);
      });
    });
  },
);
