import { type Bijector, type Direction, defineBijector, type Piece } from "../core/bijector.ts";
import { sizeOf } from "../core/shape.ts";
import { isTraining, penalize, trainingNormal, trainingUniform } from "../core/training-mode.ts";
import type { Interval } from "../core/velocity-field.ts";
import { type NDArray, np, type Tree, tree } from "../engine/index.ts";
import { isAdaptive, solverSettings } from "../numerics/ode-solver.ts";
import { odeStepper } from "../numerics/ode-stepper.ts";
import { integrate, tableaus } from "../numerics/runge-kutta.ts";
import { type ContinuousOptions, resolveContinuous } from "./continuous-options.ts";
import { odeIteration } from "./ode-iteration.ts";
import { velocity } from "./velocity.ts";

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
 * @throws ShapeError when the event is not a vector; ConditionError for a context that is none; DomainError for a time
 * that is not positive, a weight that is negative, an unknown estimate, what the solver's options refuse, and options of likelihood
 * beside `matching`, which has no use for them.
 */
export function continuous<P extends Tree = Tree>(options: ContinuousOptions<P>): Bijector<P> {
  const settings = resolveContinuous(options);
  const { shape, condShape, dynamics, time, solver, trace } = settings;
  const spec = { ...settings, solver: solverSettings(solver) };
  const intervals: Record<Direction, Interval> = { forward: [0, time], inverse: [time, 0] };
  const penalized = {
    energy: settings.kineticEnergy > 0,
    jacobian: settings.jacobianNorm > 0,
  };
  const penalties = [settings.kineticEnergy, settings.jacobianNorm].filter((weight) => weight > 0);
  const unpenalized = { energy: false, jacobian: false };

  function probe(rows: NDArray): NDArray | undefined {
    const extents = [...rows.shape];
    rows.dispose();
    if (trace === "exact") return undefined;
    if (trace === "gaussian") return trainingNormal(extents);
    return np.where(np.greaterEqual(trainingUniform(extents), 0.5), 1, -1);
  }

  /** In equal steps, as one program. */
  const solve = (ends: Interval, steps: number) => (params: P, x: NDArray, cond?: NDArray) => {
    const training = isTraining();
    const given = {
      params,
      context: cond?.transpose(),
      probe: training ? probe(x.ref)?.transpose() : undefined,
    };
    const wanted = { trace: true, ...(training ? penalized : unpenalized) };
    const rates = velocity(dynamics, given, wanted);
    const method = tableaus[solver.method];
    const [z, logDet, ...costs] = integrate(method, steps, rates, x.transpose(), ends);
    for (const array of [given.context, given.probe]) array?.dispose();
    tree.dispose(params as never);
    costs.forEach((cost, index) => {
      penalize(np.absolute(cost).mul(penalties[index]).reshape([-1]));
    });
    return [z.transpose(), logDet.reshape([-1])] as [NDArray, NDArray];
  };

  const init = (key: NDArray) =>
    dynamics.init(key, sizeOf(shape), condShape ? sizeOf(condShape) : 0);
  const cost = { forward: "numeric", inverse: "numeric" } as const;

  function piece([from, to]: Interval, steps: number): Piece {
    const bijector = defineBijector<P>({
      kind: "continuousPiece",
      ...{ shape, condShape, cost, init },
      options: { continuous: spec, interval: [from, to], steps },
      forwardAndLogDet: solve([from, to], steps),
      inverseAndLogDet: solve([to, from], steps),
    });
    return { interval: [from, to], bijector };
  }

  const stepper = odeStepper(solver);
  const equalSteps = { count: solver.steps, everywhere: !isAdaptive(solver.method) };
  const solution = (interval: Interval) => ({
    ...odeIteration<P>({
      interval,
      stepper,
      rates: (params, context, withTrace) =>
        velocity(
          dynamics,
          { params, context, probe: undefined },
          { trace: withTrace, ...unpenalized },
        ),
    }),
    equalSteps,
  });

  return defineBijector<P>({
    kind: "continuous",
    ...{ shape, condShape, cost, init },
    options: spec,
    forwardAndLogDet: solve(intervals.forward, solver.steps),
    inverseAndLogDet: solve(intervals.inverse, solver.steps),
    pieces(count) {
      const at = (place: number) => (place / count) * time;
      const steps = Math.ceil(solver.steps / count);
      return Array.from({ length: count }, (_, k) => piece([at(k), at(k + 1)], steps));
    },
    field: {
      end: time,
      matching: settings.matching,
      gradients: settings.gradients,
      penalties,
      stepper,
      probe,
      at: (params, times, z, cond) =>
        dynamics
          .apply(params, times.reshape([1, -1]), z.transpose(), cond?.transpose())
          .transpose(),
      rates(params, cond, noise) {
        const given = {
          params,
          context: cond?.ref.transpose(),
          probe: noise?.ref.transpose(),
        };
        return velocity(dynamics, given, { trace: true, ...penalized });
      },
    },
    iterations: {
      forward: solution(intervals.forward),
      inverse: solution(intervals.inverse),
    },
  });
}
