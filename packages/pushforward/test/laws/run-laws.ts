import { describe, test } from "vitest";
import type { Cost } from "../../src/core/bijector.ts";
import type { Law } from "../../src/testing/index.ts";
import { isBesideOnnx } from "../support/engines.ts";

/** Laws that call a part eagerly, on jax-js whatever the engine: one project is enough for them. */
const eager = [
  "batch is its rows",
  "ownership",
  "spec rebuilds it",
  "keys",
  "context errors",
  "shape errors",
];

/**
 * Laws that ask the same of both engines: an effect is one everywhere, and gradients and Jacobians are taken before an
 * engine sees a program (what each makes of such programs is compared elsewhere, and that both give the same
 * log-determinants is "compiled is eager").
 */
const onOne = ["parameters have an effect", "gradients", "log-determinant is the Jacobian's"];

const isOnOnnx = process.env.PUSHFORWARD_ENGINE === "onnx";

/**
 * Test the laws of a part. What takes root searches is slow to compile and slower eagerly: where there are two
 * projects, all of its laws are left to the one on ONNX Runtime. So are the numbers of a flow, whose layers
 * pass all laws on both engines; and of every part, to one of them, the laws that have nothing to do with the
 * engine, or take long and little to do with it.
 */
export function testLaws(
  name: string,
  laws: readonly Law[],
  costs: readonly Cost[],
  isFlow = false,
): void {
  const isNumeric = costs.includes("numeric");
  if (isNumeric && isBesideOnnx) return;
  const here = laws.filter((law) => {
    if (eager.includes(law.name)) return isNumeric || !isOnOnnx;
    if (onOne.includes(law.name)) return !isBesideOnnx;
    return !(isFlow && isBesideOnnx) || law.name === "compiled is eager";
  });
  describe(name, () => {
    for (const law of here) {
      if (law.skipped === null) test(law.name, law.check);
      else test.skip(`${law.name}: ${law.skipped}`, law.check);
    }
  });
}
