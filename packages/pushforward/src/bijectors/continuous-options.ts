import { checkNotNegative, checkPositive } from "../core/check-number.ts";
import { checkOptionNames, checkOptionsObject } from "../core/check-options.ts";
import { checkDynamics } from "../core/check-part.ts";
import type { Dynamics } from "../core/dynamics.ts";
import { ConditionError, DomainError } from "../core/errors.ts";
import { checkShape, checkVector, type Shape, showShape } from "../core/shape.ts";
import type { FlowMatching, OdeGradients } from "../core/velocity-field.ts";
import type { Tree } from "../engine/index.ts";
import { concatSquash } from "../networks/concat-squash.ts";
import { type OdeSolver, type OdeSolverOptions, resolveSolver } from "../numerics/ode-solver.ts";

/** How the trace of the velocity's Jacobian is taken in training: for evaluation it is exact. */
export type TraceEstimate = "exact" | "rademacher" | "gaussian";

export interface ContinuousOptions<P extends Tree = Tree> {
  shape: Shape;
  /** Of a vector, `[c]`; default: no context. */
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
  /** How training differentiates the solution; default `"unrolled"`. */
  gradients?: OdeGradients | undefined;
  /**
   * Train by flow matching instead of likelihood: no equation is solved. Default: no; of what is left out, coupling by
   * optimal transport, without a context, and deviation 0. `trace`, `kineticEnergy`, `jacobianNorm` and `gradients` have
   * nothing to say then, and must be left out.
   */
  matching?: Partial<FlowMatching> | undefined;
}

/** Options with the defaults filled in: what the spec says. */
export interface ContinuousSettings<P extends Tree> {
  readonly shape: Shape;
  readonly condShape: Shape | null;
  readonly dynamics: Dynamics<P>;
  readonly time: number;
  readonly solver: OdeSolver;
  readonly trace: TraceEstimate;
  readonly kineticEnergy: number;
  readonly jacobianNorm: number;
  readonly gradients: OdeGradients;
  readonly matching?: FlowMatching;
}

/** Most dimensions with an exact trace in training, unless asked for. */
const FEW = 3;

/** What has to do with the likelihood's training alone. */
type LikelihoodSettings = Pick<
  ContinuousSettings<Tree>,
  "trace" | "kineticEnergy" | "jacobianNorm" | "gradients"
>;

const usual = { kineticEnergy: 0, jacobianNorm: 0, gradients: "unrolled" } as const;

const choices = {
  trace: ["exact", "rademacher", "gaussian"],
  gradients: ["unrolled", "recomputed", "adjoint"],
} as const;

/**
 * Fill in defaults.
 *
 * @throws as `continuous`; ConditionError for a context that is no vector; DomainError for matching beside options of
 * the likelihood's training.
 */
export function resolveContinuous<P extends Tree>(
  options: ContinuousOptions<P>,
): ContinuousSettings<P> {
  const { shape, condShape = null, time = 1 } = options;
  const { kineticEnergy = usual.kineticEnergy, jacobianNorm = usual.jacobianNorm } = options;
  const size = checkVector("continuous", shape);
  checkContext(condShape);
  const usualTrace = size <= FEW ? "exact" : "rademacher";
  const settings = {
    ...{ shape, condShape, time, kineticEnergy, jacobianNorm },
    dynamics: (options.dynamics ?? concatSquash()) as Dynamics<P>,
    solver: resolveSolver("continuous", options.solver),
    trace: options.trace ?? usualTrace,
    gradients: options.gradients ?? usual.gradients,
    ...(options.matching !== undefined && {
      matching: resolveMatching(options.matching, condShape !== null),
    }),
  } as const;
  checkOptionNames("continuous", options, [...Object.keys(settings), "matching"]);
  checkDynamics("continuous", settings.dynamics);
  checkPositive("continuous", "time", time);
  for (const [name, weight] of Object.entries({ kineticEnergy, jacobianNorm })) {
    checkNotNegative("continuous", name, weight);
  }
  for (const [name, known] of Object.entries(choices)) {
    checkChoice(name, settings[name as keyof typeof choices], known);
  }
  if (settings.matching) checkIdle(settings, { ...usual, trace: usualTrace });
  return settings;
}

/** @throws ConditionError for a context that dynamics cannot take as a column of numbers. */
function checkContext(condShape: Shape | null): void {
  if (condShape === null || checkShape("continuous", condShape).length === 1) return;
  throw new ConditionError(
    `continuous: the context must be a vector, condShape [c]; got ${showShape(condShape)}. Flatten it first.`,
  );
}

/** @throws DomainError for a setting of the likelihood's training, where there is none. */
function checkIdle(settings: LikelihoodSettings, defaults: LikelihoodSettings): void {
  // Defaults pass: the spec, from which files are read, names them.
  const names = Object.keys(defaults) as (keyof LikelihoodSettings)[];
  const idle = names.find((name) => settings[name] !== defaults[name]);
  if (!idle) return;
  throw new DomainError(
    `continuous: matching and ${idle} do not go together, for flow matching solves nothing in training: leave out ` +
      "one of them.",
  );
}

/** @throws DomainError for an unknown coupling, one that does not keep to contexts, or a negative deviation. */
function resolveMatching(given: Partial<FlowMatching>, isConditional: boolean): FlowMatching {
  checkOptionsObject("continuous", "matching", given, "{} or { deviation: 0.1 }");
  checkOptionNames("continuous: matching", given, ["coupling", "deviation"]);
  const usual = isConditional ? "independent" : "optimalTransport";
  const { coupling = usual, deviation = 0 } = given;
  checkChoice("coupling", coupling, ["optimalTransport", "independent"]);
  if (isConditional && coupling === "optimalTransport") {
    throw new DomainError(
      "continuous: with a context, draws of the base must not depend on it, and pairs by optimal transport do: take " +
        'coupling: "independent".',
    );
  }
  checkNotNegative("continuous", "deviation", deviation);
  return { coupling, deviation };
}

function checkChoice(name: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  throw new DomainError(
    `continuous: ${name} must be one of ${known.map((each) => `"${each}"`).join(", ")}, got ${JSON.stringify(value)}.`,
  );
}
