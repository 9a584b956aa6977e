import { expect, test } from "vitest";
import * as bijectorModule from "../../src/bijectors/index.ts";
import type { Json, Spec } from "../../src/core/spec.ts";
import * as distributionModule from "../../src/distributions/index.ts";
import * as flowModule from "../../src/flows/index.ts";
import * as networkModule from "../../src/networks/index.ts";
import * as transformerModule from "../../src/transformers/index.ts";
import { bijectors, distributions } from "./table.ts";

/** The kinds of all parts that a spec names, itself included. */
function kindsIn(spec: Spec): Set<string> {
  const kinds = new Set<string>();
  JSON.parse(JSON.stringify(spec), (key: string, value: Json) => {
    const isKind = ["bijector", "distribution", "transformer", "network"].includes(key);
    if (isKind && typeof value === "string") kinds.add(value);
    return value;
  });
  return kinds;
}

test.each([
  ["bijectors", bijectorModule],
  ["distributions", distributionModule],
  ["transformers", transformerModule],
  ["networks", networkModule],
  ["flows", flowModule],
])("the table has every factory of %s", (_, module) => {
  const parts = [...Object.values(bijectors), ...Object.values(distributions)];
  const covered = new Set(parts.flatMap(({ build }) => [...kindsIn(build().spec)]));
  // `reverse` and the builders of flows make parts of other kinds: their entries bear their names.
  for (const name of [...Object.keys(bijectors), ...Object.keys(distributions)]) {
    covered.add(name.split(",")[0] as string);
  }
  const factories = Object.entries(module).flatMap(([name, value]) =>
    typeof value === "function" ? [name] : [],
  );
  expect(factories.length).toBeGreaterThan(0);
  expect(factories.filter((name) => !covered.has(name))).toEqual([]);
});
