import { type Bijector, type Direction, defineBijector } from "../core/bijector.ts";
import { checkPositive } from "../core/check-number.ts";
import { checkOptionNames } from "../core/check-options.ts";
import type { Dynamics } from "../core/dynamics.ts";
import { DomainError } from "../core/errors.ts";
import { checkVector, type Shape, sizeOf } from "../core/shape.ts";
import { isTraining, penalize, trainingNormal, trainingUniform } from "../core/training-mode.ts";
import type { FlowMatching } from "../core/velocity-field.ts";
import { type NDArray, np, type Tree, tree } from "../engine/index.ts";
import { concatSquash } from "../networks/concat-squash.ts";
import type { Interval } from "../numerics/adaptive-step.ts";
import { type OdeSolverOptions, resolveSolver } from "../numerics/ode-solver.ts";
import { integrate, tableaus } from "../numerics/runge-kutta.ts";
import { odeIteration } from "./ode-iteration.ts";
import { velocity } from "./velocity.ts";

/** How the trace of the velocity's Jacobian is taken in training: for evaluation it is exact. */
export type TraceEstimate = "exact" | "rademacher" | "gaussian";

export interface ContinuousOptions<P extends Tree = Tree> {
  shape: Shape;
  condShape?: Shape | null | undefined;
  /** The velocity's network; default {@link concatSquash}. */
  dynamics?: Dynamics<P> | undefined;
  /** When the state is the data, the base being at time 0; default 1. */
  time?: number | undefined;
  /** Default: Dormand and Prince's method with tolerances of 1e-5. */
  solver?: OdeSolverOptions | undefined;
  /**
   * In training `"exact"`, d directions for each evaluation, or with noise of one vector for each row and step,
   * of signs (`"rademacher"`) or normal (`"gaussian"`); default exact up to 3 dimensions, then of signs.
   */
  trace?: TraceEstimate | undefined;
  /** Weight of the kinetic energy, `int |f|^2 dt`, in the loss; default 0. */
  kineticEnergy?: number | undefined;
  /** Weight of the Jacobian's norm, `int |df/dz|_F^2 dt`, in the loss; default 0. */
  jacobianNorm?: number | undefined;
  /**
   * Train by flow matching instead of likelihood: no equation is solved. Default: no; of what is left out, coupling by
   * optimal transport, without a context, and deviation 0.
   */
  matching?: Partial<FlowMatching> | undefined;
}

/** Most dimensions with an exact trace in training, unless asked for. */
const FEW = 3;

/**
 * A continuous flow: `forward` solves `dz/dt = f(z, t)` from time 0, the base, to `time`, the data; log-det
 * `int tr(df/dz) dt` (Chen et al. 2018, arXiv:1806.07366, theorem 1; FFJORD, Grathwohl et al. 2019,
 * arXiv:1810.01367). `inverse` solves it backwards. Any network f whose derivatives are bounded will do.
 *
 * A model solves it with steps of its own choice for each row, and an exact trace; a program that is compiled as
 * a whole takes `solver.steps` equal steps, of 6 evaluations each, 48 by default. Training has the trace's estimate and
 * the penalties of Finlay et al. 2020 (RNODE, arXiv:2002.02798).
 *
 * Parameters: those of the dynamics. Error: that of the solver; float32 rounding adds about 1e-6.
 *
 * @throws ShapeError when the event is not a vector; DomainError for a time or weights that are not positive, an
 * unknown estimate, and what the solver's options refuse.
 */
export function continuous<P extends Tree = Tree>(options: ContinuousOptions<P>): Bijector<P> {
  const names = ["shape", "condShape", "dynamics", "time", "solver", "trace"];
  checkOptionNames("continuous", options, [...names, "kineticEnergy", "jacobianNorm", "matching"]);
  const { shape, condShape = null, time = 1, kineticEnergy = 0, jacobianNorm = 0 } = options;
  const dynamics = (options.dynamics ?? concatSquash()) as Dynamics<P>;
  const size = checkVector("continuous", shape);
  const trace = options.trace ?? (size <= FEW ? "exact" : "rademacher");
  const solver = resolveSolver("continuous", options.solver);
  checkPositive("continuous", "time", time);
  for (const [name, weight] of Object.entries({ kineticEnergy, jacobianNorm })) {
    if (weight !== 0) checkPositive("continuous", name, weight);
  }
  if (!["exact", "rademacher", "gaussian"].includes(trace)) {
    throw new DomainError(
      `continuous: trace must be "exact", "rademacher" or "gaussian", got ${JSON.stringify(trace)}.`,
    );
  }
  const matching = options.matching && resolveMatching(options.matching, condShape !== null);
  const intervals = { forward: [0, time], inverse: [time, 0] } as const;

  /** In equal steps, as one program. */
  function solve(direction: Direction, params: P, x: NDArray, cond: NDArray | undefined) {
    const weights = { energy: kineticEnergy, jacobian: jacobianNorm };
    const training = isTraining();
    const wanted = {
      trace: true,
      energy: training && weights.energy > 0,
      jacobian: training && weights.jacobian > 0,
    };
    const given = {
      params,
      context: cond?.transpose(),
      probe: training && trace !== "exact" ? probeOf(trace, x.shape) : undefined,
    };
    const rates = velocity(dynamics, given, wanted);
    const tableau = tableaus[solver.method];
    const ends = intervals[direction];
    const [z, logDet, ...costs] = integrate(tableau, solver.steps, rates, x.transpose(), ends);
    for (const array of [given.context, given.probe]) array?.dispose();
    tree.dispose(params as never);
    for (const name of ["energy", "jacobian"] as const) {
      const cost = wanted[name] ? costs.shift() : undefined;
      if (cost) penalize(np.absolute(cost).mul(weights[name]).reshape([-1]));
    }
    return [z.transpose(), logDet.reshape([-1])] as [NDArray, NDArray];
  }

  const adaptive = (direction: Direction, way: string) =>
    odeIteration<P>({
      way,
      interval: intervals[direction] as Interval,
      solver,
      rates: (params, context, withTrace) =>
        velocity(
          dynamics,
          { params, context, probe: undefined },
          { trace: withTrace, energy: false, jacobian: false },
        ),
    });

  return defineBijector<P>({
    kind: "continuous",
    shape,
    condShape,
    cost: { forward: "numeric", inverse: "numeric" },
    options: {
      ...{ shape, condShape, dynamics, time, solver, trace, kineticEnergy, jacobianNorm },
      ...(matching && { matching }),
    },
    init: (key) => dynamics.init(key, size, condShape ? sizeOf(condShape) : 0),
    forwardAndLogDet: (params, x, cond) => solve("forward", params, x, cond),
    inverseAndLogDet: (params, y, cond) => solve("inverse", params, y, cond),
    field: {
      end: time,
      matching,
      at: (params, times, z, cond) =>
        dynamics
          .apply(params, times.reshape([1, -1]), z.transpose(), cond?.transpose())
          .transpose(),
    },
    ...(solver.method === "dormandPrince" && {
      iterations: {
        forward: adaptive("forward", "from the base to the data"),
        inverse: adaptive("inverse", "from the data to the base"),
      },
    }),
  });
}

/** @throws DomainError for an unknown coupling, one that does not keep to contexts, or a negative deviation. */
function resolveMatching(given: Partial<FlowMatching>, isConditional: boolean): FlowMatching {
  checkOptionNames("continuous: matching", given, ["coupling", "deviation"]);
  const usual = isConditional ? "independent" : "optimalTransport";
  const { coupling = usual, deviation = 0 } = given;
  if (!["optimalTransport", "independent"].includes(coupling)) {
    throw new DomainError(
      `continuous: coupling must be "optimalTransport" or "independent", got ${JSON.stringify(coupling)}.`,
    );
  }
  if (isConditional && coupling === "optimalTransport") {
    throw new DomainError(
      "continuous: with a context, draws of the base must not depend on it, and pairs by optimal transport do: take " +
        'coupling: "independent".',
    );
  }
  if (deviation !== 0) checkPositive("continuous", "deviation", deviation);
  return { coupling, deviation };
}

/** Noise of covariance I for each row, as columns. */
function probeOf(estimate: "rademacher" | "gaussian", shape: readonly number[]): NDArray {
  const extents = [...shape];
  if (estimate === "gaussian") return trainingNormal(extents).transpose();
  const signs = np.where(np.greaterEqual(trainingUniform(extents), 0.5), 1, -1);
  return signs.transpose();
}
