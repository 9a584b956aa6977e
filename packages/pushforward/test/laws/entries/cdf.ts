import type { Bijector } from "../../../src/core/bijector.ts";
import type { Distribution } from "../../../src/core/distribution.ts";
import type { BijectorLawOptions, DistributionLawOptions } from "../../../src/testing/index.ts";
import type { Entry } from "./entry.ts";

export const bijectors: Record<string, Entry<Bijector, BijectorLawOptions>> = {};

export const distributions: Record<string, Entry<Distribution, DistributionLawOptions>> = {};
