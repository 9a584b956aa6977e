import { beforeAll, describe, expect, test } from "vitest";
import {
  blockwise,
  type ContinuousOptions,
  continuous,
  reshaped,
} from "../../src/bijectors/index.ts";
import { defineDynamics } from "../../src/core/dynamics.ts";
import { flattenParameters, layoutOf, uploadParameters } from "../../src/core/parameters.ts";
import { keyOf } from "../../src/core/seed.ts";
import { duringTraining } from "../../src/core/training-mode.ts";
import { grad, jit, type NDArray, np, random, ready, type Tree } from "../../src/engine/index.ts";
import { concatSquash, lipschitzMlp, maskedMlp, mlp } from "../../src/networks/index.ts";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { hostTree, velocityOnHost } from "../networks/host-dynamics.ts";
import { flowOnHost } from "../numerics/host-ode.ts";
import {
  type ClosedForm,
  closedForms,
  matrix,
  matrixExponential,
} from "../support/closed-forms.ts";
import { estimate } from "../support/draws.ts";
import { apply, upload } from "./host.ts";
import type { Matrix } from "./matrices.ts";
import { dot, relativeError } from "./program.ts";

beforeAll(() => ready());

const source = hostRandom(21);
const draw = (rows: number, columns: number, size = 1) =>
  Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => Math.fround(size * source.normal())),
  );

const shape = [2];
const times = (a: Matrix, x: readonly number[]) => a.map((row) => dot(row, x));
const scaled = (a: Matrix, factor: number) => a.map((row) => row.map((value) => factor * value));

/** The integral from 0 to an end by Simpson's rule. */
function simpson(end: number, integrand: (t: number) => number): number {
  const count = 100;
  const terms = Array.from({ length: count + 1 }, (_, i) => {
    const weight = i === 0 || i === count ? 1 : i % 2 === 1 ? 4 : 2;
    return weight * integrand((i / count) * end);
  });
  return (end / count / 3) * terms.reduce((sum, term) => sum + term, 0);
}

describe.each(Object.entries(closedForms))("%s", (_, form) => {
  test.each(["rk4", "dormandPrince"] as const)("in equal steps of %s", async (method) => {
    const time = 1.25;
    const flow = continuous({
      shape,
      dynamics: form.dynamics,
      time,
      // Of order 4 and 5, errors of 1e-6.
      solver: { method, steps: method === "rk4" ? 24 : 10 },
      ...(form.takesContext && { condShape: [1] }),
    });
    const rows = draw(6, 2, 1.5);
    const contexts = form.takesContext ? draw(6, 1, 0.5) : undefined;
    const params = () => flow.init(random.key(0)) as Tree;
    const forward = await apply(flow, "forward", params(), rows, contexts);
    const inverse = await apply(flow, "inverse", params(), forward.y, contexts);
    rows.forEach((z, row) => {
      const context = contexts?.[row]?.[0] ?? 0;
      const [wanted, logDet] = [form.solution(z, time, context), form.logDet(time, context)];
      expect(relativeError(wanted, z, forward.y[row]!)).toBeLessThan(3e-6);
      expect(relativeError(z, wanted, inverse.y[row]!)).toBeLessThan(3e-6);
      expect(Math.abs(forward.logDet[row]! - logDet)).toBeLessThan(3e-6);
      expect(Math.abs(inverse.logDet[row]! + logDet)).toBeLessThan(3e-6);
    });
  });
});

describe("concatSquash", () => {
  const condShape = [2];
  const dynamics = concatSquash({ hidden: [3] });
  const layout = layoutOf(dynamics.init(random.key(0), 2, 2));
  const flat = Float32Array.from({ length: layout.size }, () => 0.8 * source.normal());
  const rows = draw(5, 2);
  const contexts = draw(5, 2);

  /** `sum_rows w . f^-1(y) + v log-det` in double precision. */
  function functional(values: ArrayLike<number>, weights: number[][]): number {
    return rows.reduce((sum, row, i) => {
      const field = velocityOnHost(
        { kind: "concatSquash", activation: "tanh" },
        hostTree(layout, values),
        contexts[i],
      );
      const { z, logDet } = flowOnHost(field, row, [1, 0], 2);
      const [a, b, c] = weights[i]!;
      return sum + a! * z[0]! + b! * z[1]! + c! * logDet;
    }, 0);
  }

  const params = () => uploadParameters(layout, flat) as never;
  const inTwoSteps = continuous({
    ...{ shape, condShape, dynamics, solver: { method: "rk4", steps: 2 } },
  });

  test("gradients by the parameters are those of the formula's differences", async () => {
    const weights = draw(rows.length, 3);
    const total = (own: Tree): NDArray => {
      const [x, cond] = [upload(rows, shape), upload(contexts, condShape)];
      const [z, logDet] = inTwoSteps.inverseAndLogDet(own as never, x, cond);
      return np
        .concatenate([z, logDet.reshape([-1, 1])], 1)
        .mul(upload(weights, [3]))
        .sum();
    };
    const differentiate = grad(total as never) as unknown as (own: Tree) => Tree;
    const slopes = await jit((own: Tree) => flattenParameters(differentiate(own)))(params()).data();
    const length = Math.hypot(...slopes);
    expect(slopes).toHaveLength(layout.size);
    const difference = 1e-4;
    for (const index of flat.keys()) {
      const moved = (by: number) => {
        const values = Float64Array.from(flat);
        values[index]! += by;
        return functional(values, weights);
      };
      const slope = (moved(difference) - moved(-difference)) / (2 * difference);
      expect(Math.abs(slopes[index]! - slope)).toBeLessThan(1e-5 * length);
    }
  });

  test("the inverse undoes the forward, in steps that are short enough", async () => {
    const flow = continuous({ shape, condShape, dynamics, solver: { steps: 12 } });
    const forward = await apply(flow, "forward", params(), rows, contexts);
    const inverse = await apply(flow, "inverse", params(), forward.y, contexts);
    rows.forEach((z, row) => {
      const field = velocityOnHost(
        { kind: "concatSquash", activation: "tanh" },
        hostTree(layout, flat),
        contexts[row],
      );
      const wanted = flowOnHost(field, z, [0, 1], 200);
      expect(relativeError(wanted.z, z, forward.y[row]!)).toBeLessThan(2e-6);
      expect(Math.abs(forward.logDet[row]! - wanted.logDet)).toBeLessThan(5e-6);
      expect(relativeError(z, wanted.z, inverse.y[row]!)).toBeLessThan(5e-6);
      expect(Math.abs(forward.logDet[row]! + inverse.logDet[row]!)).toBeLessThan(5e-6);
    });
  });

  test.each(["rademacher", "gaussian"] as const)(
    "in training the log-determinant is right on average, with noise that is %s",
    async (trace) => {
      const noisy = continuous({
        ...{ shape, condShape, dynamics, trace, solver: { method: "rk4", steps: 2 } },
      });
      const copies = <T>(row: T) => Array.from({ length: 4000 }, () => row);
      const train = jit((own: Tree, x: NDArray, cond: NDArray): NDArray[] => {
        const [[z, logDet]] = duringTraining(keyOf(3), () =>
          noisy.inverseAndLogDet(own as never, x, cond),
        );
        return [z, logDet];
      });
      const [z, logDet] = train(
        params(),
        upload(copies(rows[0]!), shape),
        upload(copies(contexts[0]!), condShape),
      ) as [NDArray, NDArray];
      const exact = await apply(inTwoSteps, "inverse", params(), [rows[0]!], [contexts[0]!]);
      const { value, standardError } = estimate([...(await logDet.data())]);
      expect(standardError).toBeGreaterThan(1e-4);
      expect(Math.abs(value - exact.logDet[0]!)).toBeLessThan(3 * standardError);
      expect(relativeError(exact.y[0]!, [0], [...(await z.data())].slice(0, 2))).toBeLessThan(1e-6);
    },
  );
});

describe("linear dynamics in training", () => {
  const time = 1.25;
  const { dynamics } = closedForms["A z: a linear map"] as ClosedForm;
  const rows = draw(64, 2);
  const settings = { shape, dynamics, time, solver: { method: "rk4", steps: 12 } } as const;

  async function train(more: Partial<ContinuousOptions>, direction: "forward" | "inverse") {
    const flow = continuous({ ...settings, ...more } as ContinuousOptions);
    const program = jit((params: Tree, x: NDArray): NDArray[] => {
      const [[, logDet], { penalties }] = duringTraining(keyOf(5), () =>
        flow[`${direction}AndLogDet`](params, x),
      );
      return [logDet, ...penalties];
    });
    const results = program(flow.init(random.key(0)) as Tree, upload(rows, shape));
    const values: Float32Array[] = await Promise.all(results.map((array) => array.data()));
    return values.map((each) => [...each]);
  }

  const trace = matrix[0]![0]! + matrix[1]![1]!;
  const aside = matrix[0]![1]! + matrix[1]![0]!;
  const squares = matrix.flat().reduce((sum, value) => sum + value ** 2, 0);

  test("with signs e the estimate is e^T A e, whatever the row", async () => {
    const [logDets] = await train({ trace: "rademacher" }, "forward");
    const seen = new Set(logDets!.map((value) => Math.sign(value - time * trace)));
    expect(seen).toEqual(new Set([-1, 1]));
    for (const value of logDets!) {
      expect(Math.abs(Math.abs(value - time * trace) - time * Math.abs(aside))).toBeLessThan(2e-6);
    }
  });

  test("penalties are the kinetic energy and the Jacobian's norm, times their weights", async () => {
    const weights = { kineticEnergy: 0.5, jacobianNorm: 0.25 };
    for (const direction of ["forward", "inverse"] as const) {
      const [logDets, energies, norms] = await train(weights, direction);
      const sign = direction === "forward" ? 1 : -1;
      rows.forEach((row, i) => {
        // Up to three dimensions the trace is exact in training, too.
        expect(logDets![i]).toBeCloseTo(sign * time * trace, 5);
        const energy = simpson(time, (t) => {
          const to = direction === "forward" ? t : t - time;
          const z = times(matrixExponential(scaled(matrix, to)), row);
          return dot(times(matrix, z), times(matrix, z));
        });
        expect(Math.abs(energies![i]! / (0.5 * energy) - 1)).toBeLessThan(1e-5);
        expect(norms![i]).toBeCloseTo(0.25 * time * squares, 5);
      });
    }
  });

  test("with noise e the norm's estimate is |A e|^2", async () => {
    const [, norms] = await train({ trace: "rademacher", jacobianNorm: 1 }, "inverse");
    const wanted = [1, -1].map((sign) => {
      const pushed = times(matrix, [1, sign]);
      return time * dot(pushed, pushed);
    });
    for (const value of norms!) {
      expect(Math.min(...wanted.map((each) => Math.abs(value - each)))).toBeLessThan(5e-6);
    }
    expect(wanted[0]! + wanted[1]!).toBeCloseTo(2 * time * squares, 10);
  });

  test("outside of training there is neither noise nor penalty", async () => {
    const flow = continuous({ ...settings, trace: "gaussian", kineticEnergy: 1, jacobianNorm: 1 });
    const { logDet } = await apply(flow, "forward", flow.init(random.key(0)) as Tree, rows);
    for (const value of logDet) expect(value).toBeCloseTo(time * trace, 5);
  });
});

test.each<[object, RegExp]>([
  [{ shape: [2, 2] }, /^continuous: /],
  [{ time: 0 }, /^continuous: time must be/],
  [{ trace: "uniform" }, /^continuous: trace must be/],
  [{ kineticEnergy: -1 }, /^continuous: kineticEnergy must be 0 or positive, and finite, got -1/],
  [
    { dynamics: {} },
    /^continuous: dynamics must be a network of state and time such as concatSquash/,
  ],
  [{ dynamics: mlp() }, /^continuous: dynamics must be .* got mlp/],
  [{ dynamics: maskedMlp() }, /^continuous: dynamics must be .* got maskedMlp/],
  [{ dynamics: lipschitzMlp() }, /^continuous: dynamics must be .* got lipschitzMlp/],
  [
    { condShape: [2, 2] },
    /^continuous: the context must be a vector, condShape \[c\]; got \[2, 2\]\. Flatten/,
  ],
  [{ matching: {}, trace: "gaussian" }, /^continuous: matching and trace do not go together/],
  [{ matching: {}, gradients: "adjoint" }, /^continuous: matching and gradients do not/],
  [{ matching: {}, kineticEnergy: 1 }, /^continuous: matching and kineticEnergy do not/],
  [{ matching: {}, jacobianNorm: 1 }, /^continuous: matching and jacobianNorm do not/],
  [{ solver: { method: "heun" } }, /^continuous: there is no method "heun"\. Take one of euler,/],
  [{ solver: { steps: 0 } }, /^continuous: solver\.steps must be a positive integer/],
  [
    { solver: { rtol: 1e-9 } },
    /^continuous: solver\.rtol must be at least 1e-7, the precision of 32-bit/,
  ],
  [{ matching: null }, /^continuous: matching must be an object .* got null/],
  [{ matching: true }, /^continuous: matching must be an object such as \{\} or .* got true/],
  [{ matching: { deviation: -1 } }, /^continuous: deviation must be 0 or positive/],
  [{ solver: null }, /^continuous: solver must be an object such as .* got null/],
  [{ solver: "rk4" }, /^continuous: solver must be an object such as .* got "rk4"/],
  [
    { solver: { maxEvaluations: 7 } },
    /^continuous: solver\.maxEvaluations must be an integer >= 8/,
  ],
  [
    { solver: { method: "rk4", steps: 20, rtol: 1e-3 } },
    /^continuous: solver\.rtol is 0\.001, but "rk4" takes 20 equal steps, whatever it is: leave it/,
  ],
  [
    { solver: { method: "euler", maxEvaluations: 5 } },
    /^continuous: solver\.maxEvaluations is 5, but "euler" takes 8 equal steps/,
  ],
  [{ solver: { tolerance: 1 } }, /^continuous: solver: there is no option "tolerance"/],
])("what cannot be built says why (%#)", (options, message) => {
  expect(() => continuous({ shape: [2], ...options } as never)).toThrow(message);
});

test("dynamics may take their arguments in any way, as long as they say what they are", () => {
  const { spec: _, ...parts } = concatSquash({ hidden: [3] });
  const own = defineDynamics({
    ...parts,
    options: {},
    apply: (...all) => parts.apply(...all),
  });
  expect(continuous({ shape, dynamics: own }).kind).toBe("continuous");
});

test("dynamics that are none are refused, as is a velocity of another shape than the state", () => {
  const init = () => ({});
  const apply = () => np.zeros([1, 2]);
  expect(() => defineDynamics({ kind: "mine", options: {}, apply } as never)).toThrow(
    /^defineDynamics: mine has no function init\. It takes \{ kind, options, init, apply \}/,
  );
  expect(() => defineDynamics({ options: {}, init, apply } as never)).toThrow(
    /kind must be a name/,
  );
  const dynamics = defineDynamics({ kind: "mine", options: {}, init, apply });
  expect(() => dynamics.apply({}, np.zeros([1, 1]), np.zeros([2, 3]), undefined)).toThrow(
    /^mine: a velocity, \[d, n\], must be of the shape \[2, 3\] here, got \[1, 2\]/,
  );
  const push = () => [np.zeros([2, 3]), np.zeros([2, 3])] as [NDArray, NDArray];
  const pushing = defineDynamics({ kind: "mine", options: {}, init, apply, push });
  const given = [np.zeros([1, 1]), np.zeros([2, 3]), undefined, np.zeros([2, 2, 1])] as const;
  expect(() => pushing.push?.({}, ...given)).toThrow(
    /^mine: the products with directions, \[d, k, n\], must be of the shape \[2, 2, 3\] here, got \[2, 3\]/,
  );
});

test("a spec says of a solver what counts for its method", () => {
  const solverOf = (solver?: object) =>
    (continuous({ shape, ...(solver && { solver }) } as never).spec.options as { solver: object })
      .solver;
  expect(solverOf({ method: "rk4" })).toEqual({ method: "rk4", steps: 8 });
  expect(Object.keys(solverOf())).toEqual(["method", "steps", "rtol", "atol", "maxEvaluations"]);
});

test("a flow that is matched is built again from its spec", () => {
  const dynamics = concatSquash();
  for (const size of [2, 5]) {
    const built = continuous({ shape: [size], matching: { deviation: 0.1 } });
    expect(continuous({ ...(built.spec.options as object), dynamics } as never).spec).toEqual(
      built.spec,
    );
  }
});

test.each<[object, RegExp]>([
  [{ matching: {} }, /^reshaped: continuous is trained by flow matching, which works in chains of/],
  [{ gradients: "adjoint" }, /^reshaped: continuous is trained by adjoint gradients/],
])("a training of its own is refused where it cannot be reached (%#)", (options, message) => {
  const bijector = continuous({ shape: [4], ...options } as never);
  expect(() => reshaped({ shape: [1, 2, 2], bijector })).toThrow(message);
  const blocks = [{ indices: [0, 1, 2, 3], bijector }];
  expect(() => blockwise({ features: 5, blocks })).toThrow("blockwise: continuous");
});
