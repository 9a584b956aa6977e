import { layersOf } from "../core/bijector.ts";
import type { Distribution } from "../core/distribution.ts";
import { random } from "../engine/index.ts";
import type { Factories } from "../io/rebuild.ts";
import { type Law, type LawCheck, lawsFrom, type SkippedLaws } from "./law.ts";
import { checkBatches, checkCompiled } from "./laws/batch.ts";
import { checkIntegral } from "./laws/density.ts";
import { checkContextEffect, checkParameterEffects } from "./laws/effect.ts";
import { checkContextErrors, checkShapeErrors } from "./laws/errors.ts";
import { checkExtremeGradients, checkExtremeValues } from "./laws/extremes.ts";
import { checkGradients } from "./laws/gradient.ts";
import { type LogDensity, type LogDensityFor, logDensityOf } from "./laws/log-density.ts";
import {
  checkInitOwnership,
  checkMethodOwnership,
  checkSamplingOwnership,
} from "./laws/ownership.ts";
import { checkRebuilt, rebuildDistribution } from "./laws/rebuild.ts";
import {
  checkKeys,
  checkPlaneSamples,
  checkSampleLogProbs,
  checkScalarSamples,
} from "./laws/samples.ts";
import type { MethodCall } from "./method.ts";
import {
  methodOfSubject,
  type Probe,
  type Subject,
  type SubjectOptions,
  subjectOf,
} from "./subject.ts";

/** How far float32 may be off. */
export interface DistributionTolerances {
  /** A sample's log-probability against the density's, relative and at least absolute; 1e-4. */
  sampleLogProb?: number;
  /** The integral's distance from 1; default 1e-3. */
  integral?: number;
  /** One way of calling against another, relative; default 1e-5. */
  calls?: number;
  /** Gradient against differences, relative to the gradient's length; default 1e-2. */
  gradient?: number;
}

export interface DistributionLawOptions extends SubjectOptions {
  /** Numbers at which something changes, such as knots or ends of the support. */
  edges?: readonly number[];
  tolerances?: DistributionTolerances;
  /** Exceptions: law name -> reason. */
  skip?: SkippedLaws;
  /** Factories of kinds that the library does not know, for the law about the spec. */
  factories?: Factories;
}

/** Contexts that a conditional density is looked at with. */
const CONTEXTS = 3;
/** Samples that the laws about `logProb` look at. */
const ROWS = 64;

interface Setup {
  readonly subject: Subject;
  /** `logProb` at samples. */
  readonly probe: Probe;
  readonly densityFor: LogDensityFor;
  /** Given each of a few contexts. */
  readonly densities: readonly LogDensity[];
}

/**
 * The laws that every distribution keeps, for any test runner; see {@link bijectorLaws}.
 *
 * Names, for exceptions: "samples carry their log-probability", "keys", "batch is its rows",
 * "compiled is eager", "parameters have an effect", "gradients", "extreme inputs", "extreme inputs,
 * gradients", "ownership", "spec rebuilds it", "context errors", "shape errors" (not for scalar
 * events), "context has an effect" (of conditional ones); and, in one and two dimensions,
 * "integrates to 1" and "samples follow the density".
 *
 * @throws DomainError when an exception names no law.
 */
export function distributionLaws(
  distribution: Distribution,
  options: DistributionLawOptions = {},
): Law[] {
  const {
    sampleLogProb = 1e-4,
    integral = 1e-3,
    calls = 1e-5,
    gradient = 1e-2,
  } = options.tolerances ?? {};
  const { factories = {}, skip = {} } = options;
  const edges = [...(options.edges ?? []), ...intervalEnds(distribution)];
  const size = distribution.shape.reduce((product, extent) => product * extent, 1);
  const sampling = `${distribution.kind}, sampleAndLogProb`;
  let started: Promise<Setup> | undefined;
  const setup = () => {
    started ??= setUp(distribution, options);
    return started;
  };
  const onProbe = (check: (subject: Subject, probe: Probe) => Promise<void>) => async () => {
    const { subject, probe } = await setup();
    await check(subject, probe);
  };
  const onDensities = (check: (density: LogDensity) => Promise<void>) => async () => {
    for (const density of (await setup()).densities) await check(density);
  };

  const checks: LawCheck[] = [
    [
      "samples carry their log-probability",
      onDensities((density) => checkSampleLogProbs(sampling, density, sampleLogProb)),
    ],
    [
      "keys",
      async () => {
        const { densityFor, densities, subject } = await setup();
        const context = subject.context?.slice(0, subject.condSize) ?? null;
        const again = await densityFor(context);
        const other = await densityFor(context, subject.seed + 1);
        await checkKeys(sampling, densities[0] as LogDensity, again, other);
      },
    ],
    ["batch is its rows", onProbe((s, probe) => checkBatches(s, probe, calls))],
    ["compiled is eager", onProbe((s, probe) => checkCompiled(s, probe, calls))],
    ["parameters have an effect", onProbe(checkParameterEffects)],
    ["gradients", onProbe((s, probe) => checkGradients(s, probe, gradient))],
    ["extreme inputs", onProbe((s, probe) => checkExtremeValues(s, probe, edges))],
    ["extreme inputs, gradients", onProbe((s, probe) => checkExtremeGradients(s, probe, edges))],
    [
      "ownership",
      async () => {
        const { subject, probe } = await setup();
        await checkInitOwnership(subject);
        await checkMethodOwnership(subject, probe);
        await checkSamplingOwnership(subject, distribution.sampleAndLogProb);
      },
    ],
    [
      "spec rebuilds it",
      async () => {
        const { subject, probe } = await setup();
        const again = rebuildDistribution(distribution, factories);
        await checkRebuilt(subject, again, probe, logProbOf(again));
      },
    ],
    [
      "context errors",
      onProbe(async (s, { method }) => {
        await checkContextErrors(s, method.label, method.call);
        await checkContextErrors(s, sampling, samplerOf(distribution));
      }),
    ],
  ];
  if (size <= 2) {
    checks.push([
      "integrates to 1",
      onDensities((density) => checkIntegral(distribution.kind, density, integral)),
    ]);
    const check = size === 1 ? checkScalarSamples : checkPlaneSamples;
    checks.push(["samples follow the density", onDensities((density) => check(sampling, density))]);
  }
  if (distribution.shape.length > 0) {
    checks.push([
      "shape errors",
      onProbe(async (s, { method }) => checkShapeErrors(s, method.label, method.call)),
    ]);
  }
  if (distribution.condShape) checks.push(["context has an effect", onProbe(checkContextEffect)]);
  return lawsFrom("distributionLaws", checks, skip);
}

function logProbOf(distribution: Distribution): MethodCall {
  return (params, x, cond) => [distribution.logProb(params, x, cond)];
}

/** Drawing as many samples as `x` has rows, so that its context can be tried like other contexts. */
function samplerOf(distribution: Distribution): MethodCall {
  return (params, x, cond) => {
    const count = x.shape[0] as number;
    x.dispose();
    return distribution.sampleAndLogProb(params, random.key(0), count, cond);
  };
}

async function setUp(distribution: Distribution, options: DistributionLawOptions): Promise<Setup> {
  const subject = await subjectOf(distribution, options);
  const { context, condSize } = subject;
  const densityFor = logDensityOf(distribution, subject);
  const contexts = context
    ? Array.from({ length: CONTEXTS }, (_, i) => context.slice(i * condSize, (i + 1) * condSize))
    : [null];
  const densities: LogDensity[] = [];
  for (const one of contexts) densities.push(await densityFor(one));
  const method = methodOfSubject(subject, "logProb", logProbOf(distribution));
  const rows = (densities[0] as LogDensity).samples.slice(0, ROWS * subject.size);
  return { subject, probe: { method, rows }, densityFor, densities };
}

function intervalEnds({ flow }: Distribution): number[] {
  const layers = flow ? layersOf(flow.bijector) : [];
  const ends = layers.flatMap(({ bijector: { interval } }) =>
    interval ? [interval.low, interval.high] : [],
  );
  return [...new Set(ends)];
}
