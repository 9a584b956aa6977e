import { bijectorLaws } from "../../src/testing/index.ts";
import { testLaws } from "./run-laws.ts";
import { bijectors } from "./table.ts";

for (const [name, { build, options }] of Object.entries(bijectors)) {
  const bijector = build();
  const { forward, inverse } = bijector.cost;
  testLaws(name, bijectorLaws(bijector, options), [forward, inverse]);
}
