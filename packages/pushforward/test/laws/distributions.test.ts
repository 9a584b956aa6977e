import { distributionLaws } from "../../src/testing/index.ts";
import { testLaws } from "./run-laws.ts";
import { distributions } from "./table.ts";

for (const [name, { build, options }] of Object.entries(distributions)) {
  const distribution = build();
  const { density, sampling } = distribution.cost;
  const isFlow = distribution.flow !== undefined;
  testLaws(name, distributionLaws(distribution, options), [density, sampling], isFlow);
}
