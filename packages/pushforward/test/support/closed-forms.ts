import { type Dynamics, defineDynamics } from "../../src/core/dynamics.ts";
import { type NDArray, np, type Tree } from "../../src/engine/index.ts";
import { identity, type Matrix, product } from "../bijectors/matrices.ts";

/** Dynamics in two dimensions whose solution from time 0 is known. */
export interface ClosedForm {
  readonly dynamics: Dynamics;
  readonly takesContext?: boolean;
  solution(z: readonly number[], time: number, context: number): number[];
  logDet(time: number, context: number): number;
}

type Velocity = (args: {
  params: Tree;
  time: NDArray;
  z: NDArray;
  context: NDArray | undefined;
}) => NDArray;

/** Dynamics as a user would write them, their derivatives left to differentiation. */
function dynamicsOf(kind: string, velocity: Velocity, params: () => Tree = () => ({})): Dynamics {
  return defineDynamics({
    kind,
    options: {},
    init(key) {
      key.dispose();
      return params();
    },
    apply: (own, time, z, context) => velocity({ params: own, time, z, context }),
  });
}

/** `exp(A)` by scaling and squaring. */
export function matrixExponential(matrix: Matrix): number[][] {
  const squarings = 20;
  const small = matrix.map((row) => row.map((value) => value / 2 ** squarings));
  let power = product(small, small).map((row, i) =>
    row.map((value, j) => identity(matrix.length)[i]![j]! + small[i]![j]! + value / 2),
  );
  for (let i = 0; i < squarings; i++) power = product(power, power);
  return power;
}

/** Of the linear dynamics: it turns and stretches. */
export const matrix = [
  [0.5, -1.25],
  [0.75, -0.25],
];

export const closedForms: Record<string, ClosedForm> = {
  "a constant velocity": {
    dynamics: dynamicsOf("constant", ({ time, z }) => {
      time.dispose();
      return z.mul(0).add(1);
    }),
    solution: (z, time) => z.map((value) => value + time),
    logDet: () => 0,
  },
  "z ln 2: doubling": {
    dynamics: dynamicsOf("doubling", ({ time, z }) => {
      time.dispose();
      return z.mul(Math.LN2);
    }),
    solution: (z, time) => z.map((value) => value * 2 ** time),
    logDet: (time) => 2 * time * Math.LN2,
  },
  "z cos t: a pace that changes": {
    dynamics: dynamicsOf("pace", ({ time, z }) => z.mul(np.cos(time))),
    solution: (z, time) => z.map((value) => value * Math.exp(Math.sin(time))),
    logDet: (time) => 2 * Math.sin(time),
  },
  "A z: a linear map": {
    dynamics: dynamicsOf(
      "linear",
      ({ params, time, z }) => {
        time.dispose();
        return np.dot((params as { matrix: NDArray }).matrix, z);
      },
      () => ({ matrix: np.array(matrix) }),
    ),
    solution(z, time) {
      const map = matrixExponential(matrix.map((row) => row.map((value) => time * value)));
      return map.map((row) => row.reduce((sum, value, i) => sum + value * z[i]!, 0));
    },
    logDet: (time) => time * (matrix[0]![0]! + matrix[1]![1]!),
  },
  "c z: as fast as the context says": {
    takesContext: true,
    dynamics: dynamicsOf("contextual", ({ time, z, context }) => {
      time.dispose();
      return z.mul(context as NDArray);
    }),
    solution: (z, time, context) => z.map((value) => value * Math.exp(context * time)),
    logDet: (time, context) => 2 * context * time,
  },
};
