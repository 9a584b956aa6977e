import type { Bijector } from "../../../src/core/bijector.ts";
import type { BijectorLawOptions } from "../../../src/testing/index.ts";
import type { Entry } from "./entry.ts";

export const bijectors: Record<string, Entry<Bijector, BijectorLawOptions>> = {};
