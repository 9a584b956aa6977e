import { beforeAll, describe, expect, test } from "vitest";
import { jit, type NDArray, np, ready } from "../../src/engine/index.ts";
import {
  DORMAND_PRINCE_ERROR,
  integrate,
  type OdeMethod,
  type Tableau,
  tableaus,
} from "../../src/numerics/runge-kutta.ts";

beforeAll(() => ready());

const methods = Object.entries(tableaus) as [OdeMethod, Tableau][];
const sumOf = (terms: readonly number[]) => terms.reduce((sum, term) => sum + term, 0);

describe("order conditions", () => {
  /** A rooted tree, as the trees that hang from its root. */
  type RootedTree = readonly RootedTree[];

  const orderOf = (root: RootedTree): number => 1 + sumOf(root.map(orderOf));
  const densityOf = (root: RootedTree): number =>
    root.reduce((product, branch) => product * densityOf(branch), orderOf(root));

  /** Every set of trees, repetitions included, that has so many nodes; from a place in the list on. */
  function forests(nodes: number, known: readonly RootedTree[], from = 0): RootedTree[][] {
    if (nodes === 0) return [[]];
    return known.slice(from).flatMap((branch, i) => {
      const rest = nodes - orderOf(branch);
      return rest < 0 ? [] : forests(rest, known, from + i).map((others) => [branch, ...others]);
    });
  }

  const trees: RootedTree[][] = [];
  for (let order = 1; order <= 6; order++) trees.push(forests(order - 1, trees.flat()));

  /** What each stage makes of a tree: `prod_branches sum_j a_ij Phi_j(branch)`. */
  function stagesOf(a: readonly (readonly number[])[], root: RootedTree): number[] {
    const branches = root.map((branch) => stagesOf(a, branch));
    return a.map((row) =>
      branches.reduce((product, of) => product * sumOf(row.map((w, j) => w * of[j]!)), 1),
    );
  }

  /** How far weights are from what a tree wants, `sum_i b_i Phi_i = 1 / gamma`. */
  const defect = (
    a: readonly (readonly number[])[],
    b: readonly number[],
    root: RootedTree,
    wanted = 1 / densityOf(root),
  ) => Math.abs(sumOf(stagesOf(a, root).map((stage, i) => b[i]! * stage)) - wanted);

  test("there are as many trees as Cayley counted", () => {
    expect(trees.map((each) => each.length)).toEqual([1, 1, 2, 4, 9, 20]);
  });

  test.each(methods)("%s has the order that it says, and no higher one", (_, tableau) => {
    const { order, nodes, stages, weights } = tableau;
    const a = [[], ...stages];
    for (const [i, row] of a.entries()) expect(sumOf(row)).toBeCloseTo(nodes[i]!, 14);
    for (const root of trees.slice(0, order).flat()) {
      expect(defect(a, weights, root)).toBeLessThan(1e-14);
    }
    expect(Math.max(...trees[order]!.map((root) => defect(a, weights, root)))).toBeGreaterThan(
      1e-4,
    );
  });

  test("the estimate of Dormand and Prince's error is one of order 5", () => {
    const { stages, weights } = tableaus.dormandPrince;
    // The seventh slope is the one at the end of the step.
    const a = [[], ...stages, weights];
    for (const root of trees.slice(0, 4).flat()) {
      expect(defect(a, DORMAND_PRINCE_ERROR, root, 0)).toBeLessThan(1e-14);
    }
    const fifth = trees[4]!.map((root) => defect(a, DORMAND_PRINCE_ERROR, root, 0));
    expect(Math.max(...fifth)).toBeGreaterThan(1e-4);
  });
});

describe("equal steps", () => {
  const [start, stop] = [0.5, 1];

  /** `y' = (1 + 2 t) / y`, `x' = (1 + 2 t) x / y^2`, and `(1 + 2 t) y` for the integral. */
  function rates(time: NDArray, z: NDArray): NDArray[] {
    const speed = time.mul(2).add(1);
    const y = z.ref.slice([0, 1]);
    const slope = z.mul(speed.ref).div(y.ref.mul(y.ref));
    return [slope, speed.mul(y)];
  }

  /** `y = sqrt(y0^2 + 2 (t + t^2))`, x in proportion; the integral is that of `y^2 y'`. */
  const height = Math.sqrt(start ** 2 + 2 * (stop + stop ** 2));
  const integral = (height ** 3 - start ** 3) / 3;

  /** y, x and the integral, over the time from 0 to 1 or back. */
  async function solve(method: OdeMethod, steps: number, y: number, times: [number, number]) {
    const program = jit((z: NDArray) => integrate(tableaus[method], steps, rates, z, times));
    const results = program(np.array([[y], [-y / 4]]));
    const values: Float32Array[] = await Promise.all(results.map((array) => array.data()));
    return values.flatMap((each) => [...each]);
  }

  // Steps short enough for the leading term to be the error, and long enough for float32 to resolve it.
  test.each<[OdeMethod, number]>([
    ["euler", 16],
    ["midpoint", 12],
    ["rk4", 6],
    ["dormandPrince", 2],
  ])("%s: half the step, an error smaller as its order says", async (method, steps) => {
    const errorOf = async (count: number) => {
      const [y, x, area] = await solve(method, count, start, [0, stop]);
      return Math.hypot(y! - height, x! + height / 4, area! - integral);
    };
    const observed = Math.log2((await errorOf(steps)) / (await errorOf(2 * steps)));
    expect(Math.abs(observed - tableaus[method].order)).toBeLessThan(0.2);
  });

  test.each([
    ["rk4", 24],
    ["dormandPrince", 16],
  ] as const)(
    "%s runs back to where it came from, integrals with a sign",
    async (method, steps) => {
      const [y, x, area] = await solve(method, steps, height, [stop, 0]);
      expect(y).toBeCloseTo(start, 5);
      expect(x).toBeCloseTo(-start / 4, 5);
      expect(area).toBeCloseTo(-integral, 5);
    },
  );
});
