import { describe, test } from "vitest";
import type { Cost } from "../../src/core/bijector.ts";
import type { Law } from "../../src/testing/index.ts";

/** Laws that call a part eagerly, on jax-js whatever the engine: one project is enough for them. */
const eager = [
  "batch is its rows",
  "ownership",
  "spec rebuilds it",
  "keys",
  "context errors",
  "shape errors",
];

const isOnOnnx = process.env.PUSHFORWARD_ENGINE === "onnx";

/**
 * Test the laws of a part. What takes root searches is slow to compile and slower eagerly: where there are two
 * projects, all of its laws are left to the one on ONNX Runtime, and of other parts only those that have to
 * do with the engine.
 */
export function testLaws(
  name: string,
  laws: readonly Law[],
  { forward, inverse }: { forward: Cost; inverse: Cost },
): void {
  const isNumeric = forward === "numeric" || inverse === "numeric";
  if (isNumeric && !isOnOnnx && process.env.OTHER_PROJECT === "onnx") return;
  const here = laws.filter((law) => isNumeric || !isOnOnnx || !eager.includes(law.name));
  describe(name, () => {
    for (const law of here) {
      if (law.skipped === null) test(law.name, law.check);
      else test.skip(`${law.name}: ${law.skipped}`, law.check);
    }
  });
}
