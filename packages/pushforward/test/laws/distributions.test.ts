import { distributionLaws } from "../../src/testing/index.ts";
import { testLaws } from "./run-laws.ts";
import { distributions } from "./table.ts";

const parallel = { forward: "parallel", inverse: "parallel" } as const;

for (const [name, { build, options }] of Object.entries(distributions)) {
  const distribution = build();
  const cost = distribution.flow?.bijector.cost ?? parallel;
  const isFlow = distribution.flow !== undefined;
  testLaws(name, distributionLaws(distribution, options), cost, isFlow);
}
