import { type Bijector, layersOf } from "../core/bijector.ts";
import type { Tree } from "../engine/index.ts";
import type { Factories } from "../io/rebuild.ts";
import { hostRandom } from "../numerics/host-random.ts";
import { type Law, type LawCheck, lawsFrom, type SkippedLaws } from "./law.ts";
import { checkBatches, checkCompiled } from "./laws/batch.ts";
import { checkContextEffect, checkParameterEffects } from "./laws/effect.ts";
import { checkContextErrors, checkShapeErrors } from "./laws/errors.ts";
import { checkExtremeGradients, checkExtremeValues } from "./laws/extremes.ts";
import { checkGradients } from "./laws/gradient.ts";
import { checkLogDet } from "./laws/log-det.ts";
import { checkInitOwnership, checkMethodOwnership } from "./laws/ownership.ts";
import { checkRebuilt, rebuildBijector } from "./laws/rebuild.ts";
import { checkLogDetsCancel, checkRoundTrip } from "./laws/round-trip.ts";
import {
  drawRows,
  methodOfSubject,
  type Probe,
  type Subject,
  type SubjectOptions,
  type Support,
  subjectOf,
} from "./subject.ts";

/** How far float32 may be off; see the laws for what each is relative to. */
export interface BijectorTolerances {
  /** Round trip, relative to the row's largest number and at least 1; default 1e-5. */
  roundTrip?: number;
  /** Sum of the two directions' log-determinants, in nats; default 1e-4. */
  logDets?: number;
  /** Log-determinant against the Jacobian's, in nats per dimension; default 1e-4. */
  jacobian?: number;
  /** One way of calling against another, relative; default 1e-5. */
  calls?: number;
  /** Gradient against differences, relative to the gradient's length; default 1e-2. */
  gradient?: number;
}

export interface BijectorLawOptions extends SubjectOptions {
  /** Where the numbers that `forward` takes come from; default [-3, 3]. */
  domain?: Support;
  /** Numbers at which something changes, such as knots; ends of intervals are known already. */
  edges?: readonly number[];
  tolerances?: BijectorTolerances;
  /** Exceptions: law name -> reason. */
  skip?: SkippedLaws;
  /** Factories of kinds that the library does not know, for the law about the spec. */
  factories?: Factories;
}

/** A bijector with its two methods, each with rows in its domain. */
interface Setup {
  readonly subject: Subject;
  readonly forward: Probe;
  readonly inverse: Probe;
}

/**
 * The laws that every bijector keeps, for any test runner:
 *
 * ```ts
 * const factories = { bijector: { myBijector } }; // for the law that rebuilds it from its spec
 * for (const law of bijectorLaws(myBijector(), { factories })) test(law.name, law.check);
 * ```
 *
 * Parameters are those of `init` plus normal noise, and inputs come from the domain; both from the
 * seed, so that a law holds always or never. Inputs of the inverse are values of `forward`.
 *
 * Names, for exceptions: "round trip", "log-determinants cancel", "log-determinant is the
 * Jacobian's", "batch is its rows", "compiled is eager", "parameters have an effect", "gradients",
 * "extreme inputs", "extreme inputs, gradients", "ownership", "spec rebuilds it", "context errors",
 * "shape errors" (not for scalar events), "context has an effect" (of conditional ones).
 *
 * @throws DomainError when an exception names no law.
 */
export function bijectorLaws(bijector: Bijector, options: BijectorLawOptions = {}): Law[] {
  const {
    roundTrip = 1e-5,
    logDets = 1e-4,
    jacobian = 1e-4,
    calls = 1e-5,
    gradient = 1e-2,
  } = options.tolerances ?? {};
  const { factories = {}, skip = {} } = options;
  const edges = [...(options.edges ?? []), ...intervalEnds(bijector)];
  let started: Promise<Setup> | undefined;
  const setup = () => {
    started ??= setUp(bijector, options);
    return started;
  };
  const both = (check: (subject: Subject, probe: Probe) => Promise<void>) => async () => {
    const { subject, forward, inverse } = await setup();
    await check(subject, forward);
    await check(subject, inverse);
  };

  const checks: LawCheck[] = [
    [
      "round trip",
      async () => {
        const { subject, forward, inverse } = await setup();
        await checkRoundTrip(subject, forward, inverse.method, roundTrip);
        await checkRoundTrip(subject, inverse, forward.method, roundTrip);
      },
    ],
    [
      "log-determinants cancel",
      async () => {
        const { subject, forward, inverse } = await setup();
        await checkLogDetsCancel(subject, forward, inverse.method, logDets);
        await checkLogDetsCancel(subject, inverse, forward.method, logDets);
      },
    ],
    [
      "log-determinant is the Jacobian's",
      async () => {
        const { subject, forward, inverse } = await setup();
        await checkLogDet(subject, bijector, "forward", forward, jacobian);
        await checkLogDet(subject, bijector, "inverse", inverse, jacobian);
      },
    ],
    ["batch is its rows", both((subject, probe) => checkBatches(subject, probe, calls))],
    ["compiled is eager", both((subject, probe) => checkCompiled(subject, probe, calls))],
    ["parameters have an effect", both(checkParameterEffects)],
    ["gradients", both((subject, probe) => checkGradients(subject, probe, gradient))],
    ["extreme inputs", both((subject, probe) => checkExtremeValues(subject, probe, edges))],
    [
      "extreme inputs, gradients",
      both((subject, probe) => checkExtremeGradients(subject, probe, edges)),
    ],
    [
      "ownership",
      async () => {
        const { subject, forward, inverse } = await setup();
        await checkInitOwnership(subject);
        await checkMethodOwnership(subject, forward);
        await checkMethodOwnership(subject, inverse);
      },
    ],
    [
      "spec rebuilds it",
      async () => {
        const { subject, forward, inverse } = await setup();
        const again = rebuildBijector(bijector, factories);
        const check = (probe: Probe, name: MethodName) =>
          checkRebuilt(subject, again, probe, callOf(again, name));
        await check(forward, "forwardAndLogDet");
        await check(inverse, "inverseAndLogDet");
      },
    ],
    [
      "context errors",
      both(async (s, { method }) => checkContextErrors(s, method.label, method.call)),
    ],
  ];
  if (bijector.shape.length > 0) {
    checks.push([
      "shape errors",
      both(async (s, { method }) => checkShapeErrors(s, method.label, method.call)),
    ]);
  }
  if (bijector.condShape) checks.push(["context has an effect", both(checkContextEffect)]);
  return lawsFrom("bijectorLaws", checks, skip);
}

type MethodName = "forwardAndLogDet" | "inverseAndLogDet";

function callOf(bijector: Bijector, name: MethodName) {
  return (...[params, x, cond]: Parameters<Probe["method"]["call"]>) =>
    bijector[name](params as Tree, x, cond);
}

async function setUp(bijector: Bijector, options: BijectorLawOptions): Promise<Setup> {
  const subject = await subjectOf(bijector, options);
  const { size, seed, params, context } = subject;
  const { domain = [-3, 3] } = options;
  const forward = methodOfSubject(
    subject,
    "forwardAndLogDet",
    callOf(bijector, "forwardAndLogDet"),
  );
  const inverse = methodOfSubject(
    subject,
    "inverseAndLogDet",
    callOf(bijector, "inverseAndLogDet"),
  );
  const others = drawRows(domain, size, hostRandom(seed, 7));
  const [images] = await forward.run({ params, rows: others, context });
  return {
    subject,
    forward: { method: forward, rows: drawRows(domain, size, hostRandom(seed, 6)) },
    inverse: { method: inverse, rows: images as Float32Array },
  };
}

function intervalEnds(bijector: Bijector): number[] {
  const ends = layersOf(bijector).flatMap(({ bijector: { interval } }) =>
    interval ? [interval.low, interval.high] : [],
  );
  return [...new Set(ends)];
}
